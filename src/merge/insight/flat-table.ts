import type { Cell, ReportColumn, ReportTable } from '../writers/report.js';

/**
 * Rows of a report's JSON as a table for programs: what is nested has a column of its own, named by the way to it (`intervals_1_born_pages`), but a key's
 * values are named as in --by. Stacks stay whole.
 */
export function flatTable(rows: readonly object[]): ReportTable {
  const flat = rows.map((row) => new Map(leaves('', row)));
  const names = [...new Set(flat.flatMap((cells) => [...cells.keys()]))];
  return {
    title: '',
    columns: names.map((name): ReportColumn => ({ name, kind: name === 'stack' ? 'stack' : 'text' })),
    rows: flat.map((cells) => names.map((name) => cells.get(name) ?? null)),
    notes: [],
  };
}

function* leaves(path: string, value: unknown): Generator<[string, Cell]> {
  const isStack = Array.isArray(value) && (path === 'stack' || value.some((item) => typeof item === 'string'));
  if (isStack) yield [path, value as readonly string[]];
  else if (Array.isArray(value))
    for (const [i, item] of value.entries()) yield* leaves(join(path, String(i + 1)), item);
  else if (typeof value === 'object' && value !== null)
    for (const [name, member] of Object.entries(value)) yield* leaves(name === 'key' ? path : join(path, name), member);
  else if (value !== undefined)
    yield [path, typeof value === 'bigint' || typeof value === 'boolean' ? String(value) : (value as Cell)];
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}_${name}`;
}
