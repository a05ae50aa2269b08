import type { Aggregate, AggregateRow } from '../aggregate/aggregate.js';
import { later } from '../aggregate/builder.js';

/** A dump, or a saved aggregate, that reports are made of. */
export interface Snapshot {
  readonly path: string;
  readonly aggregate: Aggregate;
}

/** What reports say of a snapshot. */
export interface SnapshotFacts {
  readonly path: string;
  readonly bytes: number;
  readonly blocks: number | null;
  readonly pages: number;
  readonly malformed: number;
}

export function factsOf({ path, aggregate: { facts, rows } }: Snapshot): SnapshotFacts {
  const { bytes, blocks, malformed, knowsBlocks } = facts;
  return { path, bytes, blocks: knowsBlocks ? blocks : null, pages: pagesOfRows(rows), malformed };
}

export function pagesOfRows(rows: readonly AggregateRow[]): number {
  return rows.reduce((sum, { pages }) => sum + pages, 0);
}

/** The newest time of a snapshot, in ns since boot: about when it was taken. null where no block has a time. */
export function newestOf({ rows }: Aggregate): bigint | null {
  return rows.reduce<bigint | null>((newest, row) => later(newest, row.newest), null);
}
