/**
 * The numbers at the end of a header line, found from behind (see format/header.ts, which this follows):
 *
 *     Page allocated via order 0, mask 0x0(), pid 7, tgid 7 (comm), ts 12 ns, free_ts 3 ns
 */

export const WHOLE: u32 = 0;
export const TS: u32 = 1;
export const TS_FREE_TS: u32 = 2;

/** What a block without a time counts as. */
export const NO_TIME: u64 = u64.MAX_VALUE;

const PLAIN_DIGITS: usize = 19;
const NS: u32 = 0x736e20; // " ns"
const TS_WORD: u32 = 0x207374; // "ts "
const UNDERSCORE: u8 = 0x5f;
const BETWEEN_LENGTH: usize = 13;
const BETWEEN_START: u64 = 0x65726620_2c736e20; // " ns, fre"
const BETWEEN_END: u64 = 0x2073745f_65657266; // "free_ts "

export let shape: u32 = WHOLE;
export let headTo: usize = 0;
let tsTo: usize = 0;
let freeFrom: usize = 0;
let freeTo: usize = 0;

/** Splits the line [from, to). */
@inline
export function splitHeader(from: usize, to: usize): void {
  shape = WHOLE;
  headTo = to;
  const last = digitsBeforeNs(from, to);
  if (!last) return;
  if (load<u8>(last - 4) != UNDERSCORE) {
    headTo = last;
    tsTo = to - 3;
    shape = TS;
    return;
  }
  const between = last - BETWEEN_LENGTH;
  if (between <= from) return;
  if (load<u64>(between) != BETWEEN_START || load<u64>(between + 5) != BETWEEN_END) return;
  const first = digitsBeforeNs(from, between + 3);
  if (!first || load<u8>(first - 4) == UNDERSCORE) return;
  headTo = first;
  tsTo = between;
  freeFrom = last;
  freeTo = to - 3;
  shape = TS_FREE_TS;
}

/** Splits a line of which the head ends at `head`, if a plain number of ns and nothing else follows to its end. */
@inline
export function splitBehindHead(head: usize, to: usize): bool {
  const digits = to - 3 - head;
  if ((load<u32>(to - 3) & 0xffffff) != NS || digits - 1 >= PLAIN_DIGITS || head > to - 4) return false;
  if (digits > 1 && load<u8>(head) == 0x30) return false;
  const others = i8x16.bitmask(i8x16.gt_u(i8x16.sub(v128.load(head), i8x16.splat(0x30)), i8x16.splat(9)));
  if (digits > 16 || <usize>ctz<u32>(<u32>others | (1 << 16)) < digits) return false;
  shape = TS;
  headTo = head;
  tsTo = to - 3;
  return true;
}

@inline
export function readTs(): u64 {
  return shape == WHOLE ? NO_TIME : numberAt(headTo, tsTo);
}

@inline
export function readFreeTs(): u64 {
  return shape == TS_FREE_TS ? numberAt(freeFrom, freeTo) : NO_TIME;
}

/** Where the digits of a `ts DIGITS ns` begin that ends at `to`, or 0. */
@inline
function digitsBeforeNs(from: usize, to: usize): usize {
  if ((load<u32>(to - 3) & 0xffffff) != NS) return 0;
  const end = to - 3;
  const tens = i8x16.splat(9);
  const others = i8x16.bitmask(i8x16.gt_u(i8x16.sub(v128.load(end - 16), i8x16.splat(0x30)), tens));
  let at = others ? end - <usize>clz<u32>(<u32>others << 16) : end - 16;
  if (!others) while (at > from && <u32>load<u8>(at - 1) - 0x30 < 10) at--;
  const digits = end - at;
  if (digits == 0 || digits > PLAIN_DIGITS || at < from + 4) return 0;
  if (digits > 1 && load<u8>(at) == 0x30) return 0;
  return (load<u32>(at - 3) & 0xffffff) == TS_WORD ? at : 0;
}

function numberAt(at: usize, to: usize): u64 {
  let value: u64 = 0;
  for (; at < to; at++) value = value * 10 + <u64>(load<u8>(at) - 0x30);
  return value;
}
