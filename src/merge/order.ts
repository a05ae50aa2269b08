import type { Table } from './group-table.js';
import { KEYS, type Key, keyOf } from './sort-keys.js';
import { descending, sortByWords, type Word } from './sort-words.js';

/** Sort keys with their directions, most important first. Plain data. */
export type OrderSpec = readonly { readonly key: string; readonly descending: boolean }[];

/**
 * The groups in their final order. Equal ones keep the order of the cull keys (of the text, without --cull), as the C tool's
 * two stable sorts give it.
 */
export function order(table: Table, spec: OrderSpec, cull: readonly string[]): Uint32Array {
  const words: Word[] = [];
  for (const { key, descending: isDescending } of spec) {
    const ascending = keyOf(key).words(table);
    words.push(...(isDescending ? ascending.map(descending) : ascending));
  }
  words.push(...identityOf(cull).flatMap((key) => key.words(table)));
  return sortByWords(table, words);
}

/** The keys in which two groups always differ, in the order in which they break ties. */
export function identityOf(cull: readonly string[]): readonly Key[] {
  return cull.length === 0 ? [keyOf('text')] : KEYS.filter(({ id }) => cull.includes(id));
}
