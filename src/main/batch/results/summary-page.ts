import { join } from 'node:path';
import { Frames } from '../../../merge/insight/insight-keys.js';
import { cellText } from '../../../merge/writers/cell-text.js';
import { visible } from '../../../merge/writers/escape.js';
import { type Cell, isNumeric, type ReportColumn, type ReportTable } from '../../../merge/writers/report.js';
import { sparkline } from '../../../merge/writers/sparkline.js';
import { shippedFile } from '../../../workers/shipped-file.js';
import { escapeHtml, htmlPage } from '../../io/html-page.js';
import { PAGE_STYLE } from '../../places.js';
import { type Summary, tablesOf, titleOf } from './batch-summary.js';
import { DUMPS_FOLDER } from './dump-record.js';
import { savedDump } from './read-nights.js';

export interface SummaryLinks {
  /** The file of `--run report` in a dump's folder, if there is one. */
  readonly report: string | undefined;
  /** Folders of the night and of those before it, the earliest first. */
  readonly nights: readonly string[];
}

/** summary.html: what summary.md says, with links to what was made of each dump, and how its pages changed from night to night. */
export function summaryPage(summary: Summary, { report, nights }: SummaryLinks): string {
  const frames = new Frames({ ignoreOffsets: false });
  const without = new Set([...summary.failures.first.map(({ name }) => name), ...summary.missing]);
  const linkOf = (dump: string): string =>
    without.has(dump) ? text(dump) : `<a href="${hrefOf(dump, report)}">${text(dump)}</a>`;
  const tables = tablesOf(summary).map((table) => (nights.length > 1 ? withNights(table, nights) : table));
  const sections = tables.map((table, i) => sectionOf(table, i === 0 ? 'h1' : 'h2', frames, linkOf));
  const title = titleOf(summary);
  return htmlPage({
    title,
    generator: `pageowner ${summary.version}`,
    style: shippedFile(PAGE_STYLE).toString(),
    body: `<main>\n${sections.join('')}</main>`,
  });
}

/** A table of dumps with a column more. */
function withNights(table: ReportTable, nights: readonly string[]): ReportTable {
  const at = table.columns.findIndex(({ name }) => name === 'dump');
  if (at < 0) return table;
  const pagesOf = (dump: Cell): (number | null)[] =>
    nights.map((night) => savedDump(join(night, DUMPS_FOLDER, String(dump)))?.record.counts.pages ?? null);
  return {
    ...table,
    columns: [...table.columns, { name: `pages, ${nights.length} nights`, kind: 'bars' }],
    // A night without the dump is as wide as one with it.
    rows: table.rows.map((row) => [...row, sparkline(pagesOf(row[at] ?? null)).replaceAll(' ', '\u00a0')]),
  };
}

function sectionOf(
  { title, columns, rows, notes }: ReportTable,
  heading: 'h1' | 'h2',
  frames: Frames,
  linkOf: (dump: string) => string,
): string {
  const heads = columns.map((column) => `<th scope="col"${align(column)}>${text(column.name)}</th>`);
  const lines = rows.map((row) => {
    const cells = columns.map(
      (column, i) => `<td${align(column)}>${cellHtml(row[i] ?? null, column, frames, linkOf)}</td>`,
    );
    return `<tr>${cells.join('')}</tr>\n`;
  });
  return `<section>
<${heading}>${text(title)}</${heading}>
<div class="scrolls" tabindex="0" role="region" aria-label="${text(title)}"><table>
<thead><tr>${heads.join('')}</tr></thead>
<tbody>
${lines.join('')}</tbody>
</table></div>
${notes.map((note) => `<p class="paths">${text(note)}</p>\n`).join('')}</section>
`;
}

function align(column: ReportColumn): string {
  return isNumeric(column) ? ' class="number"' : '';
}

function cellHtml(cell: Cell, { name, kind }: ReportColumn, frames: Frames, linkOf: (dump: string) => string): string {
  if (typeof cell === 'string' && name === 'dump') return linkOf(cell);
  if (typeof cell !== 'object' || cell === null) return escapeHtml(cellText(cell, kind, ' '));
  const lines = cell.map((frame) => `<li>${text(frame)}</li>`);
  return `<details><summary>${text(frames.caller(cell) ?? '(no stack)')}</summary><ol class="stack">${lines.join('')}</ol></details>`;
}

function hrefOf(dump: string, report: string | undefined): string {
  const parts = [DUMPS_FOLDER, ...dump.split('/'), report ?? ''];
  return escapeHtml(parts.map(encodeURIComponent).join('/'));
}

function text(shown: string): string {
  return escapeHtml(visible(shown));
}
