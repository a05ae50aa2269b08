import { findFields } from '../format/fields.js';
import { isPlainMask } from '../format/head.js';
import { Dictionary } from './dictionary.js';
import { MISSING, orderValue } from './field-value.js';
import { grown } from './grow.js';

const LARGEST_ORDER = 64;

/** The distinct masks of heads (see format/head.ts), and what each says, read once a mask. */
export class Masks {
  readonly strings: Dictionary = new Dictionary();
  /** By mask: base pages, 2^order, and 0 where there is no order. */
  pages: Float64Array<ArrayBuffer> = new Float64Array(64);
  /** By mask: the order, however large; MISSING where there is none. */
  order: Float64Array<ArrayBuffer> = new Float64Array(64);
  /** By mask: 1 if it is of the usual form; else it is a whole head. */
  isPlain: Uint8Array<ArrayBuffer> = new Uint8Array(64);

  intern(view: DataView, from: number, to: number): number {
    const known = this.strings.size;
    const id = this.strings.intern(view, from, to);
    if (id === known) this.read(id);
    return id;
  }

  private read(id: number): void {
    const bytes = this.strings.bytes.subarray(this.strings.start(id), this.strings.end(id));
    this.pages = grown(this.pages, id + 1);
    this.order = grown(this.order, id + 1);
    this.isPlain = grown(this.isPlain, id + 1);
    const order = orderValue(bytes, findFields(bytes, 0, bytes.length).order);
    this.order[id] = order;
    this.pages[id] = order === MISSING || order > LARGEST_ORDER ? 0 : 2 ** order;
    this.isPlain[id] = isPlainMask(bytes) ? 1 : 0;
  }
}
