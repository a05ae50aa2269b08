import { setImmediate } from 'node:timers/promises';
import type { Grouping } from '../merge/grouping.js';
import { ChunkRunner } from '../workers/chunk-runner.js';
import type { ChunkResult, ChunkTask } from '../workers/task.js';
import { workerDied } from './errors.js';
import { CHUNKS_PER_THREAD } from './limits.js';

/** Something that scans chunks. */
export interface Executor {
  readonly threads: number;
  /** How many chunks to hand over before a result is awaited. */
  readonly window: number;
  run(task: ChunkTask): Promise<ChunkResult>;
  close(): Promise<void>;
}

/** Scans in this thread: the same code as in a worker, called directly. */
export function mainThread(grouping: Grouping): Executor {
  const runner = new ChunkRunner(grouping);
  return {
    threads: 1,
    window: 1,
    async run(task) {
      // Signals and the progress line get their turn between chunks.
      await setImmediate();
      return runner.run(task);
    },
    async close() {},
  };
}

/**
 * Scans in `threads` workers. Piscina is loaded only here. A worker that dies ends the run: the chunks of a pipe are gone with it, and what killed
 * one worker (memory, mostly) would kill the next.
 */
export async function workerPool(
  grouping: Grouping,
  threads: number,
  entry: URL = new URL('../workers/entry.js', import.meta.url),
): Promise<Executor> {
  const { Piscina } = await import('piscina');
  const pool = new Piscina({
    filename: entry.href,
    workerData: grouping,
    minThreads: threads,
    maxThreads: threads,
    // Windows beyond this are kept here; piscina's own queue has no back-pressure.
    maxQueue: threads * CHUNKS_PER_THREAD,
  });
  // Tasks tell their own errors. What else comes is what workers still had to say when the pool was destroyed.
  pool.on('error', () => {});
  return {
    threads,
    window: threads * CHUNKS_PER_THREAD,
    async run(task) {
      try {
        return await pool.run(task, 'bytes' in task ? { transferList: [task.bytes.buffer] } : {});
      } catch (error) {
        throw workerDied(error);
      }
    },
    close: () => pool.destroy(),
  };
}
