import { type AggregateRow, pagesOf } from '../aggregate/aggregate.js';
import { bucketEnd, bucketOf, bucketStart } from '../aggregate/time-buckets.js';
import { groupRows, keyObject } from './groups.js';
import { Frames, type InsightKey, type KeyRule, type KeyValue } from './keys.js';
import { type RowSelection, selectRows } from './selection.js';
import { factsOf, newestOf, type Snapshot, type SnapshotFacts } from './snapshot.js';

export interface AgeOptions extends KeyRule {
  readonly by: readonly InsightKey[];
  readonly selection: RowSelection;
}

/** When the pages that are alive were allocated. Fields as in JSON. */
export interface Age {
  readonly schema: 'pageowner.age/1';
  readonly dump: SnapshotFacts;
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

export function ageOf(snapshot: Snapshot, { by, selection, ignoreOffsets }: AgeOptions): Age {
  const newest = newestOf(snapshot.aggregate);
  const edges = edgesUpTo(newest === null ? 0 : Number(newest));
  const selected = selectRows(snapshot.aggregate.rows, selection);
  const groups = groupRows(selected, by, new Frames({ ignoreOffsets }));
  return {
    schema: 'pageowner.age/1',
    dump: factsOf(snapshot),
    by: by.map(({ name }) => name),
    newest_ns: newest,
    edges_ns: edges,
    totals: slices(selected, edges),
    untimed_pages: untimed(selected),
    rows: groups.map(({ values, rows, pages, oldest, newest: newestOfGroup }) => {
      const own = slices(rows, edges);
      return {
        key: keyObject(by, values),
        pages: own,
        untimed_pages: untimed(rows),
        total_pages: pages,
        oldest_ns: oldest,
        newest_ns: newestOfGroup,
        trend: trendOf(own),
      };
    }),
  };
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

function slices(rows: readonly AggregateRow[], edges: readonly number[]): number[] {
  const pages = new Array(edges.length - 1).fill(0) as number[];
  for (const { allocation, times } of rows) {
    const each = pagesOf(allocation);
    let slice = 0;
    times.numbers.forEach((start, i) => {
      while (slice < pages.length - 1 && start >= (edges[slice + 1] as number)) slice++;
      (pages[slice] as number) += (times.blocks[i] as number) * each;
    });
  }
  return pages;
}

function untimed(rows: readonly AggregateRow[]): number {
  return rows.reduce((sum, { allocation, blocks, times }) => {
    return sum + (blocks - times.blocks.reduce((all, count) => all + count, 0)) * pagesOf(allocation);
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
