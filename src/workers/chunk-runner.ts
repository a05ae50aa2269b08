import { mkdirSync, readSync } from 'node:fs';
import type { Table } from '../merge/group-table.js';
import { addCounts, type Counts, noCounts, noteOffset, type Partial } from '../merge/partial.js';
import type { ChunkQueue } from './chunk-queue.js';
import { now } from './clock.js';
import { END, LONG_BLOCK, OVER_MEMORY, ReadError } from './read-error.js';
import type { Runner } from './runner.js';
import type { Scanner } from './scanner.js';
import type { Bounds, Spent, Spilled, ThreadResult } from './task.js';
import { Window } from './window.js';

/** Longest block. Real ones have at most 64 KiB, and it is held up to four times: what never ends must not take all memory. */
export const LONGEST_BLOCK: number = 2 ** 26;

/** No scanner holds more groups than this, in bytes, when it takes in those of another: the kernel's memory ends at 4 GiB, tables grow, and both have as much. */
export const MOST_HELD_BYTES: number = 2 ** 30;

/** How a runner writes what is too much for memory. */
export interface Spill<Whole> {
  readonly folder: string;
  /** What takes more memory than this is written. In bytes. */
  readonly bytes: number;
  /** Writes a run. Returns its path. */
  write(table: Whole): string;
}

/** What a thread has found, whatever is looked for. */
export interface Counted {
  readonly counts: Counts;
}

/** Told what was read of a file, and its place in it, before it is scanned. */
export type OnRead = (bytes: Uint8Array, offset: number) => void;

export interface RunnerOptions<Whole> extends Bounds {
  /** Without it all stays in memory. */
  readonly spill?: Spill<Whole>;
  readonly onRead?: OnRead | undefined;
}

/** Runs one scanner. */
export class ChunkRunner<Found = Partial, Whole extends Counted = Table>
  implements Runner<Found | Spilled, Whole | Spilled>
{
  private scanner: Scanner<Found, Whole>;
  private readonly spilling: Spill<Whole> | undefined;
  private readonly onRead: OnRead | undefined;
  private readonly mostBytes: number;
  private readonly longestBlock: number;
  private readonly window: Window;
  private readonly milliseconds: number[] = [];
  private readonly malformedAt: number[] = [];
  private readonly spent: Spent = { reading: 0, parsing: 0 };
  private bytes = 0;
  private readonly runs: string[] = [];
  /** Of what is in the runs. */
  private readonly spilled: Counts = noCounts();

  constructor(
    scanner: Scanner<Found, Whole>,
    { spill, onRead, mostBytes = Infinity, longestBlock = LONGEST_BLOCK }: RunnerOptions<Whole> = {},
  ) {
    this.scanner = scanner;
    this.spilling = spill;
    this.onRead = onRead;
    this.mostBytes = mostBytes;
    this.longestBlock = longestBlock;
    this.window = new Window(scanner, longestBlock);
  }

  runNext(queue: ChunkQueue): boolean {
    const start = now();
    const chunk = queue.take();
    if (!chunk) return false;
    const end = chunk.offset + chunk.length;
    for (let at = chunk.offset; at < end; ) {
      const room = this.window.room(at);
      const read = this.read(queue.handle.fd, room, Math.min(room.length, end - at), at);
      this.onRead?.(room.subarray(0, read), at);
      this.scan(read, at);
      at += read;
    }
    this.endChunk(now() - start);
    queue.done(chunk.length);
    return true;
  }

  addBytes(bytes: Uint8Array, offset: number): void {
    for (let done = 0; done < bytes.length; ) {
      const room = this.window.room(offset + done);
      const length = Math.min(room.length, bytes.length - done);
      room.set(bytes.subarray(done, done + length));
      this.scan(length, offset + done);
      done += length;
    }
  }

  endChunk(milliseconds: number): void {
    const unfinishedAt = this.window.end();
    if (unfinishedAt >= 0) noteOffset(this.malformedAt, unfinishedAt);
    this.noteTime(milliseconds);
  }

  noteTime(milliseconds: number): void {
    this.milliseconds.push(milliseconds);
  }

  get bytesHeld(): number {
    return this.scanner.bytesHeld;
  }

  finish(): ThreadResult<Found | Spilled> {
    this.addCounts();
    const { milliseconds, spent, runs } = this;
    const found = this.spilling && runs.length > 0 ? this.spillAll(this.spilling) : this.scanner.finish();
    return { found, milliseconds: Float64Array.from(milliseconds), spent };
  }

  absorb({ found, milliseconds, spent }: ThreadResult<Found | Spilled>): void {
    if (isSpilled(found)) {
      this.runs.push(...found.runs);
      addCounts(this.spilled, found.counts);
    } else {
      if (this.spilling && this.scanner.bytesHeld > MOST_HELD_BYTES) this.spill(this.spilling);
      this.scanner.absorb(found);
    }
    for (const chunk of milliseconds) this.milliseconds.push(chunk);
    this.spent.reading += spent.reading;
    this.spent.parsing += spent.parsing;
  }

  result(): { found: Whole | Spilled; milliseconds: Float64Array; spent: Spent } {
    this.addCounts();
    const { milliseconds, spent, runs } = this;
    const found = this.spilling && runs.length > 0 ? this.spillAll(this.spilling) : this.scanner.table();
    return { found, milliseconds: Float64Array.from(milliseconds), spent };
  }

  private addCounts(): void {
    const { malformedAt, bytes } = this;
    const malformed = malformedAt.length;
    addCounts(this.scanner.counts, { ...noCounts(), bytes, malformed, malformedAt, blocks: malformed });
  }

  private read(fd: number, into: Uint8Array, length: number, offset: number): number {
    const start = now();
    const read = readAt(fd, into, length, offset);
    this.spent.reading += now() - start;
    return read;
  }

  private spillAll(spill: Spill<Whole>): Spilled {
    this.spill(spill);
    return { runs: this.runs, counts: this.spilled };
  }

  /** Writes all groups so far to a run. Throws a ReadError. */
  private spill({ folder, write }: Spill<Whole>): void {
    const table = this.scanner.table();
    try {
      makeFolder(folder);
      this.runs.push(write(table));
    } catch (error) {
      throw new ReadError({ offset: this.bytes, code: (error as NodeJS.ErrnoException).code ?? String(error), folder });
    }
    addCounts(this.spilled, table.counts);
    this.window.renew(() => {
      this.scanner = this.scanner.renew();
      return this.scanner;
    });
  }

  private scan(length: number, offset: number): void {
    this.bytes += length;
    const start = now();
    const isShort = this.window.add(length);
    this.spent.parsing += now() - start;
    if (!isShort) throw new ReadError({ offset, code: LONG_BLOCK, longestBlock: this.longestBlock });
    if (this.spilling) {
      if (this.scanner.bytesHeld > this.spilling.bytes) this.spill(this.spilling);
    } else if (this.scanner.bytesHeld > this.mostBytes) throw new ReadError({ offset, code: OVER_MEMORY });
  }
}

function isSpilled<Found>(found: Found | Spilled): found is Spilled {
  return 'runs' in (found as object);
}

/** Makes a folder that another thread may be making too. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Reads some bytes of a file. Throws a ReadError, at its end too. */
export function readAt(fd: number, into: Uint8Array, length: number, offset: number): number {
  let read = 0;
  try {
    read = readSync(fd, into, 0, length, offset);
  } catch (error) {
    throw new ReadError({ offset, code: (error as NodeJS.ErrnoException).code ?? String(error) });
  }
  if (read === 0) throw new ReadError({ offset, code: END });
  return read;
}
