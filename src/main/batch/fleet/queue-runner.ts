import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FlowProducer, Queue, QueueEvents } from 'bullmq';
import { cannotEndInTime, failureOf, PageownerError, quoted } from '../../base/errors.js';
import { version } from '../../command-line/version.js';
import type { Log } from '../results/batch-log.js';
import { type DumpRecord, RECORD_FILE } from '../results/dump-record.js';
import type { DumpRunner, RunningDump } from '../running/dump-runner.js';
import type { Job, Outcome } from '../running/thread-messages.js';
import { type FleetJob, type FleetProgress, type FleetResult, QUEUE_NAME } from './fleet-job.js';
import { described, partsOf, priorityOf, sizeOf } from './job-size.js';
import type { QueueEngine } from './queue-engine.js';

/** Jobs of one batch in the queue, waiting or being read: enough for many workers, and little for the server. */
const MOST_IN_QUEUE = 256;

/** What events did not tell, because the server was away or begun again, is asked for this often. */
const ASK_MS = 5000;

/** A folder that a worker has filled may be seen late over a network's file system. */
const SEEN_MS = 10_000;

/** A worker that does not answer to being stopped has died. */
const STOP_MS = 10_000;

/** The server need not hear that the batch has ended. */
const CLOSE_MS = 2000;

/** What is of no more use to a batch that died, in seconds. */
const KEEP_SECONDS = 24 * 3600;

/** The batch whose dumps are given. */
interface Night {
  /** Its folder, which no other batch works in. */
  readonly out: string;
  /** A larger dump is read in parts, by several workers, where its reports can be made of parts. */
  readonly splitBytes: number;
}

/** A dump in the queue. */
interface Flying {
  readonly data: FleetJob;
  readonly settle: (outcome: Outcome) => void;
  readonly fail: (error: unknown) => void;
  bytes: number;
  isAdded: boolean;
}

/** Gives the dumps of a batch to the workers of a fleet. Each may be read twice, if a worker dies or seems to; the batch takes one result. */
export class QueueRunner implements DumpRunner {
  /** Each worker minds its own memory. */
  readonly threads = 1;
  private readonly queue: Queue<FleetJob, FleetResult>;
  private readonly events: QueueEvents;
  private readonly flows: FlowProducer;
  private readonly splitBytes: number;
  private readonly log: Log;
  private readonly shown: string;
  private readonly out: string;
  private readonly producer: string = randomUUID();
  private readonly flying = new Map<string, Flying>();
  private readonly waiting: (() => void)[] = [];
  private readonly timer: NodeJS.Timeout;
  private isAway = false;

  private constructor(engine: QueueEngine, { out, splitBytes }: Night, log: Log) {
    this.queue = engine.queue();
    this.events = engine.events();
    this.flows = engine.flows();
    this.splitBytes = splitBytes;
    this.shown = engine.shown;
    this.out = out;
    this.log = log;
    this.queue.on('error', (error) => this.onAway(error));
    this.events.on('error', (error) => this.onAway(error));
    this.flows.on('error', (error) => this.onAway(error));
    this.events.on(
      'completed',
      // What fails because the server is away is asked for later.
      ({ jobId, returnvalue }) =>
        void this.take(jobId, returnvalue as unknown as FleetResult).catch((error) => this.onAway(error)),
    );
    this.events.on('failed', ({ jobId, failedReason }) => this.setAside(jobId, failedReason));
    this.events.on('progress', ({ jobId, data }) => this.onProgress(jobId, data as unknown as FleetProgress));
    this.events.on('stalled', ({ jobId }) => this.onStalled(jobId));
    this.timer = setInterval(() => void this.ask(), ASK_MS);
  }

  static async begin(engine: QueueEngine, night: Night, log: Log): Promise<QueueRunner> {
    const runner = new QueueRunner(engine, night, log);
    if (engine.warning !== undefined) log.say('warning', 'queue', engine.warning);
    await Promise.all([runner.queue.waitUntilReady(), runner.events.waitUntilReady()]);
    await runner.removeWaiting();
    if ((await runner.queue.getWorkersCount()) === 0)
      log.say('warning', 'no-workers', `no worker of version ${version()} listens at ${engine.shown} yet`);
    return runner;
  }

  async idle(): Promise<void> {
    while (this.flying.size >= MOST_IN_QUEUE) await new Promise<void>((resolved) => this.waiting.push(resolved));
  }

  run(job: Job): RunningDump {
    const { timeoutMs } = job;
    const data: FleetJob = {
      version: version(),
      out: this.out,
      producer: this.producer,
      job: { ...job, timeoutMs: Number.isFinite(timeoutMs) ? timeoutMs : null },
    };
    const id = idOf(this.out, job);
    let flying: Flying | undefined;
    const outcome = new Promise<Outcome>((settle, fail) => {
      flying = { data, settle, fail, bytes: 0, isAdded: false };
      this.flying.set(id, flying);
      this.add(id).catch((error) => this.lose(id, error));
    });
    return {
      outcome,
      bytesDone: () => flying?.bytes ?? 0,
      stop: (message) => void this.stop(id, message),
    };
  }

  withdraw(message: string): void {
    for (const id of this.flying.keys()) void this.takeOut(id, message);
  }

  async close(): Promise<boolean> {
    clearInterval(this.timer);
    const closed = Promise.all([this.events.close(), this.flows.close(), this.queue.close()]).catch(() => {
      // The server is away: it has nothing of ours that another batch would take for its own.
    });
    // A connection that is made again just now is never closed, and nothing else keeps the process.
    await Promise.race([closed, sleep(CLOSE_MS)]);
    return false;
  }

  private async add(id: string): Promise<void> {
    const flying = this.flying.get(id);
    if (!flying) return;
    const data = await described(flying.data);
    const size = sizeOf(data.job);
    const own = { priority: priorityOf(size), removeOnComplete: { age: KEEP_SECONDS }, removeOnFail: false };
    const parts = await partsOf(data.job, this.splitBytes);
    if (parts < 2) await this.queue.add('dump', data, { ...own, jobId: id });
    else {
      const files = Array.from({ length: parts }, (_, i) => join(data.job.folder, `part-${i + 1}.parquet`));
      await this.flows.add({
        name: 'dump',
        queueName: QUEUE_NAME,
        data: { ...data, job: { ...data.job, parts: files } },
        opts: { ...own, jobId: id },
        children: files.map((file, i) => ({
          name: 'part',
          queueName: QUEUE_NAME,
          data: { ...data, whole: id, job: { ...data.job, part: { number: i + 1, count: parts, file } } },
          opts: { ...own, jobId: `${id}-${i + 1}`, priority: priorityOf(size / parts), failParentOnFailure: true },
        })),
      });
    }
    flying.isAdded = true;
    // Meanwhile it was withdrawn.
    if (!this.flying.has(id)) await this.queue.remove(id);
  }

  /** What an earlier process of this batch has left in the queue. */
  private async removeWaiting(): Promise<void> {
    const left = await this.queue.getJobs(['waiting', 'prioritized', 'delayed', 'waiting-children', 'completed']);
    await Promise.all(left.filter((job) => job?.data.out === this.out).map((job) => job.remove().catch(() => {})));
  }

  /** Takes the result of a worker. */
  private async take(id: string, result: FleetResult): Promise<void> {
    const flying = this.flying.get(id);
    if (!flying) return;
    // Of an earlier process, whose folders are gone.
    if (result.producer !== this.producer) return this.again(id);
    if (result.status === 'failed' && result.error.code === 'output') {
      const { code, message } = result.error;
      return this.end(id, { ...result, error: { code, message: `${result.worker}: ${message}` } });
    }
    if (result.status !== 'done') return this.end(id, result);
    const { folder, milliseconds, bytes } = result;
    const record = await recordIn(folder);
    if (!record) {
      const message = `${quoted(folder)}, which worker ${result.worker} filled, is not seen here: the output folder must be the same on all hosts`;
      return this.end(id, { status: 'failed', error: failureOf(new PageownerError('output', message)), isRead: true });
    }
    flying.bytes = bytes;
    this.end(id, { ...result, record, milliseconds: Float64Array.from(milliseconds) });
  }

  private end(id: string, outcome: Outcome): void {
    const flying = this.flying.get(id);
    if (!flying) return;
    this.flying.delete(id);
    this.waiting.shift()?.();
    // A job that was set aside stays, so that --resume does not let it kill more workers.
    if (outcome.status !== 'failed' || outcome.error.code !== 'worker') this.queue.remove(id).catch(() => {});
    flying.settle(outcome);
  }

  /** BullMQ has given a job up: it has killed as many workers as may be. */
  private setAside(id: string, reason: string): void {
    const path = this.flying.get(id)?.data.job.path ?? '';
    const message = /stalled|^child /.test(reason)
      ? `three workers died or hung while they read ${quoted(path)}; it is set aside (pageowner queue retry lets it be tried again)`
      : quoted(reason);
    this.end(id, { status: 'failed', error: failureOf(new PageownerError('worker', message)), isRead: false });
  }

  /** The queue takes no more. */
  private lose(id: string, error: unknown): void {
    const flying = this.flying.get(id);
    this.flying.delete(id);
    this.waiting.shift()?.();
    flying?.fail(
      new PageownerError(
        'output',
        `the queue ${this.shown} takes no job: ${quoted((error as Error).message.replace(/ script: .*/s, ''))}`,
      ),
    );
  }

  private async again(id: string): Promise<void> {
    await this.queue.remove(id);
    await this.add(id);
  }

  /** Asks for what events did not tell. */
  private async ask(): Promise<void> {
    try {
      for (const [id, { isAdded }] of [...this.flying]) {
        if (!isAdded) continue;
        const job = await this.queue.getJob(id);
        if (!job) await this.add(id);
        else if (job.finishedOn === undefined) continue;
        else if (job.failedReason) this.setAside(id, job.failedReason);
        else await this.take(id, job.returnvalue);
      }
      this.isAway = false;
    } catch (error) {
      this.onAway(error as Error);
    }
  }

  /** Gives a dump up: at once if no one reads it, else when its worker has had time to hear of it. A server that is away never answers. */
  private async stop(id: string, message: string): Promise<void> {
    if (!this.flying.has(id)) return;
    this.cancel(id, message).catch((error) => this.onAway(error));
    if (!this.isAway) await sleep(STOP_MS, undefined, { ref: false });
    this.giveUp(id, message);
  }

  private async cancel(id: string, message: string): Promise<void> {
    if (await this.takeOut(id, message)) return;
    const job = await this.queue.getJob(id);
    await job?.updateData({ ...job.data, cancelled: message });
  }

  /** Takes a dump out of the queue that no one reads. Returns whether it was one. */
  private async takeOut(id: string, message: string): Promise<boolean> {
    const isRemoved = (await this.queue.remove(id).catch(() => 0)) === 1;
    if (isRemoved) this.giveUp(id, message);
    return isRemoved;
  }

  private giveUp(id: string, message: string): void {
    const path = this.flying.get(id)?.data.job.path ?? '';
    this.end(id, { status: 'failed', error: failureOf(cannotEndInTime(path, message)), isRead: false });
  }

  private onProgress(id: string, { bytes }: FleetProgress): void {
    const flying = this.flying.get(id);
    if (flying) flying.bytes = bytes;
  }

  private onStalled(id: string): void {
    const name = this.flying.get(id)?.data.job.name;
    if (name === undefined) return;
    this.log.say('warning', 'stalled', `${name}: its worker died or hangs; another one begins it again`, {
      name,
      job: id,
    });
  }

  private onAway(error: Error): void {
    if (this.isAway) return;
    this.isAway = true;
    this.log.say(
      'warning',
      'queue-away',
      `the queue ${this.shown} does not answer: ${quoted(error.message)}; waiting for it`,
    );
  }
}

/** The same for the same dump, options and night: a job that is there already is not added twice. */
function idOf(out: string, { name, optionsSha256 }: Job): string {
  return createHash('sha256')
    .update(JSON.stringify([out, name, optionsSha256]))
    .digest('hex')
    .slice(0, 32);
}

async function recordIn(folder: string): Promise<DumpRecord | undefined> {
  for (let waited = 0; ; waited += 200) {
    try {
      return JSON.parse(readFileSync(join(folder, RECORD_FILE), 'utf8')) as DumpRecord;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || waited >= SEEN_MS) return undefined;
      await sleep(200);
    }
  }
}
