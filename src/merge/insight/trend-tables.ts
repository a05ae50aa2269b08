import { groupedNumber } from '../writers/number-text.js';
import type { Cell, ReportTable } from '../writers/report.js';
import { sparkline } from '../writers/sparkline.js';
import { column, keyCells, keyColumns, more, nothing } from './tables.js';
import type { TrendRow, Trends } from './trend.js';

/** Nights side by side; of more, each bar is of some that follow each other. */
const MOST_BARS = 40;

/** Trends as a table for people. */
export function trendTables({ nights, dumps, rows }: Trends, limit: number): readonly ReportTable[] {
  const shown = rows.slice(0, limit);
  const hasDumps = dumps.length > 1;
  const hasGaps = shown.some(({ pages }) => pages.includes(null));
  const most = Math.max(...nights.map((night) => night.dumps));
  const lacking = dumps[0]?.dump === null ? nights.filter((night) => night.dumps < most).length : 0;
  return [
    {
      title: titleOf(nights, dumps),
      columns: [
        ...(hasDumps ? [column('dump', 'text')] : []),
        column('over time', 'bars'),
        column('pages', 'text'),
        column('per day', 'number'),
        column('95 % interval', 'text'),
        column('sure', 'percent'),
        column('class', 'text'),
        ...keyColumns(rows[0]?.key ?? {}),
      ],
      rows: shown.map((row) => [...(hasDumps ? [row.dump] : []), ...figures(row), ...keyCells(row.key)]),
      notes: [
        ...nothing(rows),
        ...more(rows.length, shown.length),
        ...(hasGaps ? ['a gap in the bars: no dump of that name in that night'] : []),
        ...(lacking > 0 ? [`${lacking} nights have fewer dumps than others: their sums are of those only`] : []),
      ],
    },
  ];
}

function titleOf(nights: Trends['nights'], dumps: Trends['dumps']): string {
  const times = dumps.flatMap(({ taken_at }) => taken_at.filter((time) => time !== null)).sort();
  const count = nights.reduce((sum, night) => sum + night.dumps, 0);
  return `${nights.length} nights, ${count} dumps: ${minuteOf(times[0])} → ${minuteOf(times.at(-1))}`;
}

/** Of ISO 8601. */
function minuteOf(time = ''): string {
  return `${time.slice(0, 16)}Z`;
}

function figures(row: TrendRow): Cell[] {
  const known = row.pages.filter((count) => count !== null);
  return [
    sparkline(bars(row.pages)),
    `${groupedNumber(known[0] as number)} → ${groupedNumber(known.at(-1) as number)}`,
    row.pages_per_day === null ? null : rounded(row.pages_per_day),
    row.pages_per_day_low === null || row.pages_per_day_high === null
      ? null
      : `${groupedNumber(rounded(row.pages_per_day_low))} … ${groupedNumber(rounded(row.pages_per_day_high))}`,
    row.confidence === null ? null : 100 * row.confidence,
    row.class,
  ];
}

/** The last that is known of each part of the nights. */
function bars(pages: readonly (number | null)[]): readonly (number | null)[] {
  if (pages.length <= MOST_BARS) return pages;
  return Array.from({ length: MOST_BARS }, (_, i) => {
    const part = pages.slice((i * pages.length) / MOST_BARS, ((i + 1) * pages.length) / MOST_BARS);
    return part.findLast((count) => count !== null) ?? null;
  });
}

/** Hundredths of a page tell nothing of a hundred. */
function rounded(pages: number): number {
  return Math.abs(pages) < 100 ? pages : Math.round(pages);
}

/** The same for a spreadsheet: a row for each series, its figures first, then a column of pages for each night, by its name. */
export function trendCsv({ nights, rows }: Trends, limit: number): ReportTable {
  return {
    title: '',
    columns: [
      column('dump', 'text'),
      ...keyColumns(rows[0]?.key ?? {}),
      ...FIGURES.map((name) => column(name, 'number')),
      ...nightNames(nights).map((name) => column(`pages_${name}`, 'number')),
    ],
    rows: rows
      .slice(0, limit)
      .map((row) => [row.dump, ...plainCells(row.key), ...FIGURES.map((name) => row[name]), ...row.pages]),
    notes: [],
  };
}

/** As in the csv of other reports. */
function plainCells(key: TrendRow['key']): Cell[] {
  return Object.values(key).map((value) => (typeof value === 'boolean' ? String(value) : value));
}

const FIGURES = ['class', 'pages_per_day', 'pages_per_day_low', 'pages_per_day_high', 'confidence'] as const;

/** What nights are called: the last part of their path, if that tells them apart. */
function nightNames(nights: Trends['nights']): string[] {
  const names = nights.map(({ night }) => /[^/]*$/.exec(night.replace(/\/+$/, ''))?.[0] ?? night);
  return new Set(names).size === names.length ? names : nights.map(({ night }) => night);
}
