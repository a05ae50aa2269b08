import { Dictionary } from '../merge/dictionary.js';
import { grown } from '../merge/grow.js';

/** Distinct byte strings, and what each says, looked up once a string. */
export class FlaggedStrings {
  readonly strings: Dictionary = new Dictionary();
  flags: Uint8Array<ArrayBuffer> = new Uint8Array(64);
  private readonly flagsOf: (bytes: Uint8Array) => number;

  constructor(flagsOf: (bytes: Uint8Array) => number) {
    this.flagsOf = flagsOf;
  }

  intern(view: DataView, from: number, to: number): number {
    const known = this.strings.size;
    const id = this.strings.intern(view, from, to);
    if (id === known) {
      this.flags = grown(this.flags, id + 1);
      this.flags[id] = this.flagsOf(this.strings.bytes.subarray(this.strings.start(id), this.strings.end(id)));
    }
    return id;
  }
}
