import type { AggregateRow } from '../aggregate/aggregate.js';
import { earlier, later } from '../aggregate/known-times.js';
import type { Frames, InsightKey, KeyValue } from './insight-keys.js';

/** Rows that are equal by some keys. */
export interface InsightGroup {
  /** Equal for equal values. */
  readonly id: string;
  readonly values: readonly KeyValue[];
  readonly rows: AggregateRow[];
  blocks: number;
  pages: number;
  oldest: bigint | null;
  newest: bigint | null;
}

/** Groups rows of one dump by keys; a row is in several groups where a key has several values. The most pages first, then by values. */
export function groupRows(
  rows: Iterable<AggregateRow>,
  keys: readonly InsightKey[],
  frames: Frames,
  dump = '',
): InsightGroup[] {
  const groups = new Map<string, InsightGroup>();
  for (const row of rows) {
    for (const { id, values } of groupsOf(row, keys, frames, dump)) {
      let group = groups.get(id);
      if (!group) {
        group = { id, values, rows: [], blocks: 0, pages: 0, oldest: null, newest: null };
        groups.set(id, group);
      }
      group.rows.push(row);
      group.blocks += row.blocks;
      group.pages += row.pages;
      group.oldest = earlier(group.oldest, row.oldest);
      group.newest = later(group.newest, row.newest);
    }
  }
  return [...groups.values()].sort(byPages);
}

/** The most pages first, then by values. */
export function byPages(a: Pick<InsightGroup, 'pages' | 'id'>, b: Pick<InsightGroup, 'pages' | 'id'>): number {
  return b.pages - a.pages || compareTexts(a.id, b.id);
}

/** The groups that a row is in, each by its values, and an id that is equal for equal values. */
export function groupsOf(
  row: AggregateRow,
  keys: readonly InsightKey[],
  frames: Frames,
  dump = '',
): { readonly id: string; readonly values: readonly KeyValue[] }[] {
  return combinations(keys.map((key) => key.values(row, frames, dump))).map((values) => {
    return { id: values.map((value) => idOf(value, frames)).join('\0'), values };
  });
}

/** Equal for equal values. */
function idOf(value: KeyValue, frames: Frames): string {
  if (typeof value === 'object' && value !== null) return frames.idOf(value);
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Each combination of one of each, joined. */
function combinations(parts: readonly (readonly (readonly KeyValue[])[])[]): readonly (readonly KeyValue[])[] {
  return parts.reduce<readonly (readonly KeyValue[])[]>(
    (all, part) => all.flatMap((before) => part.map((values) => [...before, ...values])),
    [[]],
  );
}

/** The names of the values of keys. */
function fieldsOf(keys: readonly InsightKey[]): string[] {
  return keys.flatMap(({ name, fields }) => fields ?? [name]);
}

/** Values by their names. */
export function keyObject(keys: readonly InsightKey[], values: readonly KeyValue[]): Record<string, KeyValue> {
  return Object.fromEntries(fieldsOf(keys).map((field, i) => [field, values[i] ?? null]));
}
