import { setTimeout as sleep } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { ChunkQueue } from '../../workers/chunk-queue.js';
import type { ThreadTask, WorkerResult } from '../../workers/task.js';
import { cannotEndInTime, dumpTooLarge, failureOf, workerDied } from '../errors.js';
import { BATCH_ENTRY } from '../worker-pool.js';
import type { BatchTask, FromDump, Job, Outcome, Setup, ToDump } from './job.js';

/** Node's own words for a heap that is full. */
const HEAP_IS_FULL = 'ERR_WORKER_OUT_OF_MEMORY';

/** A thread that has not ended after so long is held by the system. */
const PATIENCE_MS = 1000;

/** Node 20 was seen to abort where a thread was ended soon after a stopped one: one that begins in its place is given so long to have begun. */
const REPLACEMENT_MS = 500;

/** A dump that a thread of the pool reads. */
export interface RunningDump {
  readonly outcome: Promise<Outcome>;
  /** Bytes scanned so far. */
  readonly bytesDone: () => number;
  /** Ends it at once, and the thread too. `outcome` then says so. */
  stop(message: string): void;
}

/** Chunks of a dump that idle threads may take. */
interface Shared {
  readonly task: ThreadTask;
  readonly queue: ChunkQueue;
  readonly signal: AbortSignal;
  readonly helpers: Promise<WorkerResult>[];
}

/** The threads of a batch. Each reads a dump of its own; one that has none helps with that of another. */
export class BatchPool {
  private readonly piscina: Piscina;
  readonly threads: number;
  private readonly shared = new Set<Shared>();
  private busy = 0;
  private readonly waiting: (() => void)[] = [];
  /** Threads that were to end, and have not: a call to the system holds them. */
  private held = 0;
  /** Whether threads were ended, and so others begun in their place. */
  private hasStopped = false;

  constructor(setup: Setup, entry: URL = BATCH_ENTRY) {
    this.threads = setup.threads;
    this.piscina = new Piscina({
      filename: entry.href,
      minThreads: setup.threads,
      maxThreads: setup.threads,
      workerData: setup,
      resourceLimits: { maxOldGenerationSizeMb: Math.ceil(setup.shareBytes / 2 ** 20) },
      atomics: 'disabled',
    });
    // Tasks tell their own errors.
    this.piscina.on('error', () => {});
  }

  /** Resolves when a thread is idle, and no other thread wants its help. */
  async idle(): Promise<void> {
    while (this.busy >= this.threads) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  /** Whether there are no threads, and will be none: one could not even start. */
  get isBroken(): boolean {
    return this.piscina.threads.length === 0;
  }

  /** Gives a dump to a thread that is idle. */
  run(job: Job): RunningDump {
    const bytesDone = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
    const counter = new BigInt64Array(bytesDone);
    const aborter = new AbortController();
    const { port1, port2 } = new MessageChannel();
    let stopped: string | undefined;
    let isHeld = false;
    let state: 'waiting' | 'begun' | 'ended' = 'waiting';
    let shared: Shared | undefined;
    port1.on('message', (message: FromDump) => {
      if (message === 'begun') state = message;
      else if (message === 'no more chunks') void this.found(shared).then((found) => port1.postMessage(found));
      else shared = this.share(message, aborter.signal);
    });
    // It closes with the thread, however that ends.
    port1.once('close', () => {
      state = 'ended';
      if (isHeld) this.held--;
      if (shared) this.unshare(shared);
    });
    const task: BatchTask = { job, port: port2, bytesDone };
    const outcome = this.occupy(this.piscina.run(task, { transferList: [port2], signal: aborter.signal })).catch(
      (error): Outcome => ({
        status: 'failed',
        isRead: false,
        error: failureOf(
          stopped !== undefined
            ? cannotEndInTime(job.path, stopped)
            : (error as NodeJS.ErrnoException).code === HEAP_IS_FULL
              ? dumpTooLarge(job.path)
              : workerDied(error),
        ),
      }),
    );
    return {
      outcome: outcome as Promise<Outcome>,
      bytesDone: () => Number(Atomics.load(counter, 0)),
      stop: (message) => {
        if (state === 'ended' || stopped !== undefined) return;
        stopped = message;
        this.hasStopped = true;
        isHeld = state === 'begun';
        if (isHeld) this.held++;
        aborter.abort();
      },
    };
  }

  /** Ends all threads. Returns whether some are held and will not: then the process does not end of itself either. */
  async close(): Promise<boolean> {
    if (this.hasStopped) await sleep(REPLACEMENT_MS);
    const patience = new AbortController();
    const { signal } = patience;
    const late = sleep(PATIENCE_MS, true, { signal }).catch(() => true);
    const isHeld = await Promise.race([this.piscina.destroy().then(() => this.held > 0), late]);
    patience.abort();
    return isHeld;
  }

  private async occupy<T>(task: Promise<T>): Promise<T> {
    this.busy++;
    try {
      return await task;
    } finally {
      this.busy--;
      this.onIdle();
    }
  }

  /** Those who help come before dumps that have not begun: what was begun ends sooner, and takes its memory with it. */
  private onIdle(): void {
    for (const shared of this.shared) this.help(shared);
    if (this.busy < this.threads) this.waiting.shift()?.();
  }

  /** Lets idle threads take chunks of a dump, those too that become idle later. */
  private share(task: ThreadTask, signal: AbortSignal): Shared {
    const shared: Shared = { task, queue: new ChunkQueue(task.queue), signal, helpers: [] };
    this.shared.add(shared);
    this.help(shared);
    return shared;
  }

  /** Leaves nothing for others to take. */
  private unshare(shared: Shared): void {
    this.shared.delete(shared);
    shared.queue.close();
  }

  private help(shared: Shared): void {
    const { task, queue, signal, helpers } = shared;
    while (this.busy < this.threads && queue.place < queue.handle.end) {
      const helper = this.occupy(this.piscina.run(task, { signal }) as Promise<WorkerResult>);
      // Without what it had the dump cannot be whole.
      helper.catch(() => this.unshare(shared));
      helpers.push(helper);
    }
  }

  /** What those found that helped. */
  private async found(shared: Shared | undefined): Promise<ToDump> {
    if (!shared) return { results: [] };
    this.shared.delete(shared);
    try {
      return { results: await Promise.all(shared.helpers) };
    } catch (error) {
      return { died: (error as Error).message };
    }
  }
}
