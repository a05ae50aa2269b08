import { Frames, type InsightKey, type KeyRule, type KeyValue } from './insight-keys.js';
import { type Interval, intervalOf } from './interval.js';
import { groupRows, keyObject } from './row-groups.js';
import { type RowSelection, selectRows } from './selection.js';
import { newestOf, pagesOfRows, type Snapshot } from './snapshot.js';
import { bySuspicion, type Ranked, weightOf } from './suspicion.js';
import { type Verdict, verdictOf } from './verdict.js';

export interface DiffOptions extends KeyRule {
  readonly by: readonly InsightKey[];
  readonly selection: RowSelection;
}

/** What changed between snapshots of one machine. Fields as in JSON. */
export interface Diff {
  readonly schema: 'pageowner.diff/1';
  readonly snapshots: readonly {
    readonly path: string;
    readonly blocks: number | null;
    readonly pages: number;
    readonly newest_ns: bigint | null;
  }[];
  readonly by: readonly string[];
  readonly rows: readonly DiffRow[];
}

export interface DiffRow {
  readonly key: Readonly<Record<string, KeyValue>>;
  /** In each snapshot. */
  readonly blocks: readonly (number | null)[];
  readonly pages: readonly number[];
  /** From each snapshot to the next. */
  readonly intervals: readonly Interval[];
  /** Growth from the first snapshot to the last; null where the times are not known. */
  readonly pages_per_hour: number | null;
  readonly verdict: Verdict;
}

const NANOS_PER_HOUR = 3_600e9;

export function diffOf(snapshots: readonly Snapshot[], { by, selection, ignoreOffsets }: DiffOptions): Diff {
  const frames = new Frames({ ignoreOffsets });
  const newest = snapshots.map(({ aggregate }) => newestOf(aggregate));
  const groups = snapshots.map(({ aggregate }) => {
    const all = groupRows(selectRows(aggregate.rows, selection), by, frames);
    return new Map(all.map((group) => [group.id, group]));
  });
  const ids = new Map(groups.flatMap((group) => [...group].map(([id, { values }]) => [id, values] as const)));
  const hours = hoursBetween(newest[0] ?? null, newest.at(-1) ?? null);
  const rows = [...ids].map(([id, values]): Ranked<DiffRow> => {
    const own = groups.map((group) => group.get(id));
    const pages = own.map((group) => group?.pages ?? 0);
    const blocks = own.map((group, i) => (snapshots[i]?.aggregate.facts.knowsBlocks ? (group?.blocks ?? 0) : null));
    const intervals = own.slice(1).map((group, i) => {
      return intervalOf(own[i], group, newest[i] ?? null, snapshots[i + 1]?.aggregate.facts.since ?? null);
    });
    const growth = (pages.at(-1) as number) - (pages[0] as number);
    const held = own.flatMap((group) => group?.rows ?? []);
    const isUsers = held.every((each) => frames.isUserMemory(each));
    const row: DiffRow = {
      key: keyObject(by, values),
      blocks,
      pages,
      intervals,
      pages_per_hour: hours === null ? null : Math.round(growth / hours),
      verdict: verdictOf(pages, intervals, isUsers),
    };
    const hasModule = held.some(({ stack }) => frames.module(stack) !== null);
    return { row, id, isUsers, suspicion: SUSPICION[row.verdict], weight: weightOf(growth, hasModule) };
  });
  return {
    schema: 'pageowner.diff/1',
    snapshots: snapshots.map(({ path, aggregate: { facts, rows: all } }, i) => ({
      path,
      blocks: facts.knowsBlocks ? facts.blocks : null,
      pages: pagesOfRows(all),
      newest_ns: newest[i] ?? null,
    })),
    by: by.map(({ name }) => name),
    rows: rows.sort(bySuspicion).map(({ row }) => row),
  };
}

function hoursBetween(from: bigint | null, to: bigint | null): number | null {
  return from === null || to === null || to <= from ? null : Number(to - from) / NANOS_PER_HOUR;
}

const SUSPICION: Readonly<Record<Verdict, number>> = {
  leak: 0,
  new: 1,
  growing: 2,
  churn: 3,
  steady: 4,
  shrinking: 5,
  gone: 6,
};
