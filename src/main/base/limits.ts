import { LONGEST_BLOCK } from '../../workers/chunk-runner.js';

/** 2 to 8 MiB were equally fast, 16 MiB took twice the memory: `npm run bench -- --sweep`, 1.1 GB dump, 2 cores. */
export const DEFAULT_CHUNK_BYTES: number = 4 * 2 ** 20;

export const MOST_CHUNK_BYTES: number = 2 ** 31;

/**
 * A dump of more chunks than this gets a pool at once. With chunks of 4 MiB a pool of two paid from 768 MiB on one machine and from 1.5 GiB on another, which
 * is this (`npm run bench -- --crossing --size 2G`).
 */
export const CHUNKS_FOR_MAIN = 384;

/** A smaller one gets it when so many chunks were scanned, if at their rate what is left takes so long in one thread. */
export const CHUNKS_TO_TELL = 12;
export const WORTH_POOL_MS = 500;

/**
 * What one more thread costs the main thread, its start and the join of what it found, in chunks that a thread scans in that time. An estimate: 7 ms,
 * and chunks of 4 MiB at 2.8 GB/s. It has not been measured on a machine of many CPUs (docs/performance.md).
 */
export const CHUNKS_PER_THREAD_COST = 5;

/** Of --max-memory of a batch so much is the main thread's, and what threads share. */
export const BATCH_OWN_BYTES: number = 96 * 2 ** 20;

/** Less makes no sense for a batch. */
export const LEAST_BATCH_MEMORY: number = 192 * 2 ** 20;

/** More threads than a batch's memory has of this are not started. */
export const BYTES_PER_BATCH_THREAD: number = 96 * 2 ** 20;

/** In a batch the threads are there already: a dump of more chunks than this is worth the help of those that are idle. */
export const CHUNKS_FOR_HELP = 8;

/** Of --max-memory so much is Node's and the program's own: an empty run takes 50 MB. */
export const OWN_BYTES: number = 64 * 2 ** 20;

/** Less --max-memory than this makes no sense. */
export const LEAST_MEMORY: number = 64 * 2 ** 20;

/** While a thread's groups are sorted and written to a run, columns and what sorts them take up to three times their share beside it. */
export const SPILL_SHARES = 4;

/** More threads than --max-memory has of this are not started. */
export const BYTES_PER_THREAD: number = 2 ** 27;

/** A block is held up to four times: one that never ends must not take more memory than there is. Real ones have at most 64 KiB. In bytes. */
export function longestBlockIn(memory: number): number {
  return Math.min(LONGEST_BLOCK, Math.max(2 ** 20, memory / 8));
}

/** A thread has so much for its groups, however little memory there is: its tables take 3 MiB when they are empty. */
export const LEAST_SPILL_BYTES: number = 12 * 2 ** 20;
