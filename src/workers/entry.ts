import { move, transferableSymbol, valueSymbol, workerData } from 'piscina';
import type { Grouping } from '../merge/grouping.js';
import { ChunkQueue, type QueueHandle } from './chunk-queue.js';
import { ChunkRunner } from './chunk-runner.js';
import { ReadError, type ThreadResult, type WorkerResult } from './task.js';

/** What piscina calls, once a run and thread: scans chunks of the queue until there are none left. */
export default function run(handle: QueueHandle): unknown {
  const queue = new ChunkQueue(handle);
  try {
    const runner = new ChunkRunner(workerData as Grouping);
    while (runner.runNext(queue));
    const result = runner.finish();
    return move({ [valueSymbol]: result, [transferableSymbol]: buffersOf(result) });
  } catch (error) {
    queue.close();
    if (!(error instanceof ReadError)) throw error;
    return { failure: error.failure } satisfies WorkerResult;
  }
}

function buffersOf({ partial: { masks, tasks, stacks, tails, groups }, milliseconds }: ThreadResult): ArrayBuffer[] {
  const arrays = [masks, tasks, stacks, tails, groups].flatMap((part): ArrayBufferView<ArrayBuffer>[] =>
    Object.values(part),
  );
  return [...arrays, milliseconds].map(({ buffer }) => buffer);
}
