import { visible } from './escape.js';
import { formatBytes } from './format-bytes.js';
import { fixed, groupedNumber, plainNumber } from './number-text.js';
import type { Cell, ReportColumn } from './report.js';

/** A cell for people, at any length. `between` joins the frames of a stack. */
export function cellText(cell: Cell, kind: ReportColumn['kind'], between: string): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return numberText(cell, kind);
  return typeof cell === 'string' ? visible(cell) : cell.map(visible).join(between);
}

function numberText(value: number, kind: ReportColumn['kind']): string {
  if (!Number.isFinite(value)) return '';
  if (kind === 'percent') return `${fixed(value, 1)} %`;
  if (kind === 'bytes') return value === 0 ? '0' : formatBytes(value);
  return kind === 'number' ? groupedNumber(value) : (plainNumber(value) ?? '');
}
