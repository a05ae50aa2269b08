import { cellText } from './cell-text.js';
import { visible } from './escape.js';
import { type Cell, isNumeric, type ReportColumn, type ReportTable } from './report.js';

const CALLED_BY = ' ← ';

/** What is neither markup, nor a link, a mention, an emoji or HTML to anyone. */
const PLAIN = /^(?:[\p{L}\p{N} ,()%/+-]|(?<=\d)\.(?=\d))*$/u;

/** Tables for GitHub: each below its title, whole, with its notes as a list. */
export function writeMarkdown(tables: readonly ReportTable[]): Iterable<string> {
  return allParts(tables);
}

function* allParts(tables: readonly ReportTable[]): Generator<string> {
  let before = '';
  for (const table of tables) {
    for (const part of tableParts(table)) {
      yield before + part;
      before = '\n';
    }
  }
}

/** Parts have an empty line between them. */
function* tableParts({ title, columns, rows, notes }: ReportTable): Generator<string> {
  if (title) yield `### ${words(title)}\n`;
  if (columns.length > 0) {
    const edges = columns.map((column) => (isNumeric(column) ? '---:' : '---'));
    const lines = rows.map((row) => line(columns.map((column, i) => markdownCell(row[i] ?? null, column))));
    yield [line(columns.map(({ name }) => words(name))), line(edges), ...lines].join('');
  }
  if (notes.length > 0) yield notes.map((note) => `- ${words(note)}\n`).join('');
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |\n`;
}

function markdownCell(cell: Cell, { kind }: ReportColumn): string {
  const text = cellText(cell, kind, CALLED_BY);
  return PLAIN.test(text) && !Array.isArray(cell) ? text : code(text);
}

/**
 * A code span: nothing in it is markup, not even a mention of `@someone`. Only what ends it, or the cell, is escaped, in the way of `visible`, since readers
 * of Markdown do not agree about a backslash in a code span.
 */
function code(text: string): string {
  return text && `\`${text.replaceAll('`', '\\x60').replaceAll('|', '\\x7c')}\``;
}

/** A line of text, without markup. */
function words(text: string): string {
  return visible(text).replace(/[\\`*_{}[\]<>&|~$#@!]/g, '\\$&');
}
