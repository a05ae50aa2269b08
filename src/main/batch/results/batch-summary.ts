import { column } from '../../../merge/insight/tables.js';
import type { Cell, ReportColumn, ReportTable } from '../../../merge/writers/report.js';
import { writeMarkdown } from '../../../merge/writers/table-md.js';
import { writeText } from '../../../merge/writers/table-text.js';
import { formatSeconds } from '../../command-line/byte-units.js';
import type { Percentiles } from '../../reading/percentiles.js';
import { some } from './alarms.js';
import type { Tallied } from './tally.js';

export const SUMMARY_SCHEMA = 'pageowner.batch/1';

/** What a batch did: summary.json. */
export interface Summary extends Tallied {
  readonly schema: typeof SUMMARY_SCHEMA;
  readonly version: string;
  readonly started_at: string;
  readonly ended_at: string;
  readonly seconds: number;
  /** Of text, over all threads, in this run. */
  readonly megabytes_per_second: number;
  readonly threads: number;
  /** The signal, or the error, that ended the batch before all dumps were read; null: all were. */
  readonly ended_by: string | null;
  readonly runs: readonly string[];
  /** The night that was compared with. */
  readonly previous: string | null;
  /** Dumps that the night before had, and this one has not. */
  readonly missing: readonly string[];
}

export const SUMMARY_FILE = 'summary.json';
export const SUMMARY_TEXT_FILE = 'summary.md';
export const SUMMARY_PAGE_FILE = 'summary.html';

export function summaryMarkdown(summary: Summary): string {
  return [...writeMarkdown(tablesOf(summary))].join('');
}

export function summaryText(summary: Summary, terminal: { width: number; color: boolean }): string {
  return [...writeText(tablesOf(summary), terminal)].join('');
}

/** What an operator reads in the morning: what is wrong comes first. */
export function tablesOf(summary: Summary): ReportTable[] {
  const { alarms, failures, suspects, slowest, kinds } = summary;
  const tables = [
    table(
      'Alarms',
      alarms.count,
      [column('dump', 'text'), column('alarm', 'text'), column('what', 'text')],
      alarms.first,
      (each) => [each.name, each.alarm, each.message],
    ),
    table(
      'Failed',
      failures.count,
      [column('dump', 'text'), column('why', 'text'), column('what', 'text')],
      failures.first,
      (each) => [each.name, each.code, each.message],
    ),
    table(
      `Suspects: stacks that leak, in ${suspects.dumps} dump${suspects.dumps === 1 ? '' : 's'}, by what they grew`,
      suspects.count,
      [column('dump', 'text'), column('pages', 'text'), column('per hour', 'number'), column('stack', 'stack')],
      suspects.first,
      ({ name, pages, pages_per_hour, stack }) => [name, pages.join(' → '), pages_per_hour, stack],
    ),
    table(
      'Slowest',
      slowest.length,
      [column('dump', 'text'), column('seconds', 'number'), column('text', 'bytes')],
      slowest,
      ({ name, seconds, bytes }) => [name, seconds, bytes],
    ),
    table(
      'What the memory is for, in all dumps',
      0,
      [column('kind', 'text'), column('pages', 'number')],
      Object.entries(kinds).slice(0, 10),
      (cells) => cells,
    ),
  ];
  return [totalsTable(summary), ...tables.filter(({ rows }) => rows.length > 0)];
}

function totalsTable(summary: Summary): ReportTable {
  const { dumps, totals, seconds, dump_ms, ended_by, rebooted, missing, previous } = summary;
  return {
    title: titleOf(summary),
    columns: [
      column('dumps', 'number'),
      column('ok', 'number'),
      column('failed', 'number'),
      column('alarms', 'number'),
      column('text', 'bytes'),
      column('blocks', 'number'),
      column('cut off', 'number'),
      column('foreign', 'number'),
      column('MB/s', 'number'),
      column('time', 'text'),
    ],
    rows: [
      [
        dumps.all,
        dumps.ok,
        dumps.failed,
        summary.alarms.count,
        totals.bytes,
        totals.blocks,
        totals.malformed,
        totals.foreign,
        summary.megabytes_per_second,
        formatSeconds(seconds),
      ],
    ],
    notes: [
      ...(ended_by === null ? [] : [`not whole: ended by ${ended_by}; continue with --resume`]),
      ...(dumps.reused > 0 ? [`${dumps.reused} dumps were read by an earlier run`] : []),
      ...(previous === null ? [] : [`compared with ${previous}`]),
      ...(rebooted.length > 0 ? [`booted since, and so not compared: ${some(rebooted)}`] : []),
      ...(missing.length > 0 ? [`missing, but there the night before: ${some(missing)}`] : []),
      ...(dump_ms.max === 0 ? [] : [timesText(dump_ms)]),
    ],
  };
}

function timesText({ p50, p90, p99, max }: Percentiles): string {
  const [half, most, nearlyAll, longest] = [p50, p90, p99, max].map((ms) => `${Number((ms / 1000).toPrecision(2))} s`);
  return `a dump took ${half} (half of them less), ${most} (9 of 10), ${nearlyAll} (99 of 100), at most ${longest}`;
}

/** `2026-11-24 03:30 UTC: 1 failed, 2 alarms` */
export function titleOf({ dumps, alarms, missing, ended_by, started_at }: Summary): string {
  const wrong = [
    ...(dumps.all === 0 ? ['no dumps'] : []),
    ...(dumps.failed > 0 ? [`${dumps.failed} failed`] : []),
    ...(alarms.count > 0 ? [`${alarms.count} alarm${alarms.count === 1 ? '' : 's'}`] : []),
    ...(missing.length > 0 ? [`${missing.length} missing`] : []),
    ...(dumps.damaged > 0 ? [`${dumps.damaged} damaged`] : []),
    ...(ended_by === null ? [] : ['not whole']),
  ];
  return `${started_at.slice(0, 16).replace('T', ' ')} UTC: ${wrong.length === 0 ? 'all fine' : wrong.join(', ')}`;
}

function table<T>(
  title: string,
  count: number,
  columns: readonly ReportColumn[],
  rows: readonly T[],
  cells: (row: T) => readonly Cell[],
): ReportTable {
  const notes = count > rows.length ? [`${count - rows.length} more: see results.ndjson`] : [];
  return { title, columns, rows: rows.map(cells), notes };
}

/** What summary.json says until the batch is complete. */
export function unfinished(summary: Pick<Summary, 'version' | 'started_at' | 'runs' | 'previous'>): string {
  return `${JSON.stringify({ schema: SUMMARY_SCHEMA, ...summary, ended_by: 'it runs, or was killed' }, null, 1)}\n`;
}
