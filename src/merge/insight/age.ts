import { type AggregateRow, pagesOf } from '../aggregate/aggregate.js';
import { earlier, later } from '../aggregate/known-times.js';
import { bucketEnd, bucketOf, bucketStart } from '../aggregate/time-buckets.js';
import { Frames, type InsightKey, type KeyRule, type KeyValue } from './insight-keys.js';
import { byPages, groupRows, type InsightGroup, keyObject } from './row-groups.js';
import { type RowSelection, selectRows } from './selection.js';
import { factsOf, factsOfAll, newestOf, type Snapshot, type SnapshotFacts } from './snapshot.js';

export interface AgeOptions extends KeyRule {
  readonly by: readonly InsightKey[];
  readonly selection: RowSelection;
}

/** When the pages that are alive were allocated. Fields as in JSON. */
export interface Age {
  readonly schema: 'pageowner.age/1';
  /** All of them together. */
  readonly dump: SnapshotFacts;
  readonly dumps: readonly SnapshotFacts[];
  readonly by: readonly string[];
  /** The newest time: about when the dump was taken. Ages count back from it. */
  readonly newest_ns: bigint | null;
  /** Times since boot between which pages are counted: slice i is [edges_ns[i], edges_ns[i + 1]). */
  readonly edges_ns: readonly number[];
  /** Pages by slice. */
  readonly totals: readonly number[];
  /** Pages of blocks that have no time. */
  readonly untimed_pages: number;
  readonly rows: readonly AgeRow[];
}

export interface AgeRow {
  readonly key: Readonly<Record<string, KeyValue>>;
  readonly pages: readonly number[];
  readonly untimed_pages: number;
  readonly total_pages: number;
  readonly oldest_ns: bigint | null;
  readonly newest_ns: bigint | null;
  readonly trend: Trend;
}

/**
 * By when the pages that are alive were allocated: `boot`, nine tenths in the first tenth of the time; `young`, nine tenths in the last tenth; `steady
 * growth`, at least a tenth in each quarter; `mixed`, anything else; `unknown`, there are no times.
 */
export type Trend = 'boot' | 'young' | 'steady growth' | 'mixed' | 'unknown';

const SLICES = 40;

export function ageOf(snapshot: Snapshot, options: AgeOptions): Age {
  const sums = new AgeSums(options);
  sums.add(snapshot);
  return sums.age();
}

/** What is kept of a group: pages by the first ns of the bucket of their times. */
interface AgeGroup extends Omit<InsightGroup, 'rows'> {
  readonly times: Map<number, number>;
  untimed: number;
}

/** The same of several, one after the other. */
export class AgeSums {
  private readonly options: AgeOptions;
  private readonly frames: Frames;
  private readonly dumps: SnapshotFacts[] = [];
  private readonly groups = new Map<string, AgeGroup>();
  private readonly times = new Map<number, number>();
  private untimed = 0;
  private newest: bigint | null = null;

  constructor(options: AgeOptions) {
    this.options = options;
    this.frames = new Frames(options);
  }

  add(snapshot: Snapshot): void {
    const { by, selection } = this.options;
    const selected = selectRows(snapshot.aggregate.rows, selection);
    this.dumps.push(factsOf(snapshot));
    this.newest = later(this.newest, newestOf(snapshot.aggregate));
    addTimes(this.times, selected);
    this.untimed += untimed(selected);
    for (const { rows, ...group } of groupRows(selected, by, this.frames, snapshot.path)) {
      const known = this.groups.get(group.id) ?? { ...group, pages: 0, times: new Map(), untimed: 0 };
      this.groups.set(group.id, known);
      known.pages += group.pages;
      known.oldest = earlier(known.oldest, group.oldest);
      known.newest = later(known.newest, group.newest);
      known.untimed += untimed(rows);
      addTimes(known.times, rows);
    }
  }

  age(): Age {
    const { newest } = this;
    const edges = edgesUpTo(newest === null ? 0 : Number(newest));
    return {
      schema: 'pageowner.age/1',
      dump: factsOfAll(this.dumps),
      dumps: this.dumps,
      by: this.options.by.map(({ name }) => name),
      newest_ns: newest,
      edges_ns: edges,
      totals: slices(this.times, edges),
      untimed_pages: this.untimed,
      rows: [...this.groups.values()].sort(byPages).map((group) => {
        const own = slices(group.times, edges);
        return {
          key: keyObject(this.options.by, group.values),
          pages: own,
          untimed_pages: group.untimed,
          total_pages: group.pages,
          oldest_ns: group.oldest,
          newest_ns: group.newest,
          trend: trendOf(own),
        };
      }),
    };
  }
}

/** Slices of about the same length; each begins where a bucket does, so that counts are exact. The last ends behind the newest time. */
function edgesUpTo(newest: number): number[] {
  const edges = [0];
  for (let slice = 1; slice < SLICES; slice++) {
    const edge = bucketStart(bucketOf((newest * slice) / SLICES));
    if (edge > (edges.at(-1) as number)) edges.push(edge);
  }
  edges.push(bucketEnd(bucketStart(bucketOf(newest))) + 1);
  return edges;
}

/** Adds the pages of rows by the first ns of the bucket of their times. */
function addTimes(all: Map<number, number>, rows: readonly AggregateRow[]): void {
  for (const { allocation, times } of rows) {
    const each = pagesOf(allocation);
    times.numbers.forEach((start, i) => {
      all.set(start, (all.get(start) ?? 0) + (times.blocks[i] as number) * each);
    });
  }
}

function slices(times: ReadonlyMap<number, number>, edges: readonly number[]): number[] {
  const pages = new Array(edges.length - 1).fill(0) as number[];
  let slice = 0;
  for (const start of [...times.keys()].sort((a, b) => a - b)) {
    while (slice < pages.length - 1 && start >= (edges[slice + 1] as number)) slice++;
    (pages[slice] as number) += times.get(start) as number;
  }
  return pages;
}

/** Pages of blocks without a time. Those of a report are not known by order, only in all. */
function untimed(rows: readonly AggregateRow[]): number {
  return rows.reduce((sum, { allocation, pages, times }) => {
    return sum + pages - times.blocks.reduce((all, count) => all + count, 0) * pagesOf(allocation);
  }, 0);
}

function trendOf(pages: readonly number[]): Trend {
  const total = pages.reduce((sum, count) => sum + count, 0);
  if (total === 0) return 'unknown';
  const share = (from: number, to: number): number =>
    pages.slice(Math.round(from * pages.length), Math.round(to * pages.length)).reduce((sum, count) => sum + count, 0) /
    total;
  if (share(0, 0.1) >= 0.9) return 'boot';
  if (share(0.9, 1) >= 0.9) return 'young';
  return [0, 0.25, 0.5, 0.75].every((from) => share(from, from + 0.25) >= 0.1) ? 'steady growth' : 'mixed';
}
