import { memcgOf } from '../../format/memcg.js';
import type { AggregateRow } from '../aggregate/aggregate.js';
import { type AgeRow, ageOf, type Trend } from './age.js';
import { type DiffRow, diffOf } from './diff.js';
import { fragOf, knowsPlaces, type MixedCounts } from './frag.js';
import { Frames, INSIGHT_KEYS, type InsightKey, type KeyRule } from './insight-keys.js';
import { compareTexts } from './row-groups.js';
import { type RowSelection, selectRows } from './selection.js';
import { factsOf, newestOf, type Snapshot, type SnapshotFacts } from './snapshot.js';
import { topOf } from './top.js';

export interface OverviewOptions extends KeyRule {
  readonly selection: RowSelection;
  readonly pageBytes: number;
}

/** The first answers, of the last of some snapshots; of several, what grows in them too. Fields as in JSON. */
export interface Overview {
  readonly schema: 'pageowner.overview/1';
  readonly dump: SnapshotFacts;
  readonly snapshots: readonly SnapshotFacts[];
  readonly totals: { readonly blocks: number | null; readonly pages: number; readonly bytes: number };
  /** The newest time, in ns since boot: about when the dump was taken. */
  readonly newest_ns: bigint | null;
  readonly kinds: readonly { readonly kind: string; readonly pages: number; readonly share: number }[];
  /** The most pages first. */
  readonly callers: readonly CallerRow[];
  /** What is alive and was allocated in the last tenth of the time since boot, the most pages first; null: there are no times. */
  readonly recent: Recent | null;
  /** null: the dump does not say where pages are. */
  readonly mixed: MixedBlocks | null;
  /** Cgroups that were removed and live on for the pages charged to them. A dump that names none has none. */
  readonly offline_memcgs: OfflineMemcgs;
  /** Groups by caller that grow from the first snapshot to the last, the most suspect first; null: there is one snapshot. */
  readonly suspects: readonly DiffRow[] | null;
}

export interface CallerRow {
  readonly caller: string | null;
  readonly kind: string;
  readonly pages: number;
  /** Of all selected pages. */
  readonly share: number;
  /** By slice of the time since boot. */
  readonly pages_by_time: readonly number[];
  readonly oldest_ns: bigint | null;
  readonly trend: Trend;
}

export interface Recent {
  readonly since_ns: number;
  readonly pages: number;
  readonly callers: readonly Pick<CallerRow, 'caller' | 'kind' | 'pages'>[];
}

export interface MixedBlocks {
  readonly pageblocks: number;
  readonly by_type: MixedCounts;
  /** The stack that spoils the most, as `frag` ranks them. */
  readonly worst: { readonly caller: string | null; readonly blocks: number; readonly blocks_freed: number } | null;
}

export interface OfflineMemcgs {
  readonly memcgs: number;
  readonly pages: number;
  /** The one with the most pages. */
  readonly largest: { readonly memcg: string; readonly pages: number } | null;
}

const RECENT_SHARE = 0.1;

export function overviewOf(snapshots: readonly [Snapshot, ...Snapshot[]], options: OverviewOptions): Overview {
  const { selection } = options;
  const last = snapshots.at(-1) as Snapshot;
  const { totals, rows: kinds } = topOf(last, { ...options, by: keys('kind') });
  const age = ageOf(last, { ...options, by: keys('caller', 'kind') });
  return {
    schema: 'pageowner.overview/1',
    dump: factsOf(last),
    snapshots: snapshots.map(factsOf),
    totals,
    newest_ns: newestOf(last.aggregate),
    kinds: kinds.map(({ key, pages, share }) => ({ kind: String(key.kind), pages, share })),
    callers: age.rows.map((row) => ({
      ...callerOfRow(row),
      pages: row.total_pages,
      share: totals.pages === 0 ? 0 : row.total_pages / totals.pages,
      pages_by_time: row.pages,
      oldest_ns: row.oldest_ns,
      trend: row.trend,
    })),
    recent: age.newest_ns === null ? null : recentOf(age.rows, age.edges_ns),
    mixed: knowsPlaces(last.aggregate) ? mixedBlocks(last, options) : null,
    offline_memcgs: offlineMemcgs(selectRows(last.aggregate.rows, selection)),
    suspects: snapshots.length < 2 ? null : suspectsOf(snapshots, options),
  };
}

function keys(...names: string[]): InsightKey[] {
  return INSIGHT_KEYS.filter(({ name }) => names.includes(name));
}

function callerOfRow({ key }: AgeRow): Pick<CallerRow, 'caller' | 'kind'> {
  return { caller: key.caller as string | null, kind: String(key.kind) };
}

/** By slices of time, so `since_ns` is where the first of them begins: a tenth of the time, or a little more. */
function recentOf(rows: readonly AgeRow[], edges: readonly number[]): Recent {
  const end = edges.at(-1) as number;
  const after = edges.findIndex((edge) => edge > end * (1 - RECENT_SHARE));
  const first = Math.max(0, after - 1);
  const callers = rows
    .map((row) => ({ ...callerOfRow(row), pages: row.pages.slice(first).reduce((sum, count) => sum + count, 0) }))
    .filter(({ pages }) => pages > 0)
    .sort((a, b) => b.pages - a.pages || compareTexts(a.caller ?? '', b.caller ?? ''));
  return {
    since_ns: edges[first] as number,
    pages: callers.reduce((sum, { pages }) => sum + pages, 0),
    callers,
  };
}

function mixedBlocks(snapshot: Snapshot, options: OverviewOptions): MixedBlocks {
  const { zones, mixed, offenders } = fragOf(snapshot, options);
  const [worst] = offenders;
  return {
    pageblocks: zones.reduce((sum, { blocks }) => sum + blocks, 0),
    by_type: mixed,
    worst: worst
      ? { caller: new Frames(options).caller(worst.stack), blocks: worst.blocks, blocks_freed: worst.blocks_freed }
      : null,
  };
}

function offlineMemcgs(rows: readonly AggregateRow[]): OfflineMemcgs {
  const pagesByName = new Map<string, number>();
  for (const { tails, pages } of rows) {
    const memcg = memcgOf(tails);
    if (memcg?.isOffline) pagesByName.set(memcg.name, (pagesByName.get(memcg.name) ?? 0) + pages);
  }
  const [largest] = [...pagesByName].sort(([a, x], [b, y]) => y - x || compareTexts(a, b));
  return {
    memcgs: pagesByName.size,
    pages: [...pagesByName.values()].reduce((sum, pages) => sum + pages, 0),
    largest: largest ? { memcg: largest[0], pages: largest[1] } : null,
  };
}

function suspectsOf(snapshots: readonly Snapshot[], options: OverviewOptions): DiffRow[] {
  const { rows } = diffOf(snapshots, { ...options, by: keys('caller') });
  return rows.filter(({ verdict }) => verdict === 'leak' || verdict === 'new' || verdict === 'growing');
}
