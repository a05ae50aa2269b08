import { KEYS, keyOf } from './keys.js';
import type { Compare, Table } from './table.js';

/** Sort keys with their directions, most important first. Plain data. */
export type OrderSpec = readonly { readonly key: string; readonly descending: boolean }[];

/**
 * The groups in their final order. Equal ones keep the order of the cull keys (of the text, without --cull), as the C tool's
 * two stable sorts give it.
 */
export function order(table: Table, spec: OrderSpec, cull: readonly string[]): Uint32Array {
  const ties = cull.length === 0 ? ['text'] : KEYS.filter(({ id }) => cull.includes(id)).map(({ id }) => id);
  const compares: Compare[] = [...spec, ...ties.map((key) => ({ key, descending: false }))].map(
    ({ key, descending }) => {
      const compare = keyOf(key).compare(table);
      return descending ? (a, b) => compare(b, a) : compare;
    },
  );
  const groups = Uint32Array.from({ length: table.size }, (_, group) => group);
  return groups.sort((a, b) => {
    for (const compare of compares) {
      const difference = compare(a, b);
      if (difference !== 0) return difference;
    }
    return 0;
  });
}
