import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { now } from '../../workers/clock.js';
import { type Failure, failureOf, noThreads, PageownerError } from '../base/errors.js';
import { version } from '../command-line/program.js';
import { damageOf } from '../insight/read-snapshots.js';
import type { BatchPlan } from './batch-plan.js';
import type { BrokenEntry, Entry } from './manifest/manifest.js';
import type { ReadAhead } from './manifest/read-ahead.js';
import { mixedPageblocks, raised, raisedByNight } from './results/alarms.js';
import type { Log } from './results/batch-log.js';
import type { DumpRecord, PreviousDump } from './results/dump-record.js';
import type { Night } from './results/night-folder.js';
import { previousDump } from './results/previous-night.js';
import type { SavedDump } from './results/read-nights.js';
import { type Result, Results } from './results/results-file.js';
import type { Tally } from './results/tally.js';
import { BatchPool, type RunningDump } from './running/batch-pool.js';
import type { Job, Outcome } from './running/thread-messages.js';

/** How far a batch is. */
export interface Progress {
  readonly done: number;
  readonly failed: number;
  /** undefined: the manifest may have more. */
  readonly all: number | undefined;
  /** Of text, those of dumps in flight too. */
  readonly bytes: number;
}

/** A dump in flight. */
interface InFlight {
  readonly running: RunningDump;
  readonly ended: Promise<void>;
}

/**
 * Reads the dumps of a batch, as many at a time as there are threads, and writes a folder and a line for each. What goes wrong with a dump is that dump's; what
 * goes wrong with the folder of results ends the batch: run() throws it, when all that was begun is at its end.
 */
export class Batch {
  private readonly plan: BatchPlan;
  private readonly night: Night;
  private readonly previous: string | undefined;
  private readonly log: Log;
  private readonly tally: Tally;
  private readonly entries: ReadAhead<Entry | BrokenEntry>;
  private readonly results: Results;
  private readonly pool: BatchPool;
  private readonly flying = new Set<InFlight>();
  /** Took more than the share of a thread: they are read again behind the others, with all the memory. */
  private readonly large: Entry[] = [];
  /** Names of what the manifest has had so far, broken lines too. */
  readonly seen: Set<string> = new Set();
  private bytes = 0;
  private isStopped = false;
  private fatal: unknown;
  /** Whether a thread is held by the system. */
  isHeld = false;

  constructor(
    plan: BatchPlan,
    night: Night,
    previous: string | undefined,
    entries: ReadAhead<Entry | BrokenEntry>,
    pool: BatchPool,
    tally: Tally,
    log: Log,
  ) {
    this.plan = plan;
    this.night = night;
    this.previous = previous;
    this.entries = entries;
    this.tally = tally;
    this.log = log;
    this.results = new Results(night.folder, [...night.earlier.values()]);
    this.pool = pool;
  }

  get progress(): Progress {
    const { all: done, failed } = this.tally.dumps;
    const inFlight = [...this.flying].reduce((sum, { running }) => sum + running.bytesDone(), 0);
    return { done, failed, all: this.entries.total, bytes: this.bytes + inFlight };
  }

  async run(): Promise<void> {
    try {
      await this.readAll(this.pool);
    } catch (error) {
      this.fatal ??= error;
    }
    await Promise.all([...this.flying].map(({ ended }) => ended));
    this.isHeld = await this.pool.close();
    if (this.large.length > 0 && !this.isStopped && this.fatal === undefined) await this.readLarge();
    this.night.sweep();
    if (this.fatal !== undefined) throw this.fatal;
    if (this.night.earlier.size > 0) this.results.settle(this.isStopped ? undefined : this.seen);
  }

  /** Begins no more dumps, and gives those in flight `graceMs` to come to their end. */
  async stop(graceMs: number): Promise<void> {
    this.isStopped = true;
    this.entries.end();
    const ended = Promise.all([...this.flying].map(({ ended }) => ended)).then(() => true);
    if (await Promise.race([ended, sleep(graceMs, false, { ref: false })])) return;
    for (const { running } of this.flying) running.stop('the batch was ended');
  }

  private async readAll(pool: BatchPool): Promise<void> {
    for (;;) {
      await pool.idle();
      const entry = await this.entries.next();
      if (entry === undefined || this.fatal !== undefined) return;
      // While it was waited for, another may have asked for help.
      await pool.idle();
      if (this.isStopped) return;
      this.seen.add(entry.name);
      if ('error' in entry) this.addBroken(entry);
      else this.begin(entry, pool);
    }
  }

  private async readLarge(): Promise<void> {
    const pool = batchPool(this.plan, 1);
    for (const entry of this.large.splice(0)) {
      if (this.isStopped || this.fatal !== undefined) break;
      await this.begin(entry, pool);
    }
    this.isHeld = (await pool.close()) || this.isHeld;
  }

  private begin(entry: Entry, pool: BatchPool): Promise<void> {
    const { name, path, host, takenAt, extra } = entry;
    const previous = this.previous === undefined ? null : previousDump(this.previous, name);
    const optionsSha256 = optionsHash(entry, this.plan, previous);
    const saved = this.night.saved(name, optionsSha256);
    const known = saved ? this.knownDump(saved.record) : null;
    const folder = this.night.newPart();
    const job: Job = { name, path, host, takenAt, extra, folder, previous, optionsSha256, known };
    const started = now();
    const running = pool.run(job);
    const { timeoutMs } = this.plan;
    const timer = Number.isFinite(timeoutMs)
      ? setTimeout(() => running.stop(`it took longer than ${timeoutMs / 1000} s (--timeout)`), timeoutMs)
      : undefined;
    const ended = running.outcome
      .then((outcome) => {
        if (outcome.status !== 'unchanged') this.bytes += running.bytesDone();
        this.end(entry, folder, outcome, saved, now() - started, pool);
        if (pool.isBroken) throw noThreads();
      })
      .catch((error) => {
        this.fatal ??= error;
        this.entries.end();
      })
      .finally(() => {
        clearTimeout(timer);
        this.flying.delete(inFlight);
        this.night.discard(folder);
      });
    const inFlight: InFlight = { running, ended };
    this.flying.add(inFlight);
    return ended;
  }

  /** Notes what became of a dump. Throws if that cannot be written. */
  private end(
    entry: Entry,
    folder: string,
    outcome: Outcome,
    saved: SavedDump | undefined,
    milliseconds: number,
    pool: BatchPool,
  ): void {
    const { name } = entry;
    if (outcome.status === 'unchanged') {
      this.addReused(entry, (saved as SavedDump).record, outcome.file);
      return;
    }
    if (outcome.status === 'done') {
      const { record, file, threads, warnings } = outcome;
      this.night.publish(folder, name);
      const seconds = secondsOf(milliseconds);
      const { bytes } = record.counts;
      this.tally.addChunks(outcome.milliseconds);
      this.addDone(
        {
          ...this.resultOf(entry, record),
          file,
          seconds,
          megabytes_per_second: Number((bytes / 1000 / Math.max(1, milliseconds)).toPrecision(4)),
          threads,
          chunks: outcome.milliseconds.length,
          warnings: [...warnings, ...warningsOf(record)],
        },
        record,
        false,
      );
      return;
    }
    const { error } = outcome;
    // What the end of the batch has cut short is neither done nor failed.
    if (this.isStopped && error.code === 'timeout') {
      this.log.say('info', 'dropped', `${name}: dropped, the batch was ended`, { name });
      return;
    }
    if (error.code === 'memory' && pool.threads > 1) {
      this.large.push(entry);
      this.log.say('info', 'later', `${name}: takes more than the share of a thread; read again in the end`, { name });
      return;
    }
    // If there is no room, there is none for the next one either.
    if (error.code === 'output') throw new PageownerError('output', error.message);
    // What was made of a dump that is not there now is all that there is of it.
    if (outcome.isRead && error.code === 'input') this.night.forget(name);
    this.addFailed({ ...this.resultOf(entry), error, status: 'failed', seconds: secondsOf(milliseconds) });
  }

  private knownDump(record: DumpRecord): Job['known'] {
    const { name, input, outputs } = record;
    return {
      sha256: input.sha256,
      file: this.earlierOf(record)?.file ?? null,
      folder: this.night.folderOf(name),
      outputs,
    };
  }

  /** The line of an earlier run. One that was killed may not have come to write it after it had made the folder. */
  private earlierOf({ name, input, outputs }: DumpRecord): Result | undefined {
    const earlier = this.night.earlier.get(name);
    const isSame = earlier?.input?.sha256 === input.sha256 && isDeepStrictEqual(earlier.outputs, outputs);
    return isSame ? earlier : undefined;
  }

  /** What an earlier run has made is as good as new. */
  private addReused(entry: Entry, record: DumpRecord, file: Result['file']): void {
    const earlier = this.earlierOf(record);
    const own = { ...this.resultOf(entry, record), warnings: warningsOf(record) };
    this.addDone({ ...own, ...earlier, alarms: [], line: entry.line, file }, record, true, earlier);
  }

  private addDone(result: Result, record: DumpRecord, isReused: boolean, earlier?: Result): void {
    const { name } = result;
    const alarms = this.plan.alarms.flatMap((alarm) => {
      const message = raised(alarm, record);
      return message === undefined ? [] : [{ name, alarm: alarm.what, message }];
    });
    const whole: Result = { ...result, alarms: alarms.map(({ message }) => message) };
    // The line of an earlier run stands there already.
    if (earlier === undefined || String(earlier.alarms) !== String(whole.alarms)) this.results.add(whole);
    this.tally.addDone(whole, record, isReused);
    const { seconds, counts } = whole;
    this.log.say('info', isReused ? 'reused' : 'done', `${name}: ${isReused ? 'read before' : 'done'}`, {
      name,
      seconds,
      ...counts,
    });
    for (const warning of whole.warnings) this.log.say('warning', 'warning', `${name}: ${warning}`, { name });
    for (const { alarm, message } of alarms) {
      this.tally.addAlarm({ name, alarm, message });
      this.log.say('error', 'alarm', `${name}: ${message}`, { name, alarm });
    }
  }

  /** Raises the alarm if dumps of the night before are missing. */
  addMissing(missing: readonly string[]): void {
    for (const alarm of this.plan.alarms) {
      const message = raisedByNight(alarm, missing);
      if (message === undefined) continue;
      this.tally.addAlarm({ name: '', alarm: alarm.what, message });
      this.log.say('error', 'alarm', message, { alarm: alarm.what });
    }
  }

  private addBroken({ name, line, error }: BrokenEntry): void {
    const entry: Entry = { name, path: '', host: null, takenAt: null, extra: {}, line };
    this.addFailed({ ...this.resultOf(entry), error: failureOf(error), status: 'failed', seconds: 0 });
  }

  private addFailed(result: Result): void {
    const { name, path, line } = result;
    const { code, message } = result.error as Failure;
    this.results.add(result);
    this.tally.addFailed(result);
    // What is wrong with a line of a manifest begins with its place already.
    this.log.say('error', 'failed', path === '' ? message : `${name}: ${message}`, { name, code, path, line });
  }

  private resultOf({ name, path, host, takenAt, extra, line }: Entry, record?: DumpRecord): Result {
    return {
      name,
      status: 'ok',
      error: null,
      path,
      host,
      taken_at: record?.taken_at ?? takenAt,
      extra,
      line,
      counts: record?.counts ?? null,
      mixed_pageblocks: record ? mixedPageblocks(record) : null,
      leaked_pages: record?.diff?.leaked_pages ?? null,
      alarms: [],
      warnings: [],
      input: record?.input ?? null,
      file: null,
      outputs: record?.outputs ?? {},
      seconds: null,
      megabytes_per_second: null,
      threads: null,
      chunks: null,
      ended_at: new Date().toISOString(),
    };
  }
}

/** Threads that share the memory of a batch. */
export function batchPool({ runs, chunkBytes, threadBytes }: BatchPlan, threads: number): BatchPool {
  return new BatchPool({ runs, chunkBytes, threads, shareBytes: Math.floor(threadBytes / threads) });
}

const VERSION = version();

/** Of all that the folder of a dump depends on, but its bytes. */
function optionsHash(
  { path, host, takenAt, extra }: Entry,
  { runs }: BatchPlan,
  previous: PreviousDump | null,
): string {
  const text = JSON.stringify([VERSION, path, host, takenAt, extra, runs, previous?.sha256, previous?.bootId]);
  return createHash('sha256').update(text).digest('hex');
}

function secondsOf(milliseconds: number): number {
  return Number((milliseconds / 1000).toFixed(3));
}

function warningsOf({ counts, diff }: DumpRecord): string[] {
  const { malformed_at: malformedAt, passed_over: passedOver } = counts;
  return [
    ...damageOf({ ...counts, malformedAt, passedOver }),
    ...(diff?.rebooted ? ['the machine was booted since the night before: no diff'] : []),
  ];
}
