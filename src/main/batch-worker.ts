import { workerData } from 'node:worker_threads';
import scanChunks from '../workers/entry.js';
import { reuseKernels } from '../workers/kernel-instance.js';
import { failureOf } from './base/errors.js';
import { DumpProgress } from './batch/running/dump-progress.js';
import { helpOver } from './batch/running/helping-threads.js';
import { type PreparedRun, prepare } from './batch/running/prepared-runs.js';
import { runDump } from './batch/running/run-dump.js';
import type { BatchTask, Job, Outcome, Setup } from './batch/running/thread-messages.js';

const setup = workerData as Setup;

/** Of the batch whose dump came last: workers of a fleet serve several. */
let prepared: { readonly key: string; readonly runs: Promise<readonly PreparedRun[]> } | undefined;

function preparedRuns({ runs, cwd }: Job): Promise<readonly PreparedRun[]> {
  const key = JSON.stringify([cwd, runs]);
  if (prepared?.key !== key) prepared = { key, runs: Promise.all(runs.map((run) => prepare(run, cwd))) };
  return prepared.runs;
}

/** What piscina calls in the threads of a batch. Returns an Outcome, or a WorkerResult where it helped. */
export default async function run(task: BatchTask): Promise<unknown> {
  reuseKernels();
  if (!('job' in task)) return scanChunks(task);
  const { job, port } = task;
  const progress = new DumpProgress(task.progress);
  try {
    return await runDump(job, { setup, runs: await preparedRuns(job), help: helpOver(port), progress });
  } catch (error) {
    // Of the runs, which are read before the first dump.
    return { status: 'failed', error: failureOf(error), isRead: false } satisfies Outcome;
  } finally {
    port.close();
  }
}
