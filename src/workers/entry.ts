import { ChunkQueue } from './chunk-queue.js';
import { ChunkRunner } from './chunk-runner.js';
import { ReadError, type ThreadTask, type WorkerResult } from './task.js';

/** What piscina calls, once a run and thread: scans chunks of the queue until there are none left. */
export default function run({ grouping, queue: handle }: ThreadTask): WorkerResult {
  const queue = new ChunkQueue(handle);
  try {
    const runner = new ChunkRunner(grouping);
    while (runner.runNext(queue));
    return runner.finish();
  } catch (error) {
    queue.close();
    if (!(error instanceof ReadError)) throw error;
    return { failure: error.failure };
  }
}
