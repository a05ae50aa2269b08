import type { ChunkQueue } from './chunk-queue.js';
import type { Spent, ThreadResult } from './task.js';

/** Reads and scans one piece of a dump after the other: the same in a worker and in the main thread. What it finds is of `Found` in each thread, and of `Whole` in the end. */
export interface Runner<Found = unknown, Whole = unknown> {
  /** Takes the next chunk of a queue and scans it. Returns false if there is none. Throws a ReadError. */
  runNext(queue: ChunkQueue): boolean;
  /** Scans the next bytes of a stream, which stand at `offset` in it. Throws a ReadError. */
  addBytes(bytes: Uint8Array, offset: number): void;
  /** To be called behind a chunk, and behind the last bytes of a stream: a block that is unfinished there is malformed. */
  endChunk(milliseconds: number): void;
  /** Notes what a chunk took. */
  noteTime(milliseconds: number): void;
  /** About how much memory what was found so far takes, in bytes. */
  readonly bytesHeld: number;
  /** What all that came before gave. The runner is of no use afterwards. */
  finish(): ThreadResult<Found>;
  /** Adds what another thread found. */
  absorb(result: ThreadResult<Found>): void;
  /** All that came before, what each chunk took, and what for. The runner is of no use afterwards. */
  result(): { readonly found: Whole; readonly milliseconds: Float64Array; readonly spent: Spent };
}
