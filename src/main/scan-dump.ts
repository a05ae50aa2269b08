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

export interface ScanWatcher {
  /** Called for each chunk that was scanned, in no order. */
  chunkDone(bytes: number, milliseconds: number): void;
}

/** Scans all chunks of a dump, a bounded number at a time, and merges what they give. */
export async function scanDump(
  input: Input,
  options: ScanOptions,
  watcher: ScanWatcher,
): Promise<{ merger: Merger; threads: number }> {
  const merger = new Merger(options.grouping);
  const consume = (result: ChunkResult): void => {
    if ('failure' in result) throw readFailed(input.name, result.failure.offset, result.failure.code);
    merger.add(result.partial);
    watcher.chunkDone(result.partial.counts.bytes, result.milliseconds);
  };
  const tasks = input.chunks(options.chunkBytes)[Symbol.asyncIterator]();
  const first: ChunkTask[] = [];
  while (first.length <= CHUNKS_FOR_MAIN) {
    const next = await tasks.next();
    if (next.done) break;
    first.push(next.value);
  }
  const isSmall = first.length <= CHUNKS_FOR_MAIN;
  const executor =
    isSmall || options.threads === 1
      ? mainThread(options.grouping)
      : await workerPool(options.grouping, options.threads);
  try {
    await runAll(executor, first, tasks, consume);
  } finally {
    await executor.close();
  }
  return { merger, threads: executor.threads };
}

/** Runs the tasks, keeping the executor's window full. Stops at the first error, which it throws. */
async function runAll(
  executor: Executor,
  first: readonly ChunkTask[],
  rest: AsyncIterator<ChunkTask>,
  consume: (result: ChunkResult) => void,
): Promise<void> {
  const running = new Set<Promise<void>>();
  const start = async (task: ChunkTask): Promise<void> => {
    const run = executor.run(task).then(consume);
    running.add(run);
    // Only a run that failed stays in the set, so that the next race throws its error.
    run.then(
      () => running.delete(run),
      () => {},
    );
    if (running.size >= executor.window) await Promise.race(running);
  };
  for (const task of first) await start(task);
  for (let next = await rest.next(); !next.done; next = await rest.next()) await start(next.value);
  await Promise.all(running);
}
