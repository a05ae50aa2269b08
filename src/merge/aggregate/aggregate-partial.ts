import type { Strings } from '../dictionary.js';
import type { Counts } from '../partial.js';

/** The kinds of strings that a row's ids name, in their order there. */
export const ROW_STRINGS = ['masks', 'tasks', 'stacks', 'tails', 'places'] as const;

export type RowStrings = (typeof ROW_STRINGS)[number];

/** The aggregate of some blocks of a dump, as it crosses threads: typed arrays, and strings that no one has read. Partials can be joined in any order. */
export interface AggregatePartial extends Columns, Readonly<Record<RowStrings, Strings>> {
  readonly counts: Counts;
}

export interface Columns {
  /** Row after row the ids of its mask, task, stack, tail and place. */
  readonly rows: Uint32Array<ArrayBuffer>;
  readonly blocks: Float64Array<ArrayBuffer>;
  /** By row: blocks that count as born. */
  readonly born: Float64Array<ArrayBuffer>;
  /** By row the first and last time, in ns; NO_NANOS where no block has one. */
  readonly oldest: BigUint64Array<ArrayBuffer>;
  readonly newest: BigUint64Array<ArrayBuffer>;
  /** Blocks by row and bucket of their times (time-buckets.ts); those without a time are not there. */
  readonly ages: Cells;
  /** Blocks by row and the pageblock in which they begin; those that do not say where are not there. */
  readonly pageblocks: Cells;
  /** Blocks by the pageblock_order k for which their PFN >> k is their pageblock. */
  readonly pageblockOrders: Float64Array<ArrayBuffer>;
}

/** Blocks by row and a number of up to 53 bits: keys are row, low and high word. */
export interface Cells {
  readonly keys: Uint32Array<ArrayBuffer>;
  readonly blocks: Float64Array<ArrayBuffer>;
}

const WORD = 2 ** 32;

/** The number of the cell whose key is at `at`. */
export function cellNumber(keys: Uint32Array, at: number): number {
  return (keys[at + 1] as number) + WORD * (keys[at + 2] as number);
}
