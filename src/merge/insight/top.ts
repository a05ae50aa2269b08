import { earlier, later } from '../aggregate/known-times.js';
import { Frames, type InsightKey, type KeyRule, type KeyValue } from './insight-keys.js';
import { byPages, groupRows, type InsightGroup, keyObject } from './row-groups.js';
import { type RowSelection, selectRows } from './selection.js';
import { factsOf, factsOfAll, pagesOfRows, type Snapshot, type SnapshotFacts } from './snapshot.js';

export interface TopOptions extends KeyRule {
  readonly by: readonly InsightKey[];
  readonly selection: RowSelection;
  readonly pageBytes: number;
}

/** Who holds the memory of snapshots. Fields as in JSON. */
export interface Top {
  readonly schema: 'pageowner.top/1';
  /** All of them together. */
  readonly dump: SnapshotFacts;
  readonly dumps: readonly SnapshotFacts[];
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

export function topOf(snapshot: Snapshot, options: TopOptions): Top {
  const sums = new TopSums(options);
  sums.add(snapshot);
  return sums.top();
}

/** The same of several, one after the other: what is kept of each are the sums of its groups. */
export class TopSums {
  private readonly options: TopOptions;
  private readonly frames: Frames;
  private readonly dumps: SnapshotFacts[] = [];
  private readonly groups = new Map<string, Omit<InsightGroup, 'rows'>>();
  private blocks = 0;
  private pages = 0;

  constructor(options: TopOptions) {
    this.options = options;
    this.frames = new Frames(options);
  }

  add(snapshot: Snapshot): void {
    const { by, selection } = this.options;
    const selected = selectRows(snapshot.aggregate.rows, selection);
    this.dumps.push(factsOf(snapshot));
    this.pages += pagesOfRows(selected);
    this.blocks += selected.reduce((sum, { blocks }) => sum + blocks, 0);
    for (const { rows: _, ...group } of groupRows(selected, by, this.frames, snapshot.path)) {
      const known = this.groups.get(group.id);
      if (!known) {
        this.groups.set(group.id, group);
        continue;
      }
      known.blocks += group.blocks;
      known.pages += group.pages;
      known.oldest = earlier(known.oldest, group.oldest);
      known.newest = later(known.newest, group.newest);
    }
  }

  top(): Top {
    const { by, pageBytes } = this.options;
    const dump = factsOfAll(this.dumps);
    const all = this.pages;
    const blocksOf = (blocks: number): number | null => (dump.blocks === null ? null : blocks);
    return {
      schema: 'pageowner.top/1',
      dump,
      dumps: this.dumps,
      by: by.map(({ name }) => name),
      totals: { blocks: blocksOf(this.blocks), pages: all, bytes: all * pageBytes },
      rows: [...this.groups.values()].sort(byPages).map(({ values, blocks, pages, oldest, newest }) => ({
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
}
