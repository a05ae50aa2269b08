import { type AggregateRow, type Facts, NO_ORDER, pagesOf } from '../aggregate/aggregate.js';
import { compareTexts } from './row-groups.js';

/** A pageblock of a zone, as far as a dump tells of it: those without an allocated page are not there. */
export interface Pageblock {
  readonly node: string;
  readonly zone: string;
  readonly number: number;
  /** Pages in it, by row. */
  readonly pages: Map<AggregateRow, number>;
}

/** pageblock_order: that of most blocks, or the usual one where they do not say. */
export function pageblockOrderOf({ pageblockOrders }: Facts): number {
  const orders = pageblockOrders.slice(0, NO_ORDER);
  const most = Math.max(0, ...orders);
  return most === 0 ? USUAL_ORDER : orders.indexOf(most);
}

/** Blocks whose PFN is not in the pageblock that they name, by that order. */
export function misplacedBlocks(facts: Facts): number {
  const order = pageblockOrderOf(facts);
  return facts.pageblockOrders.reduce((sum, blocks, each) => sum + (each === order ? 0 : blocks), 0);
}

/** 2 MiB with pages of 4 KiB. */
const USUAL_ORDER = 9;

/** No allocation covers more pageblocks: the largest order is 13. What says so is damaged. */
const MOST_COVERED = 2 ** 10;

/** How many pageblocks each allocation of a row covers, from the one that the dump prints on: 1, unless it is larger than one. */
export function coveredBy({ allocation }: AggregateRow, order: number): number {
  return Math.min(Math.max(1, pagesOf(allocation) / 2 ** order), MOST_COVERED);
}

/**
 * The pageblocks of all rows, by node, zone and number. A pageblock that has a zone's border in it is there for each zone. An allocation that is larger
 * than one counts in each that it covers, though the dump prints it in the first only.
 */
export function pageblocksOf(rows: readonly AggregateRow[], order: number): Pageblock[] {
  const known = new Map<string, Pageblock>();
  for (const row of rows) {
    const { node, zone } = row.place;
    const { numbers, blocks: counts } = row.pageblocks;
    const pages = pagesOf(row.allocation);
    const covered = coveredBy(row, order);
    numbers.forEach((first, i) => {
      const blocks = counts[i] as number;
      for (let number = first; number < first + covered; number++) {
        const id = `${node} ${zone} ${number}`;
        let pageblock = known.get(id);
        if (!pageblock) {
          pageblock = { node, zone, number, pages: new Map() };
          known.set(id, pageblock);
        }
        pageblock.pages.set(row, (pageblock.pages.get(row) ?? 0) + (blocks * pages) / covered);
      }
    });
  }
  return [...known.values()].sort(
    (a, b) => byDigits(a.node, b.node) || byDigits(a.zone, b.zone) || a.number - b.number,
  );
}

/** By number; a node or zone that is not known, before 0, whatever order the rows are in. */
function byDigits(a: string, b: string): number {
  return Number(a) - Number(b) || compareTexts(a, b);
}

/** The pageblock's own migrate type: that of most of its pages, should it have changed while the dump was taken. */
export function typeOf({ pages }: Pageblock): string {
  return mostPages(pages);
}

/** The own type of a pageblock that has pages of another one: what pagetypeinfo counts as mixed. undefined: it is not mixed. */
export function mixedType({ pages }: Pageblock): string | undefined {
  const mixing = [...pages].filter(([row]) => isMixing(row));
  return mixing.length === 0 ? undefined : mostPages(mixing);
}

/** Whether pages of a row are in pageblocks of another type. */
export function isMixing({ place }: AggregateRow): boolean {
  return place.migratetype !== place.pageblockType;
}

/** The pageblock type with the most pages; of equal ones the first by name. */
function mostPages(pages: Iterable<readonly [AggregateRow, number]>): string {
  const sums = new Map<string, number>();
  for (const [{ place }, count] of pages) sums.set(place.pageblockType, (sums.get(place.pageblockType) ?? 0) + count);
  const sorted = [...sums].sort(([aType, a], [bType, b]) => b - a || compareTexts(aType, bType));
  return sorted[0]?.[0] ?? '';
}
