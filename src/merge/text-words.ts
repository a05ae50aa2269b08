import { Shape } from '../format/header.js';
import { Dictionary } from './dictionary.js';
import { at, type Table } from './group-table.js';
import { sortByWords, type Word } from './sort-words.js';
import { stackWords } from './stack-words.js';
import { appendString, appendText, TextBuffer } from './text-writer.js';

/**
 * Bytewise order of the groups' texts, mostly without making them. A text is a mask, a task with what follows it up to the first number that varies,
 * numbers, and a stack; masks and tasks are few and are ranked once.
 */
export function textWords(table: Table): Word[] {
  const { masks } = table;
  const isOdd = (group: number): boolean => !masks.isPlain[at(table.columns.mask, group)];
  const leads = rankLeads(table, isOdd);
  if (!leads) return writtenWords(table, () => true, []);
  const words = partWords(table, leads);
  return masks.isPlain.subarray(0, masks.strings.size).includes(0) ? writtenWords(table, isOdd, words) : words;
}

function partWords(table: Table, leads: Uint32Array): Word[] {
  const { masks, rule } = table;
  const maskRanks = masks.strings.ranks();
  return [
    (into) => {
      const { mask } = table.columns;
      for (let group = 0; group < into.length; group++) into[group] = maskRanks[mask[group] as number] as number;
    },
    (into) => {
      const { task, shape } = table.columns;
      for (let group = 0; group < into.length; group++) {
        into[group] = leads[(task[group] as number) * SHAPES + (shape[group] as number)] as number;
      }
    },
    ...(rule.withoutTs ? [] : digitWords(table, 'tsSeconds', 'tsNanos', Shape.TS)),
    // " ns" ends in LF, which sorts before the comma of " ns, free_ts".
    (into) => into.set(table.columns.shape.subarray(0, into.length)),
    ...(rule.withoutFreeTs ? [] : digitWords(table, 'freeSeconds', 'freeNanos', Shape.TS_FREE_TS)),
    ...stackWords(table),
  ];
}

const SHAPES = 3;

/**
 * By task and shape, the rank of what follows the mask; undefined if one is the beginning of another (hostile names can do that), because then they
 * alone do not decide.
 */
function rankLeads({ size, columns, tasks, rule }: Table, isOdd: (group: number) => boolean): Uint32Array | undefined {
  const { task, shape } = columns;
  const leads = new Dictionary();
  const leadOf = new Int32Array(tasks.strings.size * SHAPES).fill(-1);
  const text = new TextBuffer();
  for (let group = 0; group < size; group++) {
    const place = at(task, group) * SHAPES + at(shape, group);
    if (leadOf[place] !== -1 || isOdd(group)) continue;
    text.clear();
    appendString(text, tasks.strings, at(task, group));
    if (at(shape, group) === Shape.WHOLE) text.ascii('\n');
    else if (rule.withoutTs)
      text.ascii(at(shape, group) === Shape.TS ? ' ns\n' : ` ns, free_ts ${rule.withoutFreeTs ? ' ns\n' : ''}`);
    const bytes = text.contents();
    leadOf[place] = leads.intern(new DataView(bytes.buffer, bytes.byteOffset), 0, bytes.length);
  }
  const sorted = leads.sorted();
  if (sorted.some((lead, rank) => rank > 0 && leads.begins(sorted[rank - 1] as number, lead))) return undefined;
  const ranks = leads.ranks();
  return Uint32Array.from(leadOf, (lead) => (lead < 0 ? 0 : (ranks[lead] as number)));
}

const SECONDS_DIGITS = 11;
const NANOS_DIGITS = 9;

/**
 * The order of times as digits: 21 of them, shorter ones moved to the left, then their count. `shape` is the least that has this time.
 *
 *     12 s 345 ns   │12000 000 345│0000 0000 00│       what is left of `seconds` takes the first digits of `nanos`
 */
function digitWords(
  table: Table,
  secondsName: 'tsSeconds' | 'freeSeconds',
  nanosName: 'tsNanos' | 'freeNanos',
  least: number,
): Word[] {
  const part = (pick: (high: number, low: number, digits: number) => number): Word => {
    return (into) => {
      const { [secondsName]: seconds, [nanosName]: nanos, shape } = table.columns;
      for (let group = 0; group < into.length; group++) {
        into[group] = at(shape, group) < least ? 0 : moved(at(seconds, group), at(nanos, group), pick);
      }
    };
  };
  return [
    part((high) => Math.floor(high / 1e5)),
    part((high, low) => (high % 1e5) * 1e4 + Math.floor(low / 1e5)),
    part((_, low, digits) => (low % 1e5) * 32 + digits),
  ];
}

const TENS: readonly number[] = Array.from({ length: 13 }, (_, power) => 10 ** power);

function digitCount(value: number): number {
  let digits = 1;
  while (digits < TENS.length && value >= (TENS[digits] as number)) digits++;
  return digits;
}

/** Gives `pick` the first 11 digits, the 9 behind them, and how many there really are. */
function moved(seconds: number, nanos: number, pick: (high: number, low: number, digits: number) => number): number {
  if (seconds === 0) {
    const digits = digitCount(nanos);
    return pick(nanos * (TENS[SECONDS_DIGITS - digits] as number), 0, digits);
  }
  const digits = digitCount(seconds);
  // Of the digits of `nanos`, so many find room; one that finds too much gets a zero.
  const room = SECONDS_DIGITS - digits;
  const high = seconds * (TENS[room] as number);
  if (room > NANOS_DIGITS) return pick(high + 10 * nanos, 0, digits + NANOS_DIGITS);
  const rest = TENS[NANOS_DIGITS - room] as number;
  return pick(high + Math.floor(nanos / rest), (nanos % rest) * (TENS[room] as number), digits + NANOS_DIGITS);
}

/**
 * The slow, sure way for the groups whose texts do not sort as their parts do: writes them, to find the place of each among the others. One word, the
 * rank of the text.
 */
function writtenWords(table: Table, isOdd: (group: number) => boolean, others: readonly Word[]): Word[] {
  return [
    (into) => {
      const all = sortByWords(table, others);
      const compare = compareWritten(table);
      const sorted = [...all.filter((group) => !isOdd(group))];
      const odd = [...all.filter(isOdd)].sort(compare);
      const merged: number[] = [];
      let taken = 0;
      for (const group of odd) {
        const place = placeOf(group, sorted, taken, compare);
        while (taken < place) merged.push(sorted[taken++] as number);
        merged.push(group);
      }
      while (taken < sorted.length) merged.push(sorted[taken++] as number);
      let rank = 0;
      merged.forEach((group, place) => {
        // Groups that were culled can have one text.
        if (place > 0 && compare(merged[place - 1] as number, group) !== 0) rank++;
        into[group] = rank;
      });
    },
  ];
}

/** How many of `sorted`, of which the first `from` are before it, are before a group. */
function placeOf(group: number, sorted: readonly number[], from: number, compare: Compare): number {
  let [low, high] = [from, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(sorted[middle] as number, group) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

type Compare = (a: number, b: number) => number;

function compareWritten(table: Table): Compare {
  const [first, second] = [new TextBuffer(), new TextBuffer()];
  return (a, b) => {
    first.clear();
    second.clear();
    appendText(first, table, a);
    appendText(second, table, b);
    return Buffer.compare(first.contents(), second.contents());
  };
}
