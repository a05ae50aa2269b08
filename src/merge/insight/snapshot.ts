import type { Aggregate, AggregateRow } from '../aggregate/aggregate.js';
import { later } from '../aggregate/known-times.js';

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

/** The same of several together. */
export function factsOfAll(facts: readonly SnapshotFacts[]): SnapshotFacts {
  const [first] = facts;
  if (facts.length === 1 && first) return first;
  const sum = (name: 'bytes' | 'pages' | 'malformed'): number => facts.reduce((all, each) => all + each[name], 0);
  return {
    path: facts.map(({ path }) => path).join(', '),
    bytes: sum('bytes'),
    blocks: facts.reduce<number | null>(
      (all, { blocks }) => (all === null || blocks === null ? null : all + blocks),
      0,
    ),
    pages: sum('pages'),
    malformed: sum('malformed'),
  };
}

export function pagesOfRows(rows: readonly AggregateRow[]): number {
  return rows.reduce((sum, { pages }) => sum + pages, 0);
}

/** The newest time of a snapshot, in ns since boot: about when it was taken. null where no block has a time. */
export function newestOf({ rows }: Aggregate): bigint | null {
  return rows.reduce<bigint | null>((newest, row) => later(newest, row.newest), null);
}
