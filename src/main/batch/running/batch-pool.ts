import { setTimeout as sleep } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { ChunkQueue } from '../../../workers/chunk-queue.js';
import type { ThreadTask, WorkerResult } from '../../../workers/task.js';
import {
  cannotEndInTime,
  dumpTooLarge,
  failureOf,
  noThreads,
  type PageownerError,
  workerDied,
} from '../../base/errors.js';
import { BATCH_ENTRY } from '../../places.js';
import { THREAD_EXEC_ARGV } from '../../reading/worker-pool.js';
import { DumpProgress } from './dump-progress.js';
import type { DumpRunner, RunningDump } from './dump-runner.js';
import type { BatchTask, FromDump, Job, Outcome, Setup, ToDump } from './thread-messages.js';

/** Node's own words for a heap that is full. */
const HEAP_IS_FULL = 'ERR_WORKER_OUT_OF_MEMORY';

/**
 * A dump is given up by its thread itself, between two chunks or reports: Node 20 aborts now and then where a thread is ended amid its work (in zlib,
 * "~ZlibStream"). One that waits, or has not done so after so long, is ended all the same.
 */
const GIVE_UP_MS = 300;

/** A thread that has not ended after so long is held by the system. */
const PATIENCE_MS = 3000;

/** Chunks of a dump that idle threads may take. */
interface Shared {
  readonly task: ThreadTask;
  readonly queue: ChunkQueue;
  readonly signal: AbortSignal;
  readonly helpers: Promise<WorkerResult>[];
}

/** The threads of a batch. Each reads a dump of its own; one that has none helps with that of another. */
export class BatchPool implements DumpRunner {
  private readonly piscina: Piscina;
  readonly threads: number;
  private readonly shared = new Set<Shared>();
  private busy = 0;
  private isClosed = false;
  private readonly waiting: (() => void)[] = [];
  /** The ends of threads that were stopped. */
  private readonly ends: Promise<unknown>[] = [];

  constructor(setup: Setup, entry: URL = BATCH_ENTRY) {
    this.threads = setup.threads;
    this.piscina = new Piscina({
      filename: entry.href,
      minThreads: setup.threads,
      maxThreads: setup.threads,
      workerData: setup,
      execArgv: THREAD_EXEC_ARGV,
      // A thread that ends closes the numbers of what it had opened. Where a socket has closed one before (of a FIFO), it may be another thread's by then.
      trackUnmanagedFds: false,
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

  /** Whether there are no threads, and will be none. */
  get isBroken(): boolean {
    return this.piscina.threads.length === 0;
  }

  /** Gives a dump to a thread that is idle. To stop it ends the thread too. */
  run(job: Job): RunningDump {
    const progress = new DumpProgress();
    const aborter = new AbortController();
    const { port1, port2 } = new MessageChannel();
    let stopped: string | undefined;
    let stopTimer: NodeJS.Timeout | undefined;
    let hasEnded = false;
    let shared: Shared | undefined;
    port1.on('message', (message: FromDump) => {
      if (message === 'no more chunks') void this.found(shared).then((found) => port1.postMessage(found));
      else shared = this.share(message, aborter.signal);
    });
    // It closes with the thread, however that ends.
    port1.once('close', () => {
      hasEnded = true;
      clearTimeout(stopTimer);
      if (shared) this.unshare(shared);
    });
    const task: BatchTask = { job, port: port2, progress: progress.memory };
    const failed = (error: PageownerError): Outcome => ({ status: 'failed', isRead: false, error: failureOf(error) });
    const outcome = this.occupy<Outcome>(
      this.piscina.run(task, { transferList: [port2], signal: aborter.signal }),
    ).then(
      (ended) =>
        ended.status === 'failed' && stopped !== undefined ? failed(cannotEndInTime(job.path, stopped)) : ended,
      (error: NodeJS.ErrnoException) => {
        if (stopped !== undefined) return failed(cannotEndInTime(job.path, stopped));
        return failed(error.code === HEAP_IS_FULL ? dumpTooLarge(job.path) : workerDied(error));
      },
    );
    const stop = (message: string): void => {
      if (hasEnded || stopped !== undefined) return;
      stopped = message;
      progress.giveUp();
      stopTimer = setTimeout(() => this.endThreads(aborter), GIVE_UP_MS);
    };
    const { timeoutMs } = job;
    const timer = Number.isFinite(timeoutMs)
      ? setTimeout(() => stop(`it took longer than ${timeoutMs / 1000} s (--timeout)`), timeoutMs)
      : undefined;
    return {
      outcome: outcome.then((ended) => {
        clearTimeout(timer);
        // Not even one could start.
        if (this.isBroken && !this.isClosed) throw noThreads();
        return ended;
      }),
      bytesDone: () => progress.bytes,
      stop,
    };
  }

  /** Ends the threads whose tasks an aborter has. */
  private endThreads(aborter: AbortController): void {
    const before = this.piscina.threads;
    aborter.abort();
    const ended = before.filter((thread) => !this.piscina.threads.includes(thread));
    this.ends.push(...ended.map((thread) => new Promise((resolve) => thread.once('exit', resolve))));
  }

  /** Ends all threads. Returns whether some are held by a call to the system and will not: then the process does not end of itself either. */
  async close(): Promise<boolean> {
    this.isClosed = true;
    const patience = new AbortController();
    const { signal } = patience;
    const late = sleep(PATIENCE_MS, true, { signal }).catch(() => true);
    const isHeld = await Promise.race([this.end().then(() => false), late]);
    patience.abort();
    return isHeld;
  }

  /** The stopped threads first: piscina takes one that it hears to have ended after its own end for dead, and begins others while the process ends. */
  private async end(): Promise<void> {
    await Promise.all(this.ends);
    await this.piscina.destroy();
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
