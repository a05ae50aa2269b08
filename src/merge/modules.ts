import { LF, SPACE } from '../format/bytes.js';
import { parseFrame, VMLINUX } from '../format/frame.js';
import { Dictionary } from './dictionary.js';
import { grown } from './grow.js';
import type { StringList } from './string-list.js';

/** What stands for no module: 0, so that in the kernel's entries it is also what was never looked for. */
export const NO_MODULE = 0;

/** Numbers for the names of modules. */
export class ModuleNames {
  /** By number, less one. */
  private readonly strings: Dictionary = new Dictionary();
  /** The number of what has no module: the kernel itself. */
  readonly vmlinux: number = this.intern(VMLINUX);

  /** The number of the first module that frames among the lines name, or NO_MODULE. */
  in(lines: Uint8Array): number {
    for (let from = 0; from < lines.length; ) {
      const end = lines.indexOf(LF, from);
      const to = end < 0 ? lines.length : end;
      if (lines[from] === SPACE) {
        const { module } = parseFrame(Buffer.from(lines.subarray(from, to)).toString('latin1'));
        if (module !== undefined) return this.intern(module);
      }
      from = to + 1;
    }
    return NO_MODULE;
  }

  get(module: number): Uint8Array {
    return this.strings.get(module - 1);
  }

  /** By number: the place in the bytewise order of names. */
  ranks(): Uint32Array {
    return Uint32Array.of(NO_MODULE, ...this.strings.ranks());
  }

  private intern(name: string): number {
    const bytes = Buffer.from(name, 'latin1');
    return this.strings.intern(new DataView(bytes.buffer, bytes.byteOffset), 0, bytes.length) + 1;
  }
}

/**
 * The modules of blocks: that of the first frame that names one, also of frames that stand behind a line of another kind, in the tail. Looked up once
 * a stack, and once a tail.
 */
export class Modules {
  readonly names: ModuleNames = new ModuleNames();
  private readonly ofStack: (stack: number) => number;
  private readonly ofTail: (tail: number) => number;

  constructor(stacks: StringList, tails: StringList) {
    this.ofStack = lookedUpOnce((stack) => this.names.in(stacks.get(stack)));
    this.ofTail = lookedUpOnce((tail) => this.names.in(tails.get(tail)));
  }

  of(stack: number, tail: number): number {
    return this.ofStack(stack) || this.ofTail(tail) || this.names.vmlinux;
  }
}

function lookedUpOnce(look: (id: number) => number): (id: number) => number {
  // One more than the answer; 0: not looked up yet.
  let known: Uint32Array<ArrayBuffer> = new Uint32Array(64);
  return (id) => {
    known = grown(known, id + 1);
    const answer = known[id] as number;
    if (answer > 0) return answer - 1;
    const found = look(id);
    known[id] = found + 1;
    return found;
  };
}
