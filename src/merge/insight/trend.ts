import type { InsightKey, KeyValue } from './insight-keys.js';
import { keyObject } from './row-groups.js';
import { slopeOf } from './slope.js';
import { bySuspicion, type Ranked, weightOf } from './suspicion.js';
import { type TrendClass, trendClassOf } from './trend-class.js';
import { type DumpSums, type GroupFacts, type NightDump, type TrendOptions, TrendSums } from './trend-sums.js';

export type { NightDump, TrendOptions };

/** What became of machines' memory over many nights. Fields as in JSON. */
export interface Trends {
  readonly schema: 'pageowner.trend/1';
  readonly by: readonly string[];
  /** By the time of the latest dump in each. */
  readonly nights: readonly { readonly night: string; readonly dumps: number }[];
  /** By name. One that is in a single night has no rows. */
  readonly dumps: readonly TrendDump[];
  readonly rows: readonly TrendRow[];
}

/** Its lists have an item for each night; null: it has no dump in that night. */
export interface TrendDump {
  /** null: all are taken together. */
  readonly dump: string | null;
  /** ISO 8601, UTC. */
  readonly taken_at: readonly (string | null)[];
  /** All that is selected. */
  readonly pages: readonly (number | null)[];
}

export interface TrendRow {
  readonly dump: string | null;
  readonly key: Readonly<Record<string, KeyValue>>;
  readonly class: TrendClass;
  /** Theil and Sen's, with the limits of its 95 % interval: null where there are fewer than 5 points. */
  readonly pages_per_day: number | null;
  readonly pages_per_day_low: number | null;
  readonly pages_per_day_high: number | null;
  /** 0 to 1: that the change is no chance (Mann and Kendall's). null where there are fewer than 4 points. */
  readonly confidence: number | null;
  /** In each night: 0 where the dump has nothing of it, null where there is no dump. */
  readonly pages: readonly (number | null)[];
}

const MS_PER_DAY = 86_400_000;

/** What is new may be a leak that has just begun. */
const SUSPICION: Readonly<Record<TrendClass, number>> = { new: 0, growing: 0, steady: 1, shrinking: 2, vanished: 2 };

/**
 * How groups grow from night to night: a row for each dump name and group. Dumps come in any order, and only their sums are kept. The most suspect first:
 * the kernel's own memory before that of processes, then what is new or growing, then by growth, where what modules hold weighs ten times.
 */
export async function trendOf(
  dumps: AsyncIterable<NightDump> | Iterable<NightDump>,
  { by, selection, ignoreOffsets, together }: TrendOptions,
): Promise<Trends> {
  const sums = new TrendSums({ by, selection, ignoreOffsets, together });
  for await (const dump of dumps) sums.add(dump);
  const nights = sums.nightsInOrder();
  const order = nights.map(({ index }) => index);
  const all = sums.dumpsInOrder();
  const rows = all.flatMap((dump) => rowsOf(dump, order, by));
  return {
    schema: 'pageowner.trend/1',
    by: by.map(({ name }) => name),
    nights: nights.map(({ night, dumps: count }) => ({ night, dumps: count })),
    dumps: all.map(({ name, times, pages }) => ({
      dump: name,
      taken_at: order.map((night) => dateOf(times[night])),
      pages: order.map((night) => pages[night] ?? null),
    })),
    rows: rows.sort(bySuspicion).map(({ row }) => row),
  };
}

function dateOf(time: number | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString();
}

/** @param order all nights, in the order of time */
function rowsOf(
  { name, times, groups }: DumpSums,
  order: readonly number[],
  by: readonly InsightKey[],
): Ranked<TrendRow>[] {
  const timeOf = (night: number): number => times[night] as number;
  // Its own order: a dump may have been taken long before its night.
  const known = order.filter((night) => times[night] !== undefined).sort((a, b) => timeOf(a) - timeOf(b));
  if (known.length < 2) return [];
  const days = known.map((night) => timeOf(night) / MS_PER_DAY);
  const span = (days.at(-1) as number) - (days[0] as number);
  return [...groups].map(([facts, pages]) => {
    const counts = known.map((night) => pages[night] ?? 0);
    const slope = slopeOf(days, counts);
    const kind = trendClassOf(counts, slope);
    const row: TrendRow = {
      dump: name,
      key: keyObject(by, facts.values),
      class: kind,
      pages_per_day: slope.slope,
      pages_per_day_low: slope.low,
      pages_per_day_high: slope.high,
      confidence: slope.confidence,
      pages: order.map((night) => (times[night] === undefined ? null : (pages[night] ?? 0))),
    };
    // The median of what came in the last nights is 0.
    const growth = slope.slope || ((counts.at(-1) as number) - (counts[0] as number)) / (span || 1);
    return rankedRow(row, facts, growth);
  });
}

function rankedRow(row: TrendRow, { id, isUsers, hasModule }: GroupFacts, growth: number): Ranked<TrendRow> {
  return {
    row,
    id: `${row.dump}\0${id}`,
    isUsers,
    suspicion: SUSPICION[row.class],
    weight: weightOf(growth, hasModule),
  };
}
