import type { Table } from './group-table.js';

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

/**
 * The groups in the order of their words. The most important word sorts all of them; each further one only the runs of groups that are equal so far, and
 * when there are none left, the other words are not even computed. Groups that are equal in all words keep their order.
 *
 *     keys     │ 7│ 7│ 7│ 8│ 9│ 9│        the word's values, in the order so far
 *     starts   │ 1│ 0│ 0│ 1│ 1│ 0│ 1│     where a run begins
 */
export function sortByWords(table: Table, words: readonly Word[]): Uint32Array {
  const { size } = table;
  const sorted = Uint32Array.from({ length: size }, (_, group) => group);
  const starts = new Uint8Array(size + 1);
  starts[0] = starts[size] = 1;
  const values = new Uint32Array(size);
  const keys = new Uint32Array(size);
  const scratch: Pairs = { keys: values, groups: new Uint32Array(size) };
  let hasTies = size > 1;
  for (let i = 0; hasTies && i < words.length; i++) {
    (words[i] as Word)(values);
    table.forget();
    for (let place = 0; place < size; place++) keys[place] = values[sorted[place] as number] as number;
    hasTies = false;
    for (let from = 0; from < size; ) {
      let to = from + 1;
      while (starts[to] === 0) to++;
      if (to - from > 1 && sortRun({ keys, groups: sorted }, from, to, scratch, starts)) hasTies = true;
      from = to;
    }
  }
  return sorted;
}

/** Columns of equal length: keys, and the groups that have them. */
interface Pairs {
  readonly keys: Uint32Array;
  readonly groups: Uint32Array;
}

/** Sorts the run [from, to) and notes where its parts start. Returns whether it has equal keys. */
function sortRun(pairs: Pairs, from: number, to: number, scratch: Pairs, starts: Uint8Array): boolean {
  if (to - from <= FEW) sortFew(pairs, from, to);
  else sortMany(pairs, from, to, scratch);
  const { keys } = pairs;
  let hasTies = false;
  for (let at = from + 1; at < to; at++) {
    if (keys[at] === keys[at - 1]) hasTies = true;
    else starts[at] = 1;
  }
  return hasTies;
}

/** Up to so many pairs are sorted faster by insertion. */
const FEW = 32;

function sortFew({ keys, groups }: Pairs, from: number, to: number): void {
  for (let next = from + 1; next < to; next++) {
    const key = keys[next] as number;
    const group = groups[next] as number;
    let at = next;
    for (; at > from && (keys[at - 1] as number) > key; at--) {
      keys[at] = keys[at - 1] as number;
      groups[at] = groups[at - 1] as number;
    }
    keys[at] = key;
    groups[at] = group;
  }
}

const DIGIT_BITS = 8;
const BUCKETS = 1 << DIGIT_BITS;
const places = new Uint32Array(BUCKETS);

/** Radix sort, from the least important digit to the most, of those digits that differ. */
function sortMany(pairs: Pairs, from: number, to: number, scratch: Pairs): void {
  const varying = varyingBits(pairs.keys, from, to);
  let source = pairs;
  let target = scratch;
  for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
    if (((varying >>> shift) & (BUCKETS - 1)) === 0) continue;
    sortByDigit(source, target, from, to, shift);
    [source, target] = [target, source];
  }
  if (source === pairs) return;
  pairs.keys.set(source.keys.subarray(from, to), from);
  pairs.groups.set(source.groups.subarray(from, to), from);
}

function varyingBits(keys: Uint32Array, from: number, to: number): number {
  const first = keys[from] as number;
  let varying = 0;
  for (let at = from + 1; at < to; at++) varying |= (keys[at] as number) ^ first;
  return varying;
}

function sortByDigit(source: Pairs, target: Pairs, from: number, to: number, shift: number): void {
  const mask = BUCKETS - 1;
  places.fill(0);
  for (let at = from; at < to; at++) {
    const digit = ((source.keys[at] as number) >>> shift) & mask;
    places[digit] = (places[digit] as number) + 1;
  }
  let place = from;
  for (let digit = 0; digit < BUCKETS; digit++) {
    const count = places[digit] as number;
    places[digit] = place;
    place += count;
  }
  for (let at = from; at < to; at++) {
    const key = source.keys[at] as number;
    const digit = (key >>> shift) & mask;
    const to = places[digit] as number;
    target.keys[to] = key;
    target.groups[to] = source.groups[at] as number;
    places[digit] = to + 1;
  }
}
