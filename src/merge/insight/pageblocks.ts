import type { AggregateRow } from '../aggregate/aggregate.js';
import { pagesOf } from '../aggregate/aggregate.js';

/** A pageblock of a zone, as far as a dump tells of it: those without an allocated page are not there. */
export interface Pageblock {
  readonly node: string;
  readonly zone: string;
  readonly number: number;
  /** Its own migrate type. */
  readonly type: string;
  /** Pages in it, by row. */
  readonly pages: Map<AggregateRow, number>;
}

/** pageblock_order: the only one that all blocks agree with, or the usual one if several are left. null: none is. */
export function pageblockOrderOf(orders: number): number | null {
  const possible = Array.from({ length: 24 }, (_, order) => order).filter((order) => orders & (1 << order));
  if (possible.includes(USUAL_ORDER)) return USUAL_ORDER;
  return possible[0] ?? null;
}

/** 2 MiB with pages of 4 KiB. */
const USUAL_ORDER = 9;

/**
 * The pageblocks of all rows, by node, zone and number. A pageblock that has a zone's border in it is there for each zone. An allocation that is larger
 * than one counts in each that it covers, though the dump prints it in the first only.
 */
export function pageblocksOf(rows: readonly AggregateRow[], order: number): Pageblock[] {
  const known = new Map<string, Pageblock>();
  for (const row of rows) {
    const { node, zone, pageblockType } = row.place;
    const pages = pagesOf(row.allocation);
    const covered = Math.max(1, pages / 2 ** order);
    row.pageblocks.numbers.forEach((first, i) => {
      const blocks = row.pageblocks.blocks[i] as number;
      for (let number = first; number < first + covered; number++) {
        const id = `${node} ${zone} ${number}`;
        let pageblock = known.get(id);
        if (!pageblock) {
          pageblock = { node, zone, number, type: pageblockType, pages: new Map() };
          known.set(id, pageblock);
        }
        pageblock.pages.set(row, (pageblock.pages.get(row) ?? 0) + (blocks * pages) / covered);
      }
    });
  }
  return [...known.values()].sort(
    (a, b) => Number(a.node) - Number(b.node) || Number(a.zone) - Number(b.zone) || a.number - b.number,
  );
}

/** Whether it has pages of another type than its own: what pagetypeinfo counts as mixed. */
export function isMixed({ type, pages }: Pageblock): boolean {
  for (const row of pages.keys()) if (row.place.migratetype !== type) return true;
  return false;
}
