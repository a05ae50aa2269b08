import { isVmalloc } from '../format/allocator.js';
import { LF } from '../format/bytes.js';
import { isPageOwnerText, isPfnLine, mayHoldField } from '../format/fields.js';
import { Dictionary } from '../merge/dictionary.js';
import { grown } from '../merge/grow.js';

/** What is known of a stack, as bits; the first two are HeadFlag's. */
export const StackFlag = { PLAIN: 1, PAGE_OWNER: 2, VMALLOC: 4 } as const;

/** The distinct stacks of a chunk (all lines behind header and PFN line), and what each says, looked up once a stack. */
export class Stacks {
  readonly strings: Dictionary = new Dictionary();
  flags: Uint8Array<ArrayBuffer> = new Uint8Array(64);

  intern(view: DataView, from: number, to: number): number {
    const known = this.strings.size;
    const id = this.strings.intern(view, from, to);
    if (id === known) {
      this.flags = grown(this.flags, id + 1);
      this.flags[id] = stackFlags(this.strings.bytes, this.strings.start(id), this.strings.end(id));
    }
    return id;
  }
}

/** What the lines of a stack say, as StackFlag bits. */
export function stackFlags(bytes: Uint8Array, from: number, to: number): number {
  const isPlain = !hasPfnLine(bytes, from, to) && !mayHoldField(bytes, from, to);
  return (
    (isPlain ? StackFlag.PLAIN : 0) |
    (isPageOwnerText(bytes, from, to) ? StackFlag.PAGE_OWNER : 0) |
    (isVmalloc(bytes, from, to) ? StackFlag.VMALLOC : 0)
  );
}

function hasPfnLine(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at = bytes.indexOf(LF, at) + 1) if (isPfnLine(bytes, at, to)) return true;
  return false;
}
