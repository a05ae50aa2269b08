import { diffOf } from '../../merge/insight/diff.js';
import type { InsightKey, KeyValue } from '../../merge/insight/insight-keys.js';
import { compareTexts } from '../../merge/insight/row-groups.js';
import { pagesOfRows, type Snapshot } from '../../merge/insight/snapshot.js';
import { column, keyCells, keyColumns } from '../../merge/insight/tables.js';
import { formatBytes } from '../../merge/writers/format-bytes.js';
import type { ReportTable } from '../../merge/writers/report.js';
import { sparkline } from '../../merge/writers/sparkline.js';

/** One look at the memory. Fields as in NDJSON. */
export interface WatchRound {
  readonly schema: 'pageowner.watch/1';
  readonly round: number;
  /** ISO 8601. */
  readonly at: string;
  /** Since the watch began. */
  readonly seconds: number;
  readonly pages: number;
  readonly rows: readonly WatchRow[];
}

export interface WatchRow {
  readonly key: Readonly<Record<string, KeyValue>>;
  readonly pages: number;
  /** Since the round before; null: in the first round, and where times are not known. */
  readonly born: number | null;
  readonly freed: number | null;
  /** Since the first round. */
  readonly growth: number;
  readonly pages_per_minute: number | null;
  /** Of the last rounds, the newest last. */
  readonly recent: readonly number[];
}

/** How rows can be ordered, by the keys of a terminal. */
export const ORDERS = { g: 'growth', p: 'pages', b: 'born', f: 'freed' } as const;

export type Order = keyof typeof ORDERS;

/** Rounds of which a group's pages are shown. */
const MOST_RECENT = 20;

/** Sets each snapshot beside the first one and the one before. Keeps these two, and a few numbers for each group. */
export class WatchRounds {
  private readonly by: readonly InsightKey[];
  private readonly startedAt: number;
  private first: Snapshot | undefined;
  private before: Snapshot | undefined;
  private round = 0;
  private readonly recent = new Map<string, number[]>();

  /** @param startedAt ms since 1970 */
  constructor(by: readonly InsightKey[], startedAt: number) {
    this.by = by;
    this.startedAt = startedAt;
  }

  /** @param at when it was taken, in ms since 1970 */
  add(snapshot: Snapshot, at: number): WatchRound {
    this.first ??= snapshot;
    const { rows } = diffOf([this.first, this.before ?? snapshot, snapshot], {
      by: this.by,
      selection: {},
      ignoreOffsets: false,
    });
    const seconds = (at - this.startedAt) / 1000;
    const isFirst = this.before === undefined;
    const watched = rows.map(({ key, pages, intervals }): WatchRow => {
      const [from = 0, , now = 0] = pages;
      const last = intervals[1];
      return {
        key,
        pages: now,
        born: isFirst ? null : (last?.born_pages ?? null),
        freed: isFirst ? null : (last?.freed_pages ?? null),
        growth: now - from,
        pages_per_minute: isFirst || seconds === 0 ? null : Number(((60 * (now - from)) / seconds).toPrecision(3)),
        recent: this.noted(JSON.stringify(key), now),
      };
    });
    this.before = snapshot;
    return {
      schema: 'pageowner.watch/1',
      round: ++this.round,
      at: new Date(at).toISOString(),
      seconds: Number(seconds.toFixed(1)),
      pages: pagesOfRows(snapshot.aggregate.rows),
      rows: watched,
    };
  }

  private noted(id: string, pages: number): readonly number[] {
    // A group that was not there before had nothing.
    const before = this.recent.get(id) ?? Array<number>(this.round).fill(0);
    const recent = [...before, pages].slice(-MOST_RECENT);
    this.recent.set(id, recent);
    return recent;
  }
}

/** The rows that come first in an order. */
export function firstRows({ rows }: WatchRound, order: Order, limit: number): WatchRow[] {
  const value = (row: WatchRow): number => row[ORDERS[order]] ?? 0;
  const text = ({ key }: WatchRow): string => JSON.stringify(key);
  return [...rows]
    .sort((a, b) => value(b) - value(a) || b.pages - a.pages || compareTexts(text(a), text(b)))
    .slice(0, limit);
}

export function watchTable(round: WatchRound, order: Order, limit: number, pageBytes: number): ReportTable {
  const rows = firstRows(round, order, limit);
  const first = rows[0] ?? round.rows[0];
  return {
    title: `${round.at.slice(11, 19)} UTC, round ${round.round}: ${formatBytes(round.pages * pageBytes)}, by ${ORDERS[order]}`,
    columns: [
      column('held', 'text'),
      column('growth', 'number'),
      column('a minute', 'number'),
      column('born', 'number'),
      column('freed', 'number'),
      column('over time', 'bars'),
      ...keyColumns(first?.key ?? {}),
    ],
    rows: rows.map(({ key, pages, growth, pages_per_minute, born, freed, recent }) => [
      formatBytes(pages * pageBytes),
      growth,
      pages_per_minute,
      born,
      freed,
      sparkline(recent),
      ...keyCells(key),
    ]),
    notes: [],
  };
}
