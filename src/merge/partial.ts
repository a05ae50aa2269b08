import type { Columns } from './block-groups.js';
import type { Strings } from './dictionary.js';

/**
 * The groups of one chunk: what a worker returns. Typed arrays only, so that it moves between threads without a copy. Partials
 * of a dump can be merged in any order.
 */
export interface Partial {
  /** The strings that the columns name by id. */
  readonly masks: Strings;
  readonly tasks: Strings;
  readonly stacks: Strings;
  readonly tails: Strings;
  readonly groups: Columns;
  readonly counts: Counts;
}

/** What became of the blocks of a chunk, or of a dump. */
export interface Counts {
  bytes: number;
  /** blocks = grouped + filtered + malformed. */
  blocks: number;
  grouped: number;
  /** Left out by the selection. */
  filtered: number;
  /** A last block without its empty line; in reports also what cannot be counted: workers/damage.ts. */
  malformed: number;
  malformedAt: number[];
  /** No page_owner text: no `Page allocated via order` in it. In groups; in reports malformed. */
  foreign: number;
  foreignAt: number[];
}

/** How many byte offsets of each kind are kept. */
const MOST_OFFSETS = 10;

export function noCounts(): Counts {
  return { bytes: 0, blocks: 0, grouped: 0, filtered: 0, malformed: 0, malformedAt: [], foreign: 0, foreignAt: [] };
}

/** Adds `more` to `counts`, keeping the lowest offsets. */
export function addCounts(counts: Counts, more: Counts): void {
  counts.bytes += more.bytes;
  counts.blocks += more.blocks;
  counts.grouped += more.grouped;
  counts.filtered += more.filtered;
  counts.malformed += more.malformed;
  counts.foreign += more.foreign;
  counts.malformedAt = lowest(counts.malformedAt, more.malformedAt);
  counts.foreignAt = lowest(counts.foreignAt, more.foreignAt);
}

/** Notes a block that cannot be counted; text of another kind is foreign too. */
export function noteMalformed(counts: Counts, offset: number, isPageOwner: boolean): void {
  counts.blocks++;
  counts.malformed++;
  noteOffset(counts.malformedAt, offset);
  if (isPageOwner) return;
  counts.foreign++;
  noteOffset(counts.foreignAt, offset);
}

/** Keeps an offset if it is among the first; offsets must come in ascending order. */
export function noteOffset(offsets: number[], offset: number): void {
  if (offsets.length < MOST_OFFSETS) offsets.push(offset);
}

function lowest(a: readonly number[], b: readonly number[]): number[] {
  return [...a, ...b].sort((x, y) => x - y).slice(0, MOST_OFFSETS);
}
