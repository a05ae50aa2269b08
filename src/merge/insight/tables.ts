import { VMLINUX } from '../../format/frame.js';
import { groupedNumber } from '../writers/number-text.js';
import type { Cell, ReportColumn, ReportTable } from '../writers/report.js';
import { sparkline } from '../writers/sparkline.js';
import type { Age } from './age.js';
import type { Diff } from './diff.js';
import type { Frag } from './frag.js';
import type { KeyValue } from './insight-keys.js';
import type { Interval } from './interval.js';
import type { SnapshotFacts } from './snapshot.js';
import type { Top } from './top.js';

/** Reports as tables for people. */

type Tables = readonly ReportTable[];

const NANOS_PER_SECOND = 1_000_000_000n;

export function topTables({ dump, totals, rows }: Top, limit: number): Tables {
  const shown = rows.slice(0, limit);
  return [
    {
      title: titleOf(dump),
      columns: [
        column('pages', 'number'),
        column('bytes', 'bytes'),
        column('share', 'percent'),
        column('blocks', 'number'),
        ...keyColumns(rows[0]?.key ?? {}),
      ],
      rows: shown.map(({ key, pages, bytes, share, blocks }) => [pages, bytes, 100 * share, blocks, ...keyCells(key)]),
      notes: [
        ...nothing(rows),
        ...more(rows.length, shown.length),
        ...(totals.pages === dump.pages
          ? []
          : [`selected: ${groupedNumber(totals.pages)} of ${groupedNumber(dump.pages)} pages`]),
      ],
    },
  ];
}

export function diffTables({ snapshots, rows }: Diff, limit: number): Tables {
  const shown = rows.slice(0, limit);
  return [
    {
      title: snapshots.map(({ path, pages }) => `${path} (${groupedNumber(pages)} pages)`).join(' → '),
      columns: [
        column('verdict', 'text'),
        column('pages', 'text'),
        column('born', 'text'),
        column('freed', 'text'),
        ...keyColumns(rows[0]?.key ?? {}),
      ],
      rows: shown.map(({ key, verdict, pages, intervals }) => [
        verdict,
        pages.map(groupedNumber).join(' → '),
        changes(intervals, 'born'),
        changes(intervals, 'freed'),
        ...keyCells(key),
      ]),
      notes: [...nothing(rows), ...more(rows.length, shown.length)],
    },
  ];
}

/** Pages of each interval; `≤ 12` where only a bound is known, `?` where nothing is. */
function changes(intervals: readonly Interval[], what: 'born' | 'freed'): string {
  return intervals
    .map((interval) => {
      const most = interval[`${what}_pages_max`];
      const known = most ?? interval[`${what}_pages`];
      return known == null ? '?' : `${most === undefined ? '' : '≤ '}${groupedNumber(known)}`;
    })
    .join(', ');
}

export function ageTables({ dump, newest_ns, totals, untimed_pages, rows }: Age, limit: number): Tables {
  const shown = rows.slice(0, limit);
  const ages = (ns: bigint | null): Cell => (ns === null || newest_ns === null ? null : ageText(newest_ns - ns));
  return [
    {
      title: titleOf(dump),
      columns: [
        column('pages', 'number'),
        column('boot → now', 'bars'),
        column('trend', 'text'),
        column('youngest', 'text'),
        column('oldest', 'text'),
        ...keyColumns(rows[0]?.key ?? {}),
      ],
      rows: [
        ...shown.map(({ key, pages, total_pages, trend, oldest_ns, newest_ns: newest }) => {
          return [total_pages, sparkline(pages), trend, ages(newest), ages(oldest_ns), ...keyCells(key)];
        }),
      ],
      notes: [
        ...nothing(rows),
        `all: ${sparkline(totals)} over ${newest_ns === null ? 'no time' : ageText(newest_ns)} since boot`,
        ...(untimed_pages > 0 ? [`${groupedNumber(untimed_pages)} pages have no time`] : []),
        ...more(rows.length, shown.length),
      ],
    },
  ];
}

export function fragTables({ dump, pageblock_order, zones, occupancy, runs, offenders }: Frag, limit: number): Tables {
  const shown = offenders.slice(0, limit);
  const types = Object.keys(zones[0]?.mixed ?? {});
  return [
    {
      title: `${titleOf(dump)}: stacks in pageblocks of another type`,
      columns: [
        column('blocks freed', 'number'),
        column('emptied', 'number'),
        column('blocks', 'number'),
        column('pages', 'number'),
        column('type', 'text'),
        column('stack', 'stack'),
      ],
      rows: shown.map(({ stack, migratetype, blocks, pages, blocks_freed, blocks_emptied }) => {
        return [blocks_freed, blocks_emptied, blocks, pages, migratetype, stack];
      }),
      notes: [
        ...nothing(offenders),
        'blocks freed: pageblocks that compaction could free if these pages were elsewhere; emptied: those with nothing else in them',
        ...more(offenders.length, shown.length),
      ],
    },
    {
      title: `Mixed pageblocks (pageblock order ${pageblock_order})`,
      columns: [
        column('node', 'text'),
        column('zone', 'text'),
        column('seen', 'number'),
        ...types.map((type) => column(type, 'number')),
      ],
      rows: zones.map(({ node, zone, blocks, mixed }) => [
        node,
        zone,
        blocks,
        ...types.map((type) => mixed[type] ?? 0),
      ]),
      notes: ['seen: pageblocks in which a page is allocated; others are not in a dump'],
    },
    {
      title: 'Pageblocks by how full they are',
      columns: [column('type', 'text'), ...Array.from({ length: 10 }, (_, i) => column(`${i * 10} %`, 'number'))],
      rows: Object.entries(occupancy).map(([type, tenths]) => [type, ...tenths]),
      notes: Object.entries(runs).map(([what, run]) =>
        run === null
          ? `no ${what} pageblocks`
          : `longest ${what} run: ${run.blocks} pageblocks from ${run.first} on (node ${run.node ?? '?'}, zone ${run.zone ?? '?'})`,
      ),
    },
  ];
}

/** A table without rows says why it has none. */
export function nothing(rows: readonly unknown[]): string[] {
  return rows.length > 0 ? [] : ['no rows: nothing is there that was asked for'];
}

export function column(name: string, kind: ReportColumn['kind']): ReportColumn {
  return { name, kind };
}

/** `stack` last, as the writers want it. */
export function keyColumns(key: Readonly<Record<string, KeyValue>>): ReportColumn[] {
  return Object.keys(key).map((name) => column(name, name === 'stack' ? 'stack' : 'text'));
}

export function keyCells(key: Readonly<Record<string, KeyValue>>): Cell[] {
  return Object.entries(key).map(([name, value]) => {
    if (name === 'module' && value === null) return VMLINUX;
    return typeof value === 'boolean' ? (value ? 'yes' : 'no') : value;
  });
}

export function titleOf({ path, pages, blocks, malformed }: SnapshotFacts): string {
  const inBlocks = blocks === null ? '' : ` in ${groupedNumber(blocks - malformed)} blocks`;
  return `${path}: ${groupedNumber(pages)} pages${inBlocks}`;
}

export function more(all: number, shown: number): string[] {
  return all > shown ? [`${all - shown} more rows (--limit 0 shows all)`] : [];
}

/** `12.3 s`, `4 min`, `2.5 h`, `3.1 d`. */
export function ageText(ns: bigint): string {
  const seconds = Number(ns / (NANOS_PER_SECOND / 10n)) / 10;
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return seconds < 86_400 ? `${(seconds / 3600).toFixed(1)} h` : `${(seconds / 86_400).toFixed(1)} d`;
}
