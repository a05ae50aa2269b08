import { ChunkQueue } from './chunk-queue.js';
import { ReadError } from './read-error.js';
import { runnerOf } from './runners.js';
import type { ThreadResult, ThreadTask, WorkerResult } from './task.js';

/** From so many bytes on a result is moved to the main thread. Piscina, which does that, takes longer to load than less takes to be copied. */
const MOVED_BYTES: number = 1 << 24;

/** What piscina calls, once a run and thread: scans chunks of the queue until there are none left. Returns a WorkerResult. */
export default async function scanChunks({ plan, queue: handle }: ThreadTask): Promise<unknown> {
  const queue = new ChunkQueue(handle);
  try {
    const runner = runnerOf(plan);
    while (runner.runNext(queue));
    const result = runner.finish() as ThreadResult;
    const buffers = buffersOf(result.found);
    return buffers.reduce((sum, { byteLength }) => sum + byteLength, 0) < MOVED_BYTES ? result : moved(result, buffers);
  } catch (error) {
    queue.close();
    if (!(error instanceof ReadError)) throw error;
    return { failure: error.failure } satisfies WorkerResult;
  }
}

/** All memory that lies in a value. */
function buffersOf(value: unknown): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) return [value.buffer as ArrayBuffer];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(buffersOf) : [];
}

async function moved(result: ThreadResult, buffers: ArrayBuffer[]): Promise<unknown> {
  const { move, transferableSymbol, valueSymbol } = await import('piscina');
  const transferable: unknown = { [valueSymbol]: result, [transferableSymbol]: buffers };
  return move(transferable as Parameters<typeof move>[0]);
}
