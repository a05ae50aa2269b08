import type { Partial } from '../merge/partial.js';
import { ChunkQueue } from './chunk-queue.js';
import { ChunkRunner } from './chunk-runner.js';
import { ReadError, type ThreadResult, type ThreadTask, type WorkerResult } from './task.js';

/** From so many bytes on a result is moved to the main thread. Piscina, which does that, takes longer to load than less takes to be copied. */
const MOVED_BYTES: number = 1 << 24;

/** What piscina calls, once a run and thread: scans chunks of the queue until there are none left. Returns a WorkerResult. */
export default async function run({ plan, queue: handle }: ThreadTask): Promise<unknown> {
  const queue = new ChunkQueue(handle);
  try {
    const runner = new ChunkRunner(plan);
    while (runner.runNext(queue));
    const result = runner.finish();
    const buffers = 'runs' in result.found ? [] : buffersOf(result.found);
    return buffers.reduce((sum, { byteLength }) => sum + byteLength, 0) < MOVED_BYTES ? result : moved(result, buffers);
  } catch (error) {
    queue.close();
    if (!(error instanceof ReadError)) throw error;
    return { failure: error.failure } satisfies WorkerResult;
  }
}

function buffersOf({ masks, tasks, stacks, tails, groups }: Partial): ArrayBuffer[] {
  return [masks, tasks, stacks, tails, groups].flatMap((part) =>
    Object.values(part).map(({ buffer }: ArrayBufferView<ArrayBuffer>) => buffer),
  );
}

async function moved(result: ThreadResult, buffers: ArrayBuffer[]): Promise<unknown> {
  const { move, transferableSymbol, valueSymbol } = await import('piscina');
  const transferable: unknown = { [valueSymbol]: result, [transferableSymbol]: buffers };
  return move(transferable as Parameters<typeof move>[0]);
}
