import { type AggregateRow, pagesOf } from '../aggregate/aggregate.js';
import { bucketEnd } from '../aggregate/time-buckets.js';

/**
 * What came and went between two snapshots. Where a saved aggregate was not asked for what was born since the first, only bounds are known: born_… and
 * freed_… are then the least they can be, and …_max the most. null: the blocks have no times, and so it is not known.
 */
export interface Interval {
  readonly born_blocks: number | null;
  readonly born_pages: number | null;
  readonly freed_blocks: number | null;
  readonly freed_pages: number | null;
  readonly born_blocks_max?: number;
  readonly born_pages_max?: number;
  readonly freed_blocks_max?: number;
  readonly freed_pages_max?: number;
}

/** Rows of a group in one snapshot, and their sums. */
export interface Held {
  readonly rows: readonly AggregateRow[];
  readonly blocks: number;
  readonly pages: number;
}

const NOTHING: Held = { rows: [], blocks: 0, pages: 0 };

/**
 * Born is what was allocated after `cut`, the newest time of the snapshot before; the rest of what is there has survived. What is there beyond that
 * cannot be: it was allocated while the earlier dump was taken, and counts as born too.
 * @param since what the later snapshot was asked for
 */
export function intervalOf(
  before: Held = NOTHING,
  after: Held = NOTHING,
  cut: bigint | null,
  since: bigint | null,
): Interval {
  if (cut === null || (after.blocks > 0 && after.rows.every(({ newest }) => newest === null)))
    return { born_blocks: null, born_pages: null, freed_blocks: null, freed_pages: null };
  const born = bornAfter(after.rows, cut, since);
  const least = change(before, after, born.blocks, born.pages);
  const most = change(before, after, born.blocksMax, born.pagesMax);
  const exact: Interval = {
    born_blocks: least.bornBlocks,
    born_pages: least.bornPages,
    freed_blocks: least.freedBlocks,
    freed_pages: least.freedPages,
  };
  if (born.blocks === born.blocksMax) return exact;
  return {
    ...exact,
    born_blocks_max: most.bornBlocks,
    born_pages_max: most.bornPages,
    freed_blocks_max: most.freedBlocks,
    freed_pages_max: most.freedPages,
  };
}

function change(before: Held, after: Held, bornBlocks: number, bornPages: number): Record<Changes, number> {
  const blocks = Math.min(before.blocks, after.blocks - bornBlocks);
  const pages = Math.min(before.pages, after.pages - bornPages);
  return {
    bornBlocks: after.blocks - blocks,
    bornPages: after.pages - pages,
    freedBlocks: before.blocks - blocks,
    freedPages: before.pages - pages,
  };
}

type Changes = 'bornBlocks' | 'bornPages' | 'freedBlocks' | 'freedPages';

interface Born {
  blocks: number;
  pages: number;
  blocksMax: number;
  pagesMax: number;
}

/** The blocks allocated after `cut`: how many there are at least, and at most. */
function bornAfter(rows: readonly AggregateRow[], cut: bigint, since: bigint | null): Born {
  const born: Born = { blocks: 0, pages: 0, blocksMax: 0, pagesMax: 0 };
  for (const row of rows) {
    const [least, most] = since === cut && row.born !== null ? [row.born, row.born] : bounds(row, cut);
    const pages = pagesOf(row.allocation);
    born.blocks += least;
    born.pages += least * pages;
    born.blocksMax += most;
    born.pagesMax += most * pages;
  }
  return born;
}

/** The same of a row whose times are known only by bucket. */
function bounds({ oldest, newest, times, blocks }: AggregateRow, cut: bigint): [number, number] {
  if (newest === null || newest <= cut) return [0, 0];
  if (oldest !== null && oldest > cut) return [blocks, blocks];
  const at = Number(cut);
  let least = 0;
  let most = 0;
  times.numbers.forEach((start, i) => {
    const count = times.blocks[i] as number;
    if (start > at) least += count;
    if (bucketEnd(start) > at) most += count;
  });
  // At least the newest block, and not the oldest one.
  return [Math.max(least, 1), Math.min(most, blocks - 1)];
}
