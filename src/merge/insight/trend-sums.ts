import type { Aggregate, AggregateRow } from '../aggregate/aggregate.js';
import { Frames, type InsightKey, type KeyRule, type KeyValue } from './insight-keys.js';
import { compareTexts, groupsOf } from './row-groups.js';
import { type RowSelection, selectRows } from './selection.js';
import { pagesOfRows } from './snapshot.js';

/** A dump of a night. */
export interface NightDump {
  /** What stands together: a row has one count of pages for each. */
  readonly night: string;
  /** Pairs it with the same machine's dumps of other nights. */
  readonly name: string;
  /** In ms since 1970. */
  readonly takenAt: number;
  readonly aggregate: Aggregate;
}

export interface TrendOptions extends KeyRule {
  readonly by: readonly InsightKey[];
  readonly selection: RowSelection;
  /**
   * All dumps of a night are summed, and its time is that of its latest one. Where a dump is missing in a night, the sum is that of the others: it falls,
   * though nothing was freed.
   */
  readonly together: boolean;
}

/** Lists of this file have an item for each night, by its index, and none where nothing is known. */
type ByNight = number[];

export interface NightFacts {
  readonly night: string;
  readonly index: number;
  dumps: number;
  /** In ms since 1970: of its latest dump. */
  time: number;
}

/** What is known of all dumps of one name. */
export interface DumpSums {
  readonly name: string | null;
  /** In ms since 1970. */
  readonly times: ByNight;
  /** All that is selected. */
  readonly pages: ByNight;
  readonly groups: Map<GroupFacts, ByNight>;
}

/** What a group is, in all dumps. */
export interface GroupFacts {
  readonly id: string;
  readonly values: readonly KeyValue[];
  /** All of it, so far, is what processes asked for themselves. */
  isUsers: boolean;
  hasModule: boolean;
}

/** Pages of groups, by dump and night: all that is kept of the aggregates. */
export class TrendSums {
  private readonly options: TrendOptions;
  private readonly frames: Frames;
  private readonly nights = new Map<string, NightFacts>();
  private readonly dumps = new Map<string | null, DumpSums>();
  private readonly groups = new Map<string, GroupFacts>();

  constructor(options: TrendOptions) {
    this.options = options;
    this.frames = new Frames(options);
  }

  add({ night: name, name: dumpName, takenAt, aggregate }: NightDump): void {
    const { by, selection, together } = this.options;
    const night = this.night(name);
    night.dumps++;
    night.time = Math.max(night.time, takenAt);
    const dump = this.dump(together ? null : dumpName);
    const { index } = night;
    dump.times[index] = Math.max(dump.times[index] ?? takenAt, takenAt);
    const rows = selectRows(aggregate.rows, selection);
    addTo(dump.pages, index, pagesOfRows(rows));
    for (const row of rows)
      for (const { id, values } of groupsOf(row, by, this.frames)) {
        const facts = this.group(id, values, row);
        let pages = dump.groups.get(facts);
        if (!pages) {
          pages = [];
          dump.groups.set(facts, pages);
        }
        addTo(pages, index, row.pages);
      }
  }

  nightsInOrder(): NightFacts[] {
    return [...this.nights.values()].sort((a, b) => a.time - b.time || compareTexts(a.night, b.night));
  }

  dumpsInOrder(): DumpSums[] {
    return [...this.dumps.values()].sort((a, b) => compareTexts(a.name ?? '', b.name ?? ''));
  }

  private night(name: string): NightFacts {
    const known = this.nights.get(name) ?? {
      night: name,
      index: this.nights.size,
      dumps: 0,
      time: Number.NEGATIVE_INFINITY,
    };
    this.nights.set(name, known);
    return known;
  }

  private dump(name: string | null): DumpSums {
    const known = this.dumps.get(name) ?? { name, times: [], pages: [], groups: new Map() };
    this.dumps.set(name, known);
    return known;
  }

  private group(id: string, values: readonly KeyValue[], row: AggregateRow): GroupFacts {
    let known = this.groups.get(id);
    if (!known) {
      known = { id, values, isUsers: true, hasModule: false };
      this.groups.set(id, known);
    }
    known.isUsers &&= this.frames.isUserMemory(row);
    known.hasModule ||= this.frames.module(row.stack) !== null;
    return known;
  }
}

function addTo(pages: ByNight, night: number, count: number): void {
  pages[night] = (pages[night] ?? 0) + count;
}
