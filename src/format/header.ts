import { ascii, isDigit, SPACE, type Span, standsAt } from './bytes.js';
import type { FieldSpans } from './fields.js';
import { isPlainNumber, PLAIN_DIGITS } from './timestamp.js';

/**
 * A header line, seen as a head that few blocks do not share and the numbers behind it:
 *
 *     Page allocated via order 0, mask 0x0(), pid 7, tgid 7 (comm), ts 12 ns, free_ts 3 ns
 *     ├──────────────────────────── head ────────────────────────────┤├┤             ├┤
 *
 * Shape says what stands behind the head, so that the line can be made again from head, shape and times.
 */
export const Shape = {
  /** Nothing: the head is the whole line (kernels before 5.11, and text of other kinds). */
  WHOLE: 0,
  /** `TS ns` (6.7 and later). */
  TS: 1,
  /** `TS ns, free_ts FREE_TS ns` (5.13 to 6.6). */
  TS_FREE_TS: 2,
} as const;

/** Which numbers are left out of the text of a block, so that blocks which differ in them only are one group. */
export interface TextRule {
  readonly withoutTs: boolean;
  readonly withoutFreeTs: boolean;
}

const N = 0x6e;
const S = 0x73;
const T = 0x74;
const UNDERSCORE = 0x5f;
const NANOSECONDS_LENGTH = ' ns'.length;
const BETWEEN = ascii(' ns, free_ts ');
const NO_DIGITS = ascii('ts  ns');

/** Splits the usual header line from its end, in one pass over its numbers. The hot path: a field of this object, no allocation. */
export class HeaderSplitter {
  shape: number = Shape.WHOLE;
  /** End of the head. */
  headTo = 0;
  readonly ts: { from: number; to: number } = { from: 0, to: 0 };
  readonly freeTs: { from: number; to: number } = { from: 0, to: 0 };

  /** Splits the line [from, to). What is not of the usual form is WHOLE. */
  split(line: Uint8Array, from: number, to: number): void {
    this.shape = Shape.WHOLE;
    this.headTo = to;
    const last = digitsBeforeNs(line, from, to);
    if (last < 0) return;
    const lastTo = to - NANOSECONDS_LENGTH;
    if (line[last - 4] !== UNDERSCORE) {
      this.ts.from = this.headTo = last;
      this.ts.to = lastTo;
      this.shape = Shape.TS;
      return;
    }
    const tsTo = last - BETWEEN.length;
    if (tsTo <= from || !standsAt(line, tsTo, BETWEEN)) return;
    const ts = digitsBeforeNs(line, from, tsTo + NANOSECONDS_LENGTH);
    if (ts < 0 || line[ts - 4] === UNDERSCORE) return;
    this.ts.from = this.headTo = ts;
    this.ts.to = tsTo;
    this.freeTs.from = last;
    this.freeTs.to = lastTo;
    this.shape = Shape.TS_FREE_TS;
  }
}

/** Where the plain digits of a `ts DIGITS ns` begin that ends at `to`, or -1. */
function digitsBeforeNs(line: Uint8Array, from: number, to: number): number {
  if (line[to - 1] !== S || line[to - 2] !== N || line[to - 3] !== SPACE) return -1;
  const end = to - NANOSECONDS_LENGTH;
  let at = end;
  while (at > from && isDigit(line[at - 1])) at--;
  if (at === end || end - at > PLAIN_DIGITS || (end - at > 1 && line[at] === 0x30)) return -1;
  if (at - 4 < from || line[at - 1] !== SPACE || line[at - 2] !== S || line[at - 3] !== T) return -1;
  return at;
}

/**
 * Splits a text's first line [0, to), given where its fields are: as HeaderSplitter splits the usual lines, but any line. The answer is a function
 * of the text without the numbers that the rule leaves out: a line from which someone took the digits before is the same text.
 */
export function splitAnyLine(
  line: Uint8Array,
  to: number,
  { ts, freeTs }: FieldSpans,
  rule: TextRule,
): { shape: number; headTo: number } {
  const last = to - NANOSECONDS_LENGTH;
  // `ts N ns` within `free_ts N ns` is both. What one rule leaves out is then gone for the other.
  const isBoth = ts !== undefined && ts.from === freeTs?.from;
  const ownTs = isBoth && !rule.withoutTs && rule.withoutFreeTs ? undefined : ts;
  const ownFreeTs = isBoth && rule.withoutTs && !rule.withoutFreeTs ? undefined : freeTs;
  const free = numberAt(line, last, ownFreeTs, rule.withoutFreeTs);
  const between = free - BETWEEN.length;
  if (free >= 0 && standsAt(line, between, BETWEEN)) {
    const from = numberAt(line, between, ownTs, rule.withoutTs);
    if (from >= 0) return { shape: Shape.TS_FREE_TS, headTo: from };
  }
  const from = numberAt(line, last, ownTs, rule.withoutTs);
  return from >= 0 ? { shape: Shape.TS, headTo: from } : { shape: Shape.WHOLE, headTo: to };
}

/** Where the number begins that ends at `to`, in front of ` ns`: the field's, or no digits where they are left out anyway. -1: none that can be made again. */
function numberAt(line: Uint8Array, to: number, field: Span | undefined, isLeftOut: boolean): number {
  if (field?.to === to) return isLeftOut || isPlainNumber(line, field) ? field.from : -1;
  return isLeftOut && endsWithoutDigits(line, to + NANOSECONDS_LENGTH) ? to : -1;
}

/** Whether a line that ends at `to` has lost the digits of its last time, as those in a report have. */
export function endsWithoutDigits(line: Uint8Array, to: number): boolean {
  return standsAt(line, to - NO_DIGITS.length, NO_DIGITS);
}
