import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, Worker } from 'bullmq';
import { cannotWrite, failureOf, quoted } from '../../base/errors.js';
import { leaveBy, onSignal } from '../../command-line/program.js';
import { version } from '../../command-line/version.js';
import { JSON_LOG, type Log, TEXT_LOG } from '../results/batch-log.js';
import type { BatchPool } from '../running/batch-pool.js';
import type { DumpRunner, RunningDump } from '../running/dump-runner.js';
import { endAtOnce } from '../running/end-at-once.js';
import type { Outcome } from '../running/thread-messages.js';
import { batchPool } from '../running/thread-plan.js';
import type { FleetJob, FleetResult } from './fleet-job.js';
import { Gate } from './gate.js';
import { connectQueue, type QueueEngine } from './queue-engine.js';
import { WorkerMetrics } from './worker-metrics.js';
import type { WorkerPlan } from './worker-plan.js';

/** How often a worker says how far it is, and hears whether the batch still wants the dump. */
const TELL_MS = 2000;

/** A dump that stalls more often is set aside: its third worker died too. */
const MOST_STALLS = 2;

/** `pageowner worker`: reads dumps for batches until it is told to end. Throws a PageownerError if the queue cannot be reached. */
export async function runWorker(plan: WorkerPlan): Promise<void> {
  const log = plan.log === 'json' ? JSON_LOG : TEXT_LOG;
  const engine = await connectQueue(plan.queue);
  if (engine.warning !== undefined) log.say('warning', 'queue', engine.warning);
  const worker = new FleetWorker(plan, engine, log);
  const ended = new Promise<void>((resolve) => {
    let isEnding = false;
    onSignal((signal) => {
      // A second signal ends it without a wait: what it reads is begun again by another worker.
      if (isEnding) return false;
      isEnding = true;
      log.say('info', 'ending', `${signal}: ends when its dumps are read, in ${plan.graceMs / 1000} s at most`);
      void worker.end(plan.graceMs).then(resolve);
      return true;
    });
  });
  log.say('info', 'begin', `${plan.name}: reads dumps for batches at ${engine.shown}`, {
    worker: plan.name,
    version: version(),
  });
  await ended;
}

/** Takes jobs from the queue. Threads read the dumps, so that this one always answers the server. */
class FleetWorker {
  private readonly plan: WorkerPlan;
  private readonly log: Log;
  private readonly pool: BatchPool;
  private readonly worker: Worker<FleetJob, FleetResult>;
  private readonly queue: ReturnType<QueueEngine['queue']>;
  private readonly metrics: WorkerMetrics;
  /** A dump that takes more than the share of a thread is read again while no other one is. */
  private readonly gate = new Gate();
  private isAway = false;

  constructor(plan: WorkerPlan, engine: QueueEngine, log: Log) {
    this.plan = plan;
    this.log = log;
    this.pool = batchPool(plan, plan.threads);
    this.metrics = new WorkerMetrics(plan.metrics, plan.name, ({ message }) => log.say('warning', 'metrics', message));
    this.queue = engine.queue();
    this.worker = engine.worker((job) => this.process(job), {
      name: plan.name,
      concurrency: plan.threads,
      lockDuration: plan.stalledMs,
      stalledInterval: plan.stalledMs / 2,
      maxStalledCount: MOST_STALLS,
      metrics: { maxDataPoints: 60 },
    });
    this.worker.on('error', (error) => this.onAway(error));
    this.worker.on('ready', () => {
      this.isAway = false;
    });
    this.queue.on('error', (error) => this.onAway(error));
  }

  /** Takes no more jobs, waits for those that it has, and gives up what is not ready by then: another worker begins it again. */
  async end(graceMs: number): Promise<void> {
    const closed = (async () => {
      await this.worker.close();
      await this.queue.close();
    })().catch((error) => this.onAway(error as Error));
    // A connection that is made again just now is never closed, and nothing else keeps the process.
    await Promise.race([closed, sleep(graceMs)]);
    this.metrics.end();
    if (await this.pool.close()) leaveBy(endAtOnce);
  }

  private async process(delivered: Job<FleetJob, FleetResult>): Promise<FleetResult> {
    const { id, data } = delivered;
    const { job, producer } = data;
    if (data.version !== version())
      throw new Error(`${this.plan.name} is of version ${version()}, the batch of ${data.version}`);
    const folder = `${job.folder}-${randomUUID()}`;
    const from = performance.now();
    this.metrics.dumpBegins();
    const outcome = await this.read(delivered, folder);
    const seconds = (performance.now() - from) / 1000;
    if (outcome.status !== 'done') rmSync(folder, { recursive: true, force: true });
    // While it was read the batch may have taken the result of another worker, or have ended.
    else if (seconds * 1000 > this.plan.stalledMs && (await this.queue.getJobState(id as string)) !== 'active')
      rmSync(folder, { recursive: true, force: true });
    const bytes = outcome.status === 'done' ? outcome.record.counts.bytes : 0;
    this.metrics.dumpEnds(outcome.status, bytes, seconds);
    const what = outcome.status === 'failed' ? outcome.error.message : outcome.status;
    this.log.say(outcome.status === 'failed' ? 'warning' : 'info', outcome.status, `${job.name}: ${what}`, {
      job: id,
      name: job.name,
      out: data.out,
      bytes,
      seconds: Number(seconds.toFixed(3)),
    });
    const own = { worker: this.plan.name, producer };
    if (outcome.status !== 'done') return { ...own, ...outcome };
    const { file, threads, warnings, milliseconds } = outcome;
    return {
      ...own,
      status: 'done',
      folder,
      bytes,
      tookMs: seconds * 1000,
      file,
      threads,
      warnings,
      milliseconds: [...milliseconds],
    };
  }

  private async read(delivered: Job<FleetJob, FleetResult>, folder: string): Promise<Outcome> {
    const outcome = await this.gate.beside(() => this.readIn(this.pool, delivered, folder));
    const isShort = outcome.status === 'failed' && outcome.error.code === 'memory' && this.plan.threads > 1;
    if (!isShort) return outcome;
    return this.gate.alone(async () => {
      const pool = batchPool(this.plan, 1);
      const again = await this.readIn(pool, delivered, folder);
      await pool.close();
      return again;
    });
  }

  /** Reads a dump, tells how far it is, and stops if the batch does not want it any more. */
  private async readIn(runner: DumpRunner, delivered: Job<FleetJob, FleetResult>, folder: string): Promise<Outcome> {
    const { parts, ...job } = delivered.data.job;
    const isMapped =
      parts && Object.values(await delivered.getChildrenValues()).every(({ status }) => status === 'mapped');
    try {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder);
    } catch (error) {
      return { status: 'failed', error: failureOf(cannotWrite(folder, error)), isRead: false };
    }
    await runner.idle();
    // What cannot be read in parts is read as a whole, and says what is wrong.
    const running = runner.run({ ...job, timeoutMs: job.timeoutMs ?? Infinity, folder, ...(isMapped && { parts }) });
    const timer = setInterval(() => void this.tell(delivered, running), TELL_MS);
    try {
      return await running.outcome;
    } finally {
      clearInterval(timer);
    }
  }

  private async tell(delivered: Job<FleetJob, FleetResult>, running: RunningDump): Promise<void> {
    try {
      await delivered.updateProgress({ worker: this.plan.name, bytes: running.bytesDone() });
      const now = await this.queue.getJob(delivered.data.whole ?? (delivered.id as string));
      if (!now) running.stop('the batch does not want it any more');
      else if (now.data.cancelled !== undefined) running.stop(now.data.cancelled);
    } catch (error) {
      this.onAway(error as Error);
    }
  }

  private onAway(error: Error): void {
    if (this.isAway) return;
    this.isAway = true;
    this.log.say('warning', 'queue-away', `the queue does not answer: ${quoted(error.message)}; waiting for it`);
  }
}
