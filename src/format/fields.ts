import { ascii, find, findLast, findNumber, isDigit, lineEnd, SPACE, type Span, standsAt } from './bytes.js';

/**
 * The fields that a block's text names, and the words around each. A kernel that prints a field in another way, or a new
 * field, begins here: the forms of all kernels so far differ only in which of these are present.
 *
 *     Page allocated via order 0, mask 0x0(), pid 7, tgid 7 (comm), ts 12 ns, free_ts 3 ns
 */
const ORDER = { before: ascii('order '), after: ascii(',') };
const PID = { before: ascii('pid '), after: ascii(',') };
const TGID = { before: ascii('tgid '), after: ascii(' ') };
const TS = { before: ascii('ts '), after: ascii(' ns') };
const FREE_TS = { before: ascii('free_ts '), after: ascii(' ns') };
const NAME_OPENS = ascii(' (');
/** Ends a command name. Names may hold these bytes themselves: the last on the line counts. */
const NAME_CLOSES: Uint8Array = ascii('), ts');

const BLOCK_BEGINS = ascii('Page allocated via order');
const PFN_BEGINS = ascii('PFN');

/** Where each field of a text stands. A field that is missing is undefined. */
export interface FieldSpans {
  order: Span | undefined;
  pid: Span | undefined;
  tgid: Span | undefined;
  name: Span | undefined;
  ts: Span | undefined;
  freeTs: Span | undefined;
}

/** Finds each field's first match in [from, to); times are looked for behind the command name, which may hold anything. */
export function findFields(text: Uint8Array, from: number, to: number): FieldSpans {
  const number = (start: number, { before, after }: typeof ORDER) => findNumber(text, start, to, before, after);
  const name = findName(text, from, to);
  const times = name ? name.to : from;
  return {
    order: number(from, ORDER),
    pid: number(from, PID),
    tgid: number(from, TGID),
    name,
    ts: number(times, TS),
    freeTs: number(times, FREE_TS),
  };
}

/** The name of the first line that has one: from the `(` after `tgid N ` to the last `), ts` of that line. */
function findName(text: Uint8Array, from: number, to: number): Span | undefined {
  for (let line = from; line < to; ) {
    const end = lineEnd(text, line, to);
    const close = findLast(text, line, end, NAME_CLOSES);
    if (close >= 0) {
      const open = findNumber(text, line, close, TGID.before, NAME_OPENS);
      if (open) return { from: open.to + NAME_OPENS.length, to: close };
    }
    line = end + 1;
  }
  return undefined;
}

/** Whether the text is a page_owner block at all. */
export function isPageOwnerText(text: Uint8Array, from: number, to: number): boolean {
  return find(text, from, to, BLOCK_BEGINS) >= 0;
}

/** Whether the line at `at` is a PFN line, which is no part of a block's text. */
export function isPfnLine(text: Uint8Array, at: number, to: number): boolean {
  return at + PFN_BEGINS.length <= to && standsAt(text, at, PFN_BEGINS);
}

/**
 * Whether lines behind the header could hold a field: a digit behind a space behind the last letter of `order`, `pid`,
 * `tgid` or `ts`. Real frames and tails never do; to ask costs one pass over a distinct stack.
 */
export function mayHoldField(text: Uint8Array, from: number, to: number): boolean {
  for (let at = from + 1; at < to - 1; at++) {
    if (text[at] !== SPACE || !isDigit(text[at + 1])) continue;
    const last = text[at - 1];
    if (last === 0x72 /* r */ || last === 0x64 /* d */ || last === 0x73 /* s */) return true;
  }
  return false;
}
