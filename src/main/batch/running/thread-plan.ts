import { BATCH_OWN_BYTES, BYTES_PER_BATCH_THREAD, LEAST_BATCH_MEMORY } from '../../base/limits.js';
import { defaultMemory } from '../../base/machine.js';
import { parseChunkSize, parseSize, parseThreads } from '../../command-line/parse-values.js';
import { BatchPool } from './batch-pool.js';

/** Threads that read dumps, of a batch or of a worker of a fleet. */
export interface ThreadPlan {
  readonly threads: number;
  readonly chunkBytes: number;
  /** What the threads may take, all together. */
  readonly threadBytes: number;
}

/** From what was typed, if anything. Throws a usage error that names the option. */
export function planThreads(
  threads: string | undefined,
  maxMemory: string | undefined,
  chunkSize: string | undefined,
): ThreadPlan {
  const byDefault = Math.max(2 * defaultMemory(), LEAST_BATCH_MEMORY);
  const memory = parseSize('max-memory', maxMemory, byDefault, LEAST_BATCH_MEMORY, Number.MAX_SAFE_INTEGER);
  const threadBytes = memory - BATCH_OWN_BYTES;
  return {
    threads: Math.min(parseThreads(threads), Math.max(1, Math.floor(threadBytes / BYTES_PER_BATCH_THREAD))),
    chunkBytes: parseChunkSize(chunkSize),
    threadBytes,
  };
}

/** Threads that share the memory of a plan. */
export function batchPool({ chunkBytes, threadBytes }: ThreadPlan, threads: number): BatchPool {
  return new BatchPool({ chunkBytes, threads, shareBytes: Math.floor(threadBytes / threads) });
}
