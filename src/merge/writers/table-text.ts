import { cellText } from './cell-text.js';
import { columnWidths, GAP, type WidthNeed } from './column-widths.js';
import { cutEnd, cutMiddle, displayWidth } from './display-width.js';
import { visible } from './escape.js';
import { type Cell, isNumeric, type ReportColumn, type ReportTable } from './report.js';
import { CALLED_BY, stackLine } from './stack-line.js';

/** Where a text is shown. */
export interface Terminal {
  /** In columns; Infinity where nothing need be cut. */
  readonly width: number;
  readonly color: boolean;
}

const BOLD = '\x1b[1m';
const DIM = '\x1b[2m';
const NORMAL = '\x1b[0m';

/** Tables for people: a line a row, cut to the width, except that numbers are never cut. Stacks come last. */
export function writeText(tables: readonly ReportTable[], terminal: Terminal): Iterable<string> {
  return allLines(tables, terminal);
}

function* allLines(tables: readonly ReportTable[], terminal: Terminal): Generator<string> {
  let before = '';
  for (const table of tables) {
    for (const line of tableLines(table, terminal)) {
      yield `${before}${line}\n`;
      before = '';
    }
    before = '\n';
  }
}

function* tableLines({ title, columns, rows, notes }: ReportTable, { width, color }: Terminal): Generator<string> {
  const styled = (style: string, text: string): string => (color && text ? style + text + NORMAL : text);
  if (title) yield styled(BOLD, cutMiddle(visible(title), width));
  if (columns.length > 0) {
    const laidOut = layOut(columns, rows, width);
    yield styled(DIM, rowLine(laidOut, heading));
    for (const row of rows) yield rowLine(laidOut, (column) => shown(row, column));
  }
  if (notes.length > 0 && (title || columns.length > 0)) yield '';
  for (const note of notes) yield* wrapped(visible(note), width);
}

/** A column and its place in the rows. */
interface Place {
  readonly column: ReportColumn;
  readonly index: number;
}

interface LaidOut extends Place {
  readonly width: number;
}

function layOut(columns: readonly ReportColumn[], rows: ReportTable['rows'], width: number): LaidOut[] {
  const places = columns.map((column, index) => ({ column, index }));
  const isStack = ({ column }: Place): boolean => column.kind === 'stack';
  const inOrder = [...places.filter((place) => !isStack(place)), ...places.filter(isStack)];
  const needs = inOrder.map((place) => {
    let least = 0;
    let wanted = displayWidth(visible(place.column.name));
    for (const row of rows) {
      const taken = displayWidth(wholeText(row, place));
      if (isNumeric(place.column) && typeof row[place.index] === 'number') least = Math.max(least, taken);
      wanted = Math.max(wanted, taken);
    }
    return { least, wanted };
  });
  const widths = columnWidths(withWholeBars(needs, inOrder, width), width);
  return inOrder.map((place, i) => ({ ...place, width: widths[i] as number })).filter((column) => column.width > 0);
}

/** Cut, a time axis would be false: bars are kept whole where numbers leave room for them. */
function withWholeBars(needs: readonly WidthNeed[], places: readonly Place[], width: number): readonly WidthNeed[] {
  const whole = needs.map((need, i) => (places[i]?.column.kind === 'bars' ? { ...need, least: need.wanted } : need));
  return whole.reduce((sum, { least }) => sum + least + GAP, 0) <= width ? whole : needs;
}

function wholeText(row: readonly Cell[], { column, index }: Place): string {
  return cellText(row[index] ?? null, column.kind, CALLED_BY);
}

function heading({ column, width }: LaidOut): string {
  return cutEnd(visible(column.name), width);
}

function shown(row: readonly Cell[], laidOut: LaidOut): string {
  const cell = row[laidOut.index];
  return Array.isArray(cell) ? stackLine(cell, laidOut.width) : cutMiddle(wholeText(row, laidOut), laidOut.width);
}

function rowLine(columns: readonly LaidOut[], textOf: (column: LaidOut) => string): string {
  const cells = columns.map((laidOut) => {
    const text = textOf(laidOut);
    const padding = ' '.repeat(laidOut.width - displayWidth(text));
    return isNumeric(laidOut.column) ? padding + text : text + padding;
  });
  return cells.join(' '.repeat(GAP)).trimEnd();
}

/** Breaks a line between words. A word that is too long is cut. */
function* wrapped(text: string, width: number): Generator<string> {
  if (displayWidth(text) <= width) return yield text;
  let line: string | undefined;
  for (const word of text.split(' ')) {
    const longer = line === undefined ? word : `${line} ${word}`;
    if (line !== undefined && displayWidth(longer) > width) {
      yield cutMiddle(line, width);
      line = word;
    } else line = longer;
  }
  yield cutMiddle(line ?? '', width);
}
