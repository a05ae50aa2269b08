import type { BatchTask } from '../src/main/batch/running/thread-messages.js';
import run from '../src/main/batch-worker.js';

/** A thread of a batch that dies when it is to help. */
export default async function runOrDie(task: BatchTask): Promise<unknown> {
  if (!('job' in task)) process.exit(1);
  return run(task);
}
