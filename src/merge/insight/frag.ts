import type { Aggregate, AggregateRow } from '../aggregate/aggregate.js';
import { Frames, type KeyRule } from './insight-keys.js';
import { isMixing, mixedType, type Pageblock, pageblockOrderOf, pageblocksOf, typeOf } from './pageblocks.js';
import { compareTexts } from './row-groups.js';
import { type RowSelection, selectRows } from './selection.js';
import { factsOf, type Snapshot, type SnapshotFacts } from './snapshot.js';

export interface FragOptions extends KeyRule {
  /** Of offenders: all pageblocks count, but those of other nodes. */
  readonly selection: RowSelection;
}

/** What keeps pageblocks from becoming huge pages. Fields as in JSON. */
export interface Frag {
  readonly schema: 'pageowner.frag/1';
  readonly dump: SnapshotFacts;
  readonly pageblock_order: number;
  readonly zones: readonly Zone[];
  readonly mixed: MixedCounts;
  /** Pageblocks by their own type and how full they are: tenths, the last with full ones. */
  readonly occupancy: Readonly<Record<string, readonly number[]>>;
  /** The longest runs of neighbouring pageblocks with allocated pages: with movable ones only, and with some that are not. */
  readonly runs: { readonly movable: Run | null; readonly unmovable: Run | null };
  readonly offenders: readonly Offender[];
}

export interface Zone {
  readonly node: number | null;
  /** As the kernel numbers them. */
  readonly zone: number | null;
  /** Pageblocks in which a page is allocated. */
  readonly blocks: number;
  readonly mixed: MixedCounts;
}

/** Mixed pageblocks by their own type, as pagetypeinfo has them. */
export type MixedCounts = Readonly<Record<string, number>>;

export interface Run {
  readonly node: number | null;
  readonly zone: number | null;
  readonly first: number;
  readonly blocks: number;
}

/** Pages of one stack and type in pageblocks of another type. */
export interface Offender {
  readonly stack: readonly string[];
  readonly migratetype: string;
  /** Pageblocks that it mixes. */
  readonly blocks: number;
  /** Its pages in those. */
  readonly pages: number;
  /** Of those pageblocks: those in which no other page stands that cannot be moved, so that compaction could free them if it were not for this. */
  readonly blocks_freed: number;
  /** Of those: those in which nothing else is allocated. */
  readonly blocks_emptied: number;
}

const TYPES = ['Unmovable', 'Movable', 'Reclaimable', 'HighAtomic', 'CMA', 'Isolate'];
const MOVABLE = 'Movable';
const TENTHS = 10;

/** Whether a snapshot says where pages are: one of blocks that are in no pageblock has nothing to tell. */
export function knowsPlaces({ rows }: Aggregate): boolean {
  return rows.some(({ pageblocks }) => pageblocks.numbers.length > 0);
}

export function fragOf(snapshot: Snapshot, { selection, ignoreOffsets }: FragOptions): Frag {
  const { facts } = snapshot.aggregate;
  const { nodes, ...others } = selection;
  const rows = selectRows(snapshot.aggregate.rows, nodes ? { nodes } : {});
  const order = pageblockOrderOf(facts);
  const pageblocks = pageblocksOf(rows, order);
  return {
    schema: 'pageowner.frag/1',
    dump: factsOf(snapshot),
    pageblock_order: order,
    zones: zonesOf(pageblocks),
    mixed: mixedCounts(pageblocks),
    occupancy: occupancyOf(pageblocks, 2 ** order),
    runs: {
      movable: longestRun(pageblocks, (pageblock) => !holdsUnmovable(pageblock)),
      unmovable: longestRun(pageblocks, holdsUnmovable),
    },
    offenders: offendersOf(pageblocks, new Set(selectRows(rows, others)), new Frames({ ignoreOffsets })),
  };
}

/** Mixed pageblocks of all that a dump tells. */
export function mixedOf({ facts, rows }: Aggregate): MixedCounts {
  return mixedCounts(pageblocksOf(rows, pageblockOrderOf(facts)));
}

function zonesOf(pageblocks: readonly Pageblock[]): Zone[] {
  const zones = new Map<string, Pageblock[]>();
  for (const pageblock of pageblocks) {
    const id = `${pageblock.node} ${pageblock.zone}`;
    const own = zones.get(id) ?? [];
    zones.set(id, own);
    own.push(pageblock);
  }
  return [...zones.values()].map((own) => ({
    ...zoneOf(own[0] as Pageblock),
    blocks: own.length,
    mixed: mixedCounts(own),
  }));
}

function zoneOf({ node, zone }: Pageblock): { node: number | null; zone: number | null } {
  return { node: node === '' ? null : Number(node), zone: zone === '' ? null : Number(zone) };
}

/** The kernel counts pageblocks of CMA, which hold movable pages only, with the movable ones. */
function mixedCounts(pageblocks: readonly Pageblock[]): MixedCounts {
  const counts: Record<string, number> = Object.fromEntries(TYPES.map((type) => [type, 0]));
  for (const pageblock of pageblocks) {
    const type = mixedType(pageblock);
    if (type === undefined) continue;
    const counted = type === 'CMA' ? MOVABLE : type;
    counts[counted] = (counts[counted] ?? 0) + 1;
  }
  return counts;
}

function occupancyOf(pageblocks: readonly Pageblock[], pagesEach: number): Record<string, number[]> {
  const tenths: Record<string, number[]> = {};
  for (const pageblock of pageblocks) {
    const { pages } = pageblock;
    const type = typeOf(pageblock);
    const own = (tenths[type] ??= new Array(TENTHS).fill(0) as number[]);
    const used = [...pages.values()].reduce((sum, count) => sum + count, 0);
    (own[Math.min(TENTHS - 1, Math.floor((used / pagesEach) * TENTHS))] as number)++;
  }
  return tenths;
}

function holdsUnmovable({ pages }: Pageblock): boolean {
  for (const { place } of pages.keys()) if (place.migratetype !== MOVABLE) return true;
  return false;
}

function longestRun(pageblocks: readonly Pageblock[], belongs: (pageblock: Pageblock) => boolean): Run | null {
  let longest: Run | null = null;
  let first: Pageblock | undefined;
  let last: Pageblock | undefined;
  for (const pageblock of pageblocks) {
    if (!belongs(pageblock)) {
      first = undefined;
      continue;
    }
    const goesOn = first && last?.number === pageblock.number - 1 && isSameZone(last, pageblock);
    if (!goesOn) first = pageblock;
    last = pageblock;
    const blocks = pageblock.number - (first as Pageblock).number + 1;
    if (!longest || blocks > longest.blocks)
      longest = { ...zoneOf(pageblock), first: (first as Pageblock).number, blocks };
  }
  return longest;
}

function isSameZone(a: Pageblock, b: Pageblock): boolean {
  return a.node === b.node && a.zone === b.zone;
}

type Sums = { -readonly [Name in keyof Offender]: Offender[Name] };

/** The most pageblocks that could be freed first. What is not selected stays where it is. */
function offendersOf(
  pageblocks: readonly Pageblock[],
  selected: ReadonlySet<AggregateRow>,
  frames: Frames,
): Offender[] {
  const offenders = new Map<string, Sums>();
  for (const pageblock of pageblocks) {
    if (mixedType(pageblock) === undefined) continue;
    const held = heldIn(pageblock, selected, frames);
    const fixed = [...held.values()].filter(({ migratetype }) => migratetype !== MOVABLE).length;
    for (const [id, { stack, migratetype, pages, isMixing: mixes, isSelected }] of held) {
      if (!mixes || !isSelected) continue;
      const sums = offenders.get(id) ?? newOffender(stack, migratetype);
      offenders.set(id, sums);
      sums.blocks++;
      sums.pages += pages;
      if (held.size === 1) sums.blocks_emptied++;
      if (migratetype === MOVABLE ? held.size === 1 : fixed === 1) sums.blocks_freed++;
    }
  }
  return [...offenders]
    .sort(([aId, a], [bId, b]) => {
      return b.blocks_freed - a.blocks_freed || b.blocks - a.blocks || b.pages - a.pages || compareTexts(aId, bId);
    })
    .map(([, offender]) => offender);
}

/** Pages in a pageblock that are together or not elsewhere: of one stack and type, selected or not. */
interface Held {
  readonly stack: readonly string[];
  readonly migratetype: string;
  readonly isSelected: boolean;
  isMixing: boolean;
  pages: number;
}

function heldIn({ pages }: Pageblock, selected: ReadonlySet<AggregateRow>, frames: Frames): Map<string, Held> {
  const all = new Map<string, Held>();
  for (const [row, count] of pages) {
    const stack = frames.lines(row.stack);
    const { migratetype } = row.place;
    const isSelected = selected.has(row);
    const id = `${frames.idOf(stack)}\0${migratetype}\0${isSelected}`;
    const held = all.get(id) ?? { stack, migratetype, isSelected, isMixing: false, pages: 0 };
    all.set(id, held);
    held.isMixing ||= isMixing(row);
    held.pages += count;
  }
  return all;
}

function newOffender(stack: readonly string[], migratetype: string): Sums {
  return { stack, migratetype, blocks: 0, pages: 0, blocks_freed: 0, blocks_emptied: 0 };
}
