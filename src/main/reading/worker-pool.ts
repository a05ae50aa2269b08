import type { QueueHandle } from '../../workers/chunk-queue.js';
import type { Plan, ThreadTask, WorkerResult } from '../../workers/task.js';
import { workerDied } from '../base/errors.js';
import { threadsWorth } from '../base/machine.js';
import { CHUNKS_ENTRY } from '../places.js';

const REQUIRES_MODULES = '--experimental-require-module';

/**
 * Options of Node in threads. Piscina first tries to require what it runs, and Node 20.20 aborts if a thread is ended while it requires an ECMAScript
 * module: "v8::Module::IsGraphAsync must be used on an instantiated module". Without require() for those, piscina imports it. (Options of the process
 * itself cannot be given on: a thread takes none of V8's.)
 */
export const THREAD_EXEC_ARGV: string[] = process.allowedNodeEnvironmentFlags.has(REQUIRES_MODULES)
  ? [REQUIRES_MODULES.replace('--', '--no-')]
  : [];

/** Threads that take chunks from a queue. */
export interface Pool {
  /** Resolves, with what each thread found, when the queue is empty. Throws if a worker dies. */
  run(queue: QueueHandle): Promise<readonly WorkerResult[]>;
  /** Workers that have not begun yet need not begin: the queue is empty. */
  enough(): void;
  close(): Promise<void>;
}

/**
 * Starts `most` workers beside this thread, or fewer if so many chunks do not pay for them. Piscina is loaded only here. A worker that dies ends the run:
 * what it had gathered is gone, and what killed one worker (memory, mostly) would kill the next.
 */
export async function workerPool(plan: Plan, most: number, chunks: number, entry: URL = CHUNKS_ENTRY): Promise<Pool> {
  const threads = threadsWorth(1 + most, chunks) - 1;
  const { Piscina } = await import('piscina');
  const options = { minThreads: threads, maxThreads: threads, execArgv: THREAD_EXEC_ARGV };
  const pool = new Piscina({ filename: entry.href, ...options });
  // Tasks tell their own errors. What else comes is what workers still had to say when the pool was destroyed.
  pool.on('error', () => {});
  const runOne = async (queue: QueueHandle): Promise<WorkerResult> => {
    try {
      return await pool.run({ plan, queue } satisfies ThreadTask);
    } catch (error) {
      throw workerDied(error);
    }
  };
  return {
    run: (queue) => Promise.all(Array.from({ length: threads }, () => runOne(queue))),
    enough: () => {},
    close: () => pool.destroy(),
  };
}
