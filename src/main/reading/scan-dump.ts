import { setImmediate } from 'node:timers/promises';
import { ChunkQueue } from '../../workers/chunk-queue.js';
import { now } from '../../workers/clock.js';
import { ReadError } from '../../workers/read-error.js';
import type { Runner } from '../../workers/runner.js';
import type { Plan, Spent, ThreadResult, WorkerResult } from '../../workers/task.js';
import { scanFailed } from '../base/errors.js';
import { CHUNKS_TO_TELL } from '../base/limits.js';
import type { FileInput, Input, StreamInput } from '../io/input.js';
import { type Part, rangeOf } from './part.js';
import { type Pool, workerPool } from './worker-pool.js';

export interface ScanOptions {
  /** What the workers are to look for. */
  readonly scan: Plan;
  readonly threads: number;
  readonly chunkBytes: number;
  /** For a file of more than this a pool is started at once. */
  readonly aloneBytes: number;
  /** For others when what is left takes longer than this, at the rate of the first chunks. In ms; default: never. */
  readonly aloneMs?: number;
  /** Only this part of a file. Of a stream there are none. */
  readonly part?: Part | undefined;
}

export interface Scanned<Whole> {
  readonly found: Whole;
  /** Threads that scanned at the same time. */
  readonly threads: number;
  /** What each chunk took, in no order. */
  readonly milliseconds: Float64Array;
  /** Over all threads. */
  readonly spent: Spent;
  /** When the last byte was scanned: now(). */
  readonly scannedAt: number;
}

/** Told the bytes that are scanned so far. */
export type OnScanned = (bytes: number) => void;

/**
 * Scans a dump and merges what the threads found. A file that is large enough is scanned by several threads; a stream comes slower than one can scan, so
 * this one does it while the next bytes are read or unpacked.
 * @param runner made for the same as `options.scan`: what this thread scans with
 */
export async function scanDump<Found, Whole>(
  input: Input,
  options: ScanOptions,
  runner: Runner<Found, Whole>,
  onScanned: OnScanned,
  startPool: typeof workerPool = workerPool,
): Promise<Scanned<Whole>> {
  try {
    return 'fd' in input
      ? await scanFile(input, options, runner, onScanned, startPool)
      : await scanStream(input, options, runner, onScanned);
  } catch (error) {
    throw error instanceof ReadError ? scanFailed(input.name, error.failure) : error;
  }
}

/** What is left of so many chunks takes so long in one thread, if the first CHUNKS_TO_TELL took `milliseconds`. */
export function millisecondsLeft(milliseconds: number, chunks: number): number {
  return milliseconds * (chunks / CHUNKS_TO_TELL - 1);
}

/** Scans a file in this thread, and in up to `threads - 1` workers if it is large enough to pay for them. */
async function scanFile<Found, Whole>(
  { fd, size }: FileInput,
  { scan, threads, chunkBytes, aloneBytes, aloneMs = Infinity, part }: ScanOptions,
  runner: Runner<Found, Whole>,
  onScanned: OnScanned,
  startPool: typeof workerPool,
): Promise<Scanned<Whole>> {
  const range = part ? rangeOf(fd, size, part) : { offset: 0, length: size };
  const queue = ChunkQueue.create(fd, range, chunkBytes);
  const chunks = range.length / chunkBytes;
  let pool: Pool | undefined;
  let others: Promise<readonly WorkerResult[]> = Promise.resolve([]);
  const getHelp = async (): Promise<void> => {
    pool = await startPool(scan, threads - 1, chunks);
    others = pool.run(queue.handle);
    // If one fails, this thread has nothing to add.
    others.catch(() => queue.close());
  };
  try {
    if (threads > 1 && range.length > aloneBytes) await getHelp();
    const started = now();
    const heldBefore = runner.bytesHeld;
    for (let taken = 1; runner.runNext(queue); taken++) {
      onScanned(queue.bytesDone);
      // Signals get their turn between chunks.
      await setImmediate();
      const isTold = !pool && threads > 1 && taken === CHUNKS_TO_TELL;
      // Where much is held of what was read, to join it takes as long as to find it.
      if (
        isTold &&
        runner.bytesHeld - heldBefore < queue.bytesDone / 4 &&
        millisecondsLeft(now() - started, chunks) > aloneMs
      )
        await getHelp();
    }
    pool?.enough();
    const results = (await others).map((result) => resultOf(result as WorkerResult<Found>));
    const scannedAt = now();
    // The threads end, and give back their memory, while this one goes on.
    const closed = pool?.close();
    for (const result of results) runner.absorb(result);
    await closed;
    return { ...runner.result(), threads: 1 + results.length, scannedAt };
  } finally {
    queue.close();
    await pool?.close();
  }
}

function resultOf<Found>(result: WorkerResult<Found>): ThreadResult<Found> {
  if ('failure' in result) throw new ReadError(result.failure);
  return result;
}

/** Scans a stream in this thread. A chunk is what comes until `chunkBytes` are full. */
async function scanStream<Found, Whole>(
  input: StreamInput,
  { chunkBytes }: ScanOptions,
  runner: Runner<Found, Whole>,
  onScanned: OnScanned,
): Promise<Scanned<Whole>> {
  const from = input.offset ?? 0;
  let offset = from;
  let milliseconds = 0;
  let chunkEnd = offset + chunkBytes;
  let waited = 0;
  let waitsFrom = now();
  for await (const pieces of input.pieces) {
    const start = now();
    waited += start - waitsFrom;
    for (const piece of pieces) {
      runner.addBytes(piece, offset);
      offset += piece.length;
    }
    waitsFrom = now();
    milliseconds += waitsFrom - start;
    onScanned(offset - from);
    if (offset < chunkEnd) continue;
    runner.noteTime(milliseconds);
    milliseconds = 0;
    chunkEnd = offset + chunkBytes;
  }
  if (offset > from) runner.endChunk(milliseconds);
  onScanned(offset - from);
  const scannedAt = now();
  const { spent, ...scanned } = runner.result();
  return { ...scanned, spent: { ...spent, reading: waited }, threads: 1, scannedAt };
}
