import type { Table } from './table.js';

/**
 * One word of a sort key: writes, for each group, a number from 0 to 2^32 - 1. The groups' words, most important first, sort as the key does.
 */
export type Word = (into: Uint32Array) => void;

/** The words of numbers that are not negative: the bits of such a double sort as its value does. */
export function numberWords(column: () => Float64Array): Word[] {
  const half = (which: number): Word => {
    return (into) => {
      const { buffer, byteOffset } = column();
      const halves = new Uint32Array(buffer, byteOffset);
      for (let group = 0; group < into.length; group++) into[group] = halves[2 * group + which] as number;
    };
  };
  return [half(1), half(0)];
}

/** The opposite order. */
export function descending(ascending: Word): Word {
  return (into) => {
    ascending(into);
    for (let group = 0; group < into.length; group++) into[group] = ~(into[group] as number);
  };
}

const DIGIT_BITS = 11;
const BUCKETS = 1 << DIGIT_BITS;

/** Radix sort, from the least important digit to the most: linear in the groups, and equal ones keep their order. */
export function sortByWords(table: Table, words: readonly Word[]): Uint32Array {
  const { size } = table;
  let sorted = Uint32Array.from({ length: size }, (_, group) => group);
  let other = new Uint32Array(size);
  const values = new Uint32Array(size);
  const places = new Uint32Array(BUCKETS);
  for (const word of words.toReversed()) {
    word(values);
    table.forget();
    const varying = varyingBits(values);
    for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
      // Words are mostly ranks and small numbers: the higher digits are all the same.
      if (((varying >>> shift) & (BUCKETS - 1)) === 0) continue;
      sortByDigit(values, shift, places, sorted, other);
      [sorted, other] = [other, sorted];
    }
  }
  return sorted;
}

function varyingBits(values: Uint32Array): number {
  let any = 0;
  let all = -1;
  for (let i = 0; i < values.length; i++) {
    any |= values[i] as number;
    all &= values[i] as number;
  }
  return any & ~all;
}

function sortByDigit(
  values: Uint32Array,
  shift: number,
  places: Uint32Array,
  from: Uint32Array,
  to: Uint32Array,
): void {
  const mask = BUCKETS - 1;
  places.fill(0);
  for (let i = 0; i < values.length; i++) {
    const digit = ((values[i] as number) >>> shift) & mask;
    places[digit] = (places[digit] as number) + 1;
  }
  let place = 0;
  for (let digit = 0; digit < BUCKETS; digit++) {
    const count = places[digit] as number;
    places[digit] = place;
    place += count;
  }
  for (let i = 0; i < from.length; i++) {
    const group = from[i] as number;
    const digit = ((values[group] as number) >>> shift) & mask;
    const at = places[digit] as number;
    to[at] = group;
    places[digit] = at + 1;
  }
}
