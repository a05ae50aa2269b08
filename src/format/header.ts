import { ascii, isDigit, LF, SPACE, standsAt } from './bytes.js';
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
 * The shape of a text's first line [from, to), given where its fields are: the same answer as HeaderSplitter for usual lines, but
 * sure for any. Digits that the rule leaves out of the text may be of any form.
 */
export function shapeOf(line: Uint8Array, to: number, fields: FieldSpans, rule: TextRule): number {
  const { ts, freeTs } = fields;
  if (!ts || ts.to >= to || !(rule.withoutTs || isPlainNumber(line, ts))) return Shape.WHOLE;
  if (ts.to + NANOSECONDS_LENGTH === to) return Shape.TS;
  const isLast = freeTs && freeTs.from === ts.to + BETWEEN.length && freeTs.to + NANOSECONDS_LENGTH === to;
  if (!isLast || !standsAt(line, ts.to, BETWEEN)) return Shape.WHOLE;
  return rule.withoutFreeTs || isPlainNumber(line, freeTs) ? Shape.TS_FREE_TS : Shape.WHOLE;
}

/** The end of the first line of a head: what stands behind it says only where fields were found (see scan-block). */
export function headLineEnd(head: Uint8Array, from: number, to: number): number {
  const at = head.indexOf(LF, from);
  return at < 0 || at > to ? to : at;
}
