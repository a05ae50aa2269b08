import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { now } from '../../workers/clock.js';
import { PageownerError } from '../base/errors.js';
import { version } from '../command-line/version.js';
import type { BatchPlan } from './batch-plan.js';
import type { BrokenEntry, Entry } from './manifest/manifest.js';
import type { ReadAhead } from './manifest/read-ahead.js';
import type { Log } from './results/batch-log.js';
import type { DumpRecord, PreviousDump } from './results/dump-record.js';
import type { Ledger } from './results/ledger.js';
import type { Night } from './results/night-folder.js';
import { previousDump } from './results/previous-night.js';
import type { SavedDump } from './results/read-nights.js';
import type { Tally } from './results/tally.js';
import type { DumpRunner, RunningDump } from './running/dump-runner.js';
import type { Job, Outcome } from './running/thread-messages.js';
import { batchPool } from './running/thread-plan.js';

/** Why dumps are given up in the end. */
const ENDED = 'the batch was ended';

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

/** How a dump was read. */
interface Flown {
  /** What an earlier run has made of it. */
  readonly saved: SavedDump | undefined;
  readonly milliseconds: number;
  readonly runner: DumpRunner;
}

/** What a batch works with. */
export interface BatchParts {
  readonly plan: BatchPlan;
  readonly night: Night;
  /** The night that it is compared with. */
  readonly previous: string | undefined;
  readonly entries: ReadAhead<Entry | BrokenEntry>;
  readonly runner: DumpRunner;
  readonly tally: Tally;
  readonly log: Log;
  readonly ledger: Ledger;
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
  private readonly ledger: Ledger;
  private readonly entries: ReadAhead<Entry | BrokenEntry>;
  private readonly runner: DumpRunner;
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

  constructor({ plan, night, previous, entries, runner, tally, log, ledger }: BatchParts) {
    this.plan = plan;
    this.night = night;
    this.previous = previous;
    this.entries = entries;
    this.runner = runner;
    this.tally = tally;
    this.log = log;
    this.ledger = ledger;
  }

  get progress(): Progress {
    const { all: done, failed } = this.tally.dumps;
    const inFlight = [...this.flying].reduce((sum, { running }) => sum + running.bytesDone(), 0);
    return { done, failed, all: this.entries.total, bytes: this.bytes + inFlight };
  }

  async run(): Promise<void> {
    try {
      await this.readAll(this.runner);
    } catch (error) {
      this.fatal ??= error;
    }
    await Promise.all([...this.flying].map(({ ended }) => ended));
    this.isHeld = await this.runner.close();
    if (this.large.length > 0 && !this.isStopped && this.fatal === undefined) await this.readLarge();
    this.night.sweep();
    if (this.fatal !== undefined) throw this.fatal;
    this.ledger.settle(this.isStopped ? undefined : this.seen);
  }

  /** Begins no more dumps, and gives those in flight `graceMs` to come to their end. */
  async stop(graceMs: number): Promise<void> {
    this.isStopped = true;
    this.entries.end();
    this.runner.withdraw?.(ENDED);
    const ended = Promise.all([...this.flying].map(({ ended }) => ended)).then(() => true);
    if (await Promise.race([ended, sleep(graceMs, false, { ref: false })])) return;
    for (const { running } of this.flying) running.stop(ENDED);
  }

  private async readAll(runner: DumpRunner): Promise<void> {
    for (;;) {
      await runner.idle();
      const entry = await this.entries.next();
      if (entry === undefined || this.fatal !== undefined) return;
      // While it was waited for, another may have asked for help.
      await runner.idle();
      if (this.isStopped) return;
      this.seen.add(entry.name);
      if ('error' in entry) this.ledger.addBroken(entry);
      else this.begin(entry, runner);
    }
  }

  private async readLarge(): Promise<void> {
    const runner = batchPool(this.plan, 1);
    for (const entry of this.large.splice(0)) {
      if (this.isStopped || this.fatal !== undefined) break;
      await this.begin(entry, runner);
    }
    this.isHeld = (await runner.close()) || this.isHeld;
  }

  private begin(entry: Entry, runner: DumpRunner): Promise<void> {
    const { name, path, url, host, takenAt, extra } = entry;
    const previous = this.previous === undefined ? null : previousDump(this.previous, name);
    const optionsSha256 = optionsHash(entry, this.plan, previous);
    const saved = this.night.saved(name, optionsSha256);
    const known = saved ? this.knownDump(saved.record) : null;
    const folder = this.night.newPart();
    const { runs, timeoutMs } = this.plan;
    const cwd = process.cwd();
    const dump = { name, path, ...(url !== undefined && { url }), cwd, host, takenAt, extra };
    const job: Job = { ...dump, runs, timeoutMs, folder, previous, optionsSha256, known };
    const started = now();
    const running = runner.run(job);
    const ended = running.outcome
      .then((outcome) => {
        if (outcome.status !== 'unchanged') this.bytes += running.bytesDone();
        this.end(entry, outcome, { saved, milliseconds: now() - started, runner });
      })
      .catch((error) => {
        this.fatal ??= error;
        this.entries.end();
      })
      .finally(() => {
        this.flying.delete(inFlight);
        this.night.discard(folder);
      });
    const inFlight: InFlight = { running, ended };
    this.flying.add(inFlight);
    return ended;
  }

  private knownDump(record: DumpRecord): Job['known'] {
    const { name, input, outputs } = record;
    const file = this.ledger.earlierOf(record)?.file ?? null;
    return { sha256: input.sha256, file, folder: this.night.folderOf(name), outputs };
  }

  /** Records the outcome of a dump. Throws if it cannot be written. */
  private end(entry: Entry, outcome: Outcome, { saved, milliseconds, runner }: Flown): void {
    const { name } = entry;
    if (outcome.status === 'unchanged') {
      this.ledger.addReused(entry, (saved as SavedDump).record, outcome.file);
      return;
    }
    if (outcome.status === 'mapped') throw new Error('internal error: a part of a dump is no dump');
    if (outcome.status === 'done') {
      this.night.publish(outcome.folder, name);
      this.ledger.addRead(entry, outcome, outcome.tookMs ?? milliseconds);
      return;
    }
    const { error } = outcome;
    // What the end of the batch has cut short is neither done nor failed.
    if (this.isStopped && error.code === 'timeout') {
      this.log.say('info', 'dropped', `${name}: dropped, the batch was ended`, { name });
      return;
    }
    if (error.code === 'memory' && runner.threads > 1) {
      this.large.push(entry);
      this.log.say('info', 'later', `${name}: takes more than the share of a thread; read again in the end`, { name });
      return;
    }
    // If there is no room, there is none for the next one either.
    if (error.code === 'output') throw new PageownerError('output', error.message);
    // What was made of a dump that is not there now is all that there is of it.
    if (outcome.isRead && error.code === 'input') this.night.forget(name);
    this.ledger.addFailed(entry, error, milliseconds);
  }
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
