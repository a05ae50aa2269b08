import type { Scanner } from './scanner.js';

/** What a window needs of a scanner. */
type Scanning = Pick<Scanner, 'memory' | 'allocate' | 'scan'>;

/** Bytes read and scanned at a time: 2 MiB took 3 to 5 % less time than 1 MiB, which took 6 % less than 256 KiB (4 GiB dump, 2 threads, 2 cores). */
const WINDOW_BYTES: number = 1 << 21;

/** Where a page of the dump begins in the window, there begins a page of memory: Linux copies fast then. */
const PAGE = 4096;

/** Room for an unfinished block before the window. */
const LEAD_BYTES = 1 << 16;

const NOTHING = new Uint8Array(0);

/**
 * Gives the scanner a dump piece by piece. A block that is unfinished at the end of a piece is kept, just before where the next one goes:
 *
 *     │     lead     │        window           │
 *              │kept │ next piece → │
 */
export class Window {
  private scanner: Scanning;
  private readonly longestBlock: number;
  /** Where the window begins, and where its memory ends. */
  private base = 0;
  private limit = 0;
  /** What is not grouped yet. */
  private from = 0;
  private to = 0;
  /** How much of that was looked at before. */
  private seen = 0;
  /** Place in the dump of what comes next. */
  private position = 0;

  constructor(scanner: Scanning, longestBlock: number) {
    this.scanner = scanner;
    this.longestBlock = longestBlock;
    this.place(NOTHING, WINDOW_BYTES);
  }

  /** Where to put the bytes of the dump that stand at `position`: behind what came last, unless that ended with a block. */
  room(position: number): Uint8Array {
    const kept = this.to - this.from;
    this.position = position;
    if (kept > LEAD_BYTES) return this.roomBehind(kept);
    const start = this.base + (position % PAGE);
    this.scanner.memory.copyWithin(start - kept, this.from, this.to);
    this.from = start - kept;
    this.to = start;
    return this.scanner.memory.subarray(start, this.base + WINDOW_BYTES);
  }

  /** The same for a block that is too long to be moved for each piece: pieces are put behind it, and it moves only when there is no room. */
  private roomBehind(kept: number): Uint8Array {
    if (this.limit - this.to < WINDOW_BYTES) {
      const copy = this.scanner.memory.slice(this.from, this.to);
      this.place(copy, 2 * kept + WINDOW_BYTES);
    }
    return this.scanner.memory.subarray(this.to, this.to + WINDOW_BYTES);
  }

  /**
   * Scans the `length` bytes that were put there.
   * @returns false if they belong to a block longer than the longest
   */
  add(length: number): boolean {
    this.to += length;
    this.position += length;
    // A block that fills several windows is looked at again only when it has doubled: else it takes time by the square of its length.
    if (this.to - this.from < 2 * this.seen) return this.to - this.from <= this.longestBlock;
    return this.scan();
  }

  /** To be called where the pieces end. Returns where in the dump a last block begins that is not finished, or -1. */
  end(): number {
    this.scan();
    if (this.from === this.to) return -1;
    const at = this.position - (this.to - this.from);
    this.from = this.to;
    this.seen = 0;
    return at;
  }

  private scan(): boolean {
    this.from = this.scanner.scan(this.from, this.to, this.position - this.to);
    this.seen = this.to - this.from;
    return this.seen <= this.longestBlock;
  }

  /** Goes on with another scanner, for which the memory of the one so far may be used. */
  renew(next: () => Scanning): void {
    const copy = this.scanner.memory.slice(this.from, this.to);
    this.scanner = next();
    this.place(copy, Math.max(WINDOW_BYTES, 2 * copy.length));
  }

  /** Takes new memory, and puts there what is not grouped yet. */
  private place(copy: Uint8Array, windowBytes: number): void {
    const start = this.scanner.allocate(LEAD_BYTES + windowBytes);
    this.base = start + LEAD_BYTES;
    this.limit = this.base + windowBytes;
    this.from = copy.length <= LEAD_BYTES ? this.base - copy.length : this.base;
    this.to = this.from + copy.length;
    this.scanner.memory.set(copy, this.from);
  }
}
