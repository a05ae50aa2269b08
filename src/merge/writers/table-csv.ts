import { visible } from './escape.js';
import { plainNumber } from './number-text.js';
import type { Cell, ReportTable } from './report.js';

/** What a spreadsheet takes for a formula, also in fullwidth. A tab or CR, which do that too, is `\x09` or `\x0d` here. */
const FORMULA = /^[=+\-@＝＋－＠]/;

/** Also what some readers would trim, or split at. */
const NEEDS_QUOTES = /[",;]|^\s|\s$|^$/;

/**
 * A table as RFC 4180 has it, for programs: a header, plain numbers, nothing for null and `""` for an empty text. Lines end with LF, since `cut`, `awk` and
 * `sort` would take a CR for a part of the last cell, and every reader of CSV takes LF. What a terminal would not show is escaped as on a
 * terminal; a text that begins like a formula gets a `'` in front. The frames of a stack, leaf first, are joined by `;`, which within a frame is `\x3b`.
 */
export function writeCsv(table: ReportTable): Iterable<string> {
  return lines(table);
}

function* lines({ columns, rows }: ReportTable): Generator<string> {
  if (columns.length === 0) return;
  yield line(columns.map(({ name }) => name));
  for (const row of rows) yield line(columns.map((_, i) => row[i] ?? null));
}

function line(cells: readonly Cell[]): string {
  // Readers skip an empty line.
  return `${cells.map(field).join(',') || '""'}\n`;
}

function field(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return plainNumber(cell) ?? '';
  const text = typeof cell === 'string' ? visible(cell) : cell.map(frameText).join(';');
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  return NEEDS_QUOTES.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

function frameText(frame: string): string {
  return visible(frame).replaceAll(';', '\\x3b');
}
