import { bearsOnVmalloc } from '../format/allocator.js';
import { lineEnd, type Span } from '../format/bytes.js';
import { findFields, isPageOwnerText, isPfnLine } from '../format/fields.js';
import { endsWithoutDigits } from '../format/header.js';
import { digitsValue } from '../format/timestamp.js';
import { Dictionary } from './dictionary.js';
import { grown } from './grow.js';

/** What is known of a head, as bits. */
export const HeadFlag = {
  /** It says nothing that changes how the lines behind it are read: the usual case. */
  PLAIN: 1,
  /** It is page_owner's text. */
  PAGE_OWNER: 2,
} as const;

/** What a field counts as that a block does not have. */
const MISSING = -1;

const LARGEST_ORDER = 64;
const MOST_DIGITS = 15;

/**
 * The distinct heads of header lines, with the fields that each names. Fields are parsed once a head, not once a block: real
 * dumps have a few thousand heads.
 *
 * A head is the line up to its first timestamp (see Shape). Where a block's fields stand behind its first line (hostile command names), the
 * head goes on in further lines that repeat just those fields, so that fields are always a function of the head.
 */
export class Heads {
  readonly strings: Dictionary = new Dictionary();
  readonly names: Dictionary = new Dictionary();
  /** By head: base pages (2^order, 0 where there is no order), pid, tgid (MISSING), id in names, HeadFlag bits. */
  pages: Float64Array<ArrayBuffer> = new Float64Array(64);
  pid: Float64Array<ArrayBuffer> = new Float64Array(64);
  tgid: Float64Array<ArrayBuffer> = new Float64Array(64);
  name: Uint32Array<ArrayBuffer> = new Uint32Array(64);
  flags: Uint8Array<ArrayBuffer> = new Uint8Array(64);

  intern(view: DataView, from: number, to: number): number {
    const known = this.strings.size;
    const id = this.strings.intern(view, from, to);
    if (id === known) this.parse(id);
    return id;
  }

  /** End of the head's part that belongs to the block's text: its first line. */
  lineEnd(id: number): number {
    return lineEnd(this.strings.bytes, this.strings.start(id), this.strings.end(id));
  }

  /** The command name of a head. Valid until the next new name. */
  nameBytes(id: number): Uint8Array {
    const name = this.name[id] as number;
    return this.names.bytes.subarray(this.names.start(name), this.names.end(name));
  }

  private parse(id: number): void {
    const { bytes } = this.strings;
    const from = this.strings.start(id);
    const to = this.strings.end(id);
    const fields = findFields(bytes, from, to);
    this.pages = grown(this.pages, id + 1);
    this.pid = grown(this.pid, id + 1);
    this.tgid = grown(this.tgid, id + 1);
    this.name = grown(this.name, id + 1);
    this.flags = grown(this.flags, id + 1);
    const order = value(bytes, fields.order);
    this.pages[id] = order === MISSING || order > LARGEST_ORDER ? 0 : 2 ** order;
    this.pid[id] = value(bytes, fields.pid);
    this.tgid[id] = value(bytes, fields.tgid);
    const name = fields.name ?? { from: 0, to: 0 };
    this.name[id] = this.names.intern(this.strings.view, name.from, name.to);
    const isPlain =
      !fields.ts && !endsWithoutDigits(bytes, to) && !isPfnLine(bytes, from, to) && !bearsOnVmalloc(bytes, from, to);
    this.flags[id] = (isPlain ? HeadFlag.PLAIN : 0) | (isPageOwnerText(bytes, from, to) ? HeadFlag.PAGE_OWNER : 0);
  }
}

function value(bytes: Uint8Array, digits: Span | undefined): number {
  return digits && digits.to - digits.from <= MOST_DIGITS ? digitsValue(bytes, digits) : MISSING;
}
