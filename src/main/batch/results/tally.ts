import { type Percentiles, Times } from '../../reading/percentiles.js';
import { ALARMS, type Alarm } from './alarms.js';
import { type DumpRecord, grownPages, type Suspect } from './dump-record.js';
import type { Result } from './results-file.js';

/** Of failures, alarms and suspects so many are named. */
const NAMED = 20;
const SLOWEST = 5;

/** What a summary says of the dumps of a batch. Fields as in JSON. */
export interface Tallied {
  readonly dumps: {
    readonly all: number;
    readonly ok: number;
    readonly failed: number;
    /** Of those that are ok: read by an earlier run. */
    readonly reused: number;
    /** Of those that are ok: with blocks that are cut off or no page_owner text. */
    readonly damaged: number;
  };
  /** Of those that are ok. */
  readonly totals: Omit<DumpRecord['counts'], 'malformed_at' | 'passed_over'> & { readonly stored_bytes: number };
  /** Base pages by kind, the most first. */
  readonly kinds: Readonly<Record<string, number>>;
  readonly alarms: {
    readonly count: number;
    readonly by: Readonly<Record<string, number>>;
    readonly first: readonly Raised[];
  };
  readonly failures: { readonly count: number; readonly first: readonly Failed[] };
  /** Stacks that leak; of those in all dumps, the ones that grew most. */
  readonly suspects: { readonly dumps: number; readonly count: number; readonly first: readonly NamedSuspect[] };
  readonly rebooted: readonly string[];
  readonly slowest: readonly Slow[];
  /** Milliseconds for each dump. */
  readonly dump_ms: Percentiles;
  /** The same for each chunk, of dumps read by this run. */
  readonly chunk_ms: Percentiles;
}

export interface Raised {
  readonly name: string;
  readonly alarm: Alarm['what'];
  readonly message: string;
}

export interface Failed {
  readonly name: string;
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

export interface NamedSuspect extends Suspect {
  readonly name: string;
}

interface Slow {
  readonly name: string;
  readonly seconds: number;
  readonly bytes: number;
}

/** Adds up the outcomes of dumps. It holds only those that a summary names, so its memory does not grow with the number of dumps. */
export class Tally {
  readonly dumps = { all: 0, ok: 0, failed: 0, reused: 0, damaged: 0 };
  readonly totals = { bytes: 0, stored_bytes: 0, blocks: 0, pages: 0, malformed: 0, foreign: 0 };
  readonly alarms: { count: number; by: Record<string, number>; first: Raised[] } = {
    count: 0,
    by: Object.fromEntries(ALARMS.map((what) => [what, 0])),
    first: [],
  };
  private readonly kinds = new Map<string, number>();
  private readonly failures: { count: number; first: Failed[] } = { count: 0, first: [] };
  private readonly suspects: { dumps: number; count: number; first: NamedSuspect[] } = {
    dumps: 0,
    count: 0,
    first: [],
  };
  private readonly rebooted: string[] = [];
  private slowest: Slow[] = [];
  private readonly dumpTimes: Times;
  private readonly chunkTimes: Times;

  private constructor(dumpTimes: Times, chunkTimes: Times) {
    this.dumpTimes = dumpTimes;
    this.chunkTimes = chunkTimes;
  }

  static async create(): Promise<Tally> {
    return new Tally(await Times.create(), await Times.create());
  }

  addFailed({ name, path, error }: Result): void {
    this.dumps.all++;
    this.dumps.failed++;
    note(this.failures, { name, path, code: error?.code ?? '', message: error?.message ?? '' });
  }

  addDone({ name, seconds }: Result, record: DumpRecord, isReused: boolean): void {
    const { dumps, totals } = this;
    dumps.all++;
    dumps.ok++;
    if (isReused) dumps.reused++;
    if (record.counts.malformed > 0) dumps.damaged++;
    const { bytes, blocks, pages, malformed, foreign } = record.counts;
    totals.bytes += bytes;
    totals.stored_bytes += record.input.bytes;
    totals.blocks += blocks ?? 0;
    totals.pages += pages;
    totals.malformed += malformed;
    totals.foreign += foreign;
    for (const [kind, more] of Object.entries(record.kinds)) this.kinds.set(kind, (this.kinds.get(kind) ?? 0) + more);
    if (seconds !== null) {
      this.dumpTimes.add(seconds * 1000);
      this.slowest = [...this.slowest, { name, seconds, bytes }]
        .sort((a, b) => b.seconds - a.seconds)
        .slice(0, SLOWEST);
    }
    if (record.diff) this.addDiff(name, record.diff);
  }

  addAlarm(alarm: Raised): void {
    this.alarms.by[alarm.alarm] = (this.alarms.by[alarm.alarm] ?? 0) + 1;
    note(this.alarms, alarm);
  }

  addChunks(milliseconds: Float64Array): void {
    for (const chunk of milliseconds) this.chunkTimes.add(chunk);
  }

  /** The tally is of no use afterwards. */
  end(): Tallied {
    const { dumps, totals, alarms, failures, suspects, rebooted, slowest } = this;
    const kinds = Object.fromEntries([...this.kinds].sort(([, a], [, b]) => b - a));
    return {
      dumps,
      totals,
      kinds,
      alarms,
      failures,
      suspects,
      rebooted,
      slowest,
      dump_ms: this.dumpTimes.end(),
      chunk_ms: this.chunkTimes.end(),
    };
  }

  private addDiff(name: string, { rebooted, suspects, leaking_stacks }: NonNullable<DumpRecord['diff']>): void {
    if (rebooted) this.rebooted.push(name);
    if (suspects.length === 0) return;
    this.suspects.dumps++;
    this.suspects.count += leaking_stacks;
    const all = [...this.suspects.first, ...suspects.map((suspect) => ({ name, ...suspect }))];
    this.suspects.first = all.sort((a, b) => grownPages(b) - grownPages(a)).slice(0, NAMED);
  }
}

function note<T>(noted: { count: number; first: T[] }, one: T): void {
  noted.count++;
  if (noted.first.length < NAMED) noted.first.push(one);
}
