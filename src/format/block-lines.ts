import { isFrame } from './frame.js';

/**
 * Which lines make a block, where lines of others stand between them. Kernels and vendors add lines, but all in this order; a line out of order is of
 * another message.
 */
const Part = {
  HEADER: 0,
  DETAIL: 1,
  PFN: 2,
  TASK: 3,
  FRAME: 4,
  NO_FRAME: 5,
  HANDLE: 6,
  MIGRATED: 7,
  SLAB: 8,
  MEMCG: 9,
} as const;

/** What begins each line but header and frames. */
const PARTS: readonly (readonly [RegExp, number])[] = [
  // Vendors': what the page is of, `FILE_PAGE dev 253:0 ino:1954`; `[detail][count:1, mapping:...`
  [/^[A-Z]{2,16}_PAGE /, Part.DETAIL],
  [/^\[detail\]\[count:/, Part.DETAIL],
  [/^PFN (?:0x[\da-f]|\d)/, Part.PFN],
  // MediaTek's `PID 12`, openEuler's module
  [/^PID \d{1,20}$/, Part.TASK],
  [/^Page allocated by module /, Part.TASK],
  [/^handle: \d{1,20}$/, Part.HANDLE],
  [/^Page has been migrated, last migrate reason: /, Part.MIGRATED],
  [/^Slab cache page$/, Part.SLAB],
  [/^Charged (?:\(via objcg\) )?to (?:(?:offline|dying) )?memcg /, Part.MEMCG],
];

const HEADER = 'Page allocated via order';
/** What a line of a block begins with: a line that the end of the text cuts may be that much of one. */
const BEGINNINGS: readonly string[] = [
  ...[HEADER, 'PFN ', 'PID ', 'Page allocated by module ', 'Page has been migrated, last migrate reason: '],
  ...['Charged ', 'Slab cache page', 'handle: '],
];

/** A command name opens behind `tgid 7`, in drafts and backports behind `pid 7`, and closes before the time. */
const NAME_OPENS = /, (?:pid|tgid) \d+ \(/;
const NAME_CLOSES = '), ts ';
/** Longest command name, in bytes (TASK_COMM_LEN of include/linux/sched.h, less its zero). */
const NAME_BYTES = 15;

export function isHeader(line: string): boolean {
  return line.startsWith(HEADER);
}

/** Whether a cut line may be the beginning of one of a block. */
export function mayBegin(line: string, isInBlock: boolean): boolean {
  if (isInBlock && line.startsWith(' ')) return !line.includes(' ', 1) || isFrame(line.slice(1));
  const beginnings = isInBlock ? BEGINNINGS : [HEADER];
  return beginnings.some((beginning) => line.startsWith(beginning) || beginning.startsWith(line));
}

/** The lines of one block, in their order. */
export class BlockLines {
  #part: number = Part.HEADER;
  /** Bytes that the command name may still have, where a newline in it has cut the header; else -1. */
  #nameLeft: number;

  constructor(header: string) {
    const [opens] = NAME_OPENS.exec(header) ?? [];
    const isCut = opens !== undefined && !header.includes(NAME_CLOSES);
    this.#nameLeft = isCut ? NAME_BYTES - (header.length - header.indexOf(opens) - opens.length) - 1 : -1;
  }

  /** Whether no line is missing but the empty one: there is a PFN line, or frames in dumps of 2.6. */
  get isWhole(): boolean {
    return this.#part >= Part.PFN;
  }

  /** Whether a line that is not empty is this block's next. */
  take(line: string): boolean {
    if (this.#nameLeft >= 0 && this.#takeName(line)) return true;
    const part = partOf(line);
    const isNext = part === Part.FRAME || part === Part.DETAIL ? part >= this.#part : part > this.#part;
    if (isNext) this.#part = part;
    return isNext;
  }

  /** Learns of a line of another message. Frames behind `Call Trace:` are of that, for all that can be told. */
  passOver(line: string): void {
    if (line.endsWith(':') && this.isWhole) this.#part = Math.max(this.#part, Part.NO_FRAME);
  }

  /** Whether an empty line is one that a command name holds. */
  takeEmpty(): boolean {
    return this.#nameLeft >= 0 && this.#takeName('');
  }

  #takeName(line: string): boolean {
    const closes = line.lastIndexOf(NAME_CLOSES);
    const length = closes < 0 ? line.length : closes;
    const isName = length <= this.#nameLeft;
    this.#nameLeft = isName && closes < 0 ? this.#nameLeft - length - 1 : -1;
    return isName;
  }
}

/** -1 where a line is of no block. */
function partOf(line: string): number {
  if (line.startsWith(' ') ? isFrame(line.slice(1)) : line.startsWith('[0x') && isFrame(line)) return Part.FRAME;
  return PARTS.find(([beginning]) => beginning.test(line))?.[1] ?? -1;
}
