import { groupRows, keyObject } from './groups.js';
import { Frames, type InsightKey, type KeyRule, type KeyValue } from './keys.js';
import { type RowSelection, selectRows } from './selection.js';
import { factsOf, pagesOfRows, type Snapshot, type SnapshotFacts } from './snapshot.js';

export interface TopOptions extends KeyRule {
  readonly by: readonly InsightKey[];
  readonly selection: RowSelection;
  readonly pageBytes: number;
}

/** Who holds the memory of a snapshot. Fields as in JSON. */
export interface Top {
  readonly schema: 'pageowner.top/1';
  readonly dump: SnapshotFacts;
  readonly by: readonly string[];
  readonly totals: { readonly blocks: number | null; readonly pages: number; readonly bytes: number };
  readonly rows: readonly TopRow[];
}

export interface TopRow {
  readonly key: Readonly<Record<string, KeyValue>>;
  readonly blocks: number | null;
  readonly pages: number;
  readonly bytes: number;
  /** Of all selected pages. */
  readonly share: number;
  readonly oldest_ns: bigint | null;
  readonly newest_ns: bigint | null;
}

export function topOf(snapshot: Snapshot, { by, selection, pageBytes, ignoreOffsets }: TopOptions): Top {
  const { rows, facts } = snapshot.aggregate;
  const selected = selectRows(rows, selection);
  const all = pagesOfRows(selected);
  const blocksOf = (blocks: number): number | null => (facts.knowsBlocks ? blocks : null);
  return {
    schema: 'pageowner.top/1',
    dump: factsOf(snapshot),
    by: by.map(({ name }) => name),
    totals: {
      blocks: blocksOf(selected.reduce((sum, { blocks }) => sum + blocks, 0)),
      pages: all,
      bytes: all * pageBytes,
    },
    rows: groupRows(selected, by, new Frames({ ignoreOffsets })).map(({ values, blocks, pages, oldest, newest }) => ({
      key: keyObject(by, values),
      blocks: blocksOf(blocks),
      pages,
      bytes: pages * pageBytes,
      share: all === 0 ? 0 : pages / all,
      oldest_ns: oldest,
      newest_ns: newest,
    })),
  };
}
