import { formatBytes } from '../writers/format-bytes.js';
import { groupedNumber } from '../writers/number-text.js';
import type { ReportTable } from '../writers/report.js';
import { inTenths, shareBar, sparkline } from '../writers/sparkline.js';
import type { DiffRow } from './diff.js';
import type { Overview } from './overview.js';
import { ageText, column } from './tables.js';

/** Rows that leave a screen of 40 lines room for everything. */
const KINDS = 8;
const KINDS_BESIDE_SUSPECTS = 5;
const CALLERS = 5;
const RECENT = 3;

/** The overview as one screen. `notes`: what is wrong with the dump. */
export function overviewTables(overview: Overview, pageBytes: number, notes: readonly string[]): ReportTable[] {
  const bytes = (pages: number): number => pages * pageBytes;
  const size = (pages: number): string => formatBytes(bytes(pages));
  const { suspects } = overview;
  return [
    ...(suspects ? [suspectsTable(overview, suspects, size)] : []),
    kindsTable(overview, size),
    callersTable(overview, size),
    ...(suspects ? [] : recentTables(overview, size)),
    { title: '', columns: [], rows: [], notes: [...notes, ...closing(overview, size)] },
  ];
}

type Size = (pages: number) => string;

/** Folders would leave no room for figures. */
function fileName(path = ''): string {
  return path.replace(/\/+$/, '').replace(/^.*\//s, '');
}

function suspectsTable({ snapshots }: Overview, suspects: readonly DiffRow[], size: Size): ReportTable {
  const [first, last] = [snapshots[0], snapshots.at(-1)];
  return {
    title: `What grows from ${fileName(first?.path)} to ${fileName(last?.path)} (${snapshots.length} dumps)`,
    columns: [column('verdict', 'text'), column('growth', 'text'), column('now', 'text'), column('caller', 'text')],
    rows: suspects.slice(0, CALLERS).map(({ key, verdict, pages }) => {
      const now = pages.at(-1) as number;
      return [verdict, `+${size(now - (pages[0] as number))}`, size(now), key.caller as string | null];
    }),
    notes: suspects.length > 0 ? [] : ['nothing grows'],
  };
}

function kindsTable({ dump, totals, newest_ns, kinds, suspects }: Overview, size: Size): ReportTable {
  const inBlocks = totals.blocks === null ? '' : ` in ${groupedNumber(totals.blocks)} blocks`;
  const span = newest_ns === null ? '' : `, ${ageText(newest_ns)} after boot`;
  const most = suspects ? KINDS_BESIDE_SUSPECTS : KINDS;
  const shown = kinds.length > most ? kinds.slice(0, most - 1) : kinds;
  const others = kinds.slice(shown.length);
  const sum = (what: 'pages' | 'share'): number => others.reduce((all, kind) => all + kind[what], 0);
  const rest = others.length > 0 ? [{ kind: `${others.length} more`, pages: sum('pages'), share: sum('share') }] : [];
  return {
    title: `${size(totals.pages)}: ${groupedNumber(totals.pages)} pages${inBlocks}${span} (${fileName(dump.path)})`,
    columns: [column('held', 'text'), column('share', 'percent'), column('', 'bars'), column('kind', 'text')],
    rows: [...shown, ...rest].map(({ kind, pages, share }) => [size(pages), 100 * share, shareBar(share), kind]),
    notes: [],
  };
}

function callersTable({ callers, newest_ns }: Overview, size: Size): ReportTable {
  return {
    title: 'Who holds the most',
    columns: [
      column('held', 'text'),
      column('share', 'percent'),
      column('boot → now', 'bars'),
      column('oldest', 'text'),
      column('caller', 'text'),
      column('kind', 'text'),
    ],
    rows: callers.slice(0, CALLERS).map(({ caller, kind, pages, share, pages_by_time, oldest_ns }) => {
      const oldest = oldest_ns === null || newest_ns === null ? null : ageText(newest_ns - oldest_ns);
      return [size(pages), 100 * share, sparkline(inTenths(pages_by_time)), oldest, caller, kind];
    }),
    notes: [],
  };
}

function recentTables({ recent, newest_ns }: Overview, size: Size): ReportTable[] {
  if (!recent || newest_ns === null) return [];
  return [
    {
      title: `Allocated in the last ${ageText(newest_ns - BigInt(Math.trunc(recent.since_ns)))}, and alive: ${size(recent.pages)}`,
      columns: [column('held', 'text'), column('caller', 'text'), column('kind', 'text')],
      rows: recent.callers.slice(0, RECENT).map(({ caller, kind, pages }) => [size(pages), caller, kind]),
      notes: [],
    },
  ];
}

function closing({ mixed, offline_memcgs: { memcgs, pages, largest }, suspects }: Overview, size: Size): string[] {
  const lines: string[] = [];
  if (mixed) {
    const all = Object.values(mixed.by_type).reduce((sum, count) => sum + count, 0);
    const { worst } = mixed;
    const who = worst ? `; the worst is ${worst.caller ?? 'a block without a stack'}, in ${worst.blocks} of them` : '';
    lines.push(`mixed pageblocks: ${groupedNumber(all)} of ${groupedNumber(mixed.pageblocks)}${who}`);
  }
  if (largest)
    lines.push(`offline cgroups: ${groupedNumber(memcgs)} hold ${size(pages)}; the largest is ${largest.memcg}`);
  lines.push(`more: pageowner top, tree (who), ${suspects ? 'diff' : 'diff of two'} (leaks), age, frag (huge pages)`);
  return lines;
}
