import type { Grouping } from '../merge/grouping.js';
import { Merger } from '../merge/merger.js';
import type { ChunkResult, ChunkTask } from '../workers/task.js';
import { readFailed } from './errors.js';
import { type Executor, mainThread, workerPool } from './executor.js';
import type { Input } from './input.js';
import { CHUNKS_FOR_MAIN } from './limits.js';

export interface ScanOptions {
  readonly grouping: Grouping;
  readonly threads: number;
  readonly chunkBytes: number;
}

export interface Scanned {
  readonly merger: Merger;
  /** Threads that scanned at the same time. */
  readonly threads: number;
}

/**
 * Scans all chunks of a dump, a bounded number at a time, and merges what they give. A small dump, and the beginning of one whose size is not known, is
 * scanned in this thread.
 * @param chunkDone is told the bytes and the milliseconds of each chunk, in no order
 */
export async function scanDump(
  input: Input,
  { grouping, threads, chunkBytes }: ScanOptions,
  chunkDone: (bytes: number, milliseconds: number) => void,
  startPool: typeof workerPool = workerPool,
): Promise<Scanned> {
  const merger = new Merger(grouping);
  const consume = (result: ChunkResult): void => {
    if ('failure' in result) throw readFailed(input.name, result.failure.offset, result.failure.code);
    merger.add(result.partial);
    chunkDone(result.partial.counts.bytes, result.milliseconds);
  };
  const smallBytes = chunkBytes * CHUNKS_FOR_MAIN;
  let executor: Executor = mainThread(grouping);
  const running = new Set<Promise<void>>();
  try {
    for await (const task of input.chunks(chunkBytes)) {
      if (threads > 1 && executor.threads === 1 && (input.size ?? task.offset) > smallBytes) {
        executor = await startPool(grouping, threads);
      }
      await start(executor, task, consume, running);
    }
    await Promise.all(running);
  } finally {
    await executor.close();
  }
  return { merger, threads: executor.threads };
}

/** Starts a task when the executor's window has room. Throws the error of any task that failed meanwhile. */
async function start(
  executor: Executor,
  task: ChunkTask,
  consume: (result: ChunkResult) => void,
  running: Set<Promise<void>>,
): Promise<void> {
  const run = executor.run(task).then(consume);
  running.add(run);
  // Only a run that failed stays in the set, so that the next race throws its error.
  run.then(
    () => running.delete(run),
    () => {},
  );
  if (running.size >= executor.window) await Promise.race(running);
}
