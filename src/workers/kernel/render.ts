/**
 * Writes groups as page_owner_sort does (merge/writers/page-owner-sort.ts, which this follows), without --cull and with --cull=stacktrace:
 *
 *     2 times, 2 pages, allocated by SLAB :                                2 times, 2 pages:
 *     Page allocated via order 0, …       mask, task, times
 *      get_page_from_freelist+0x137e/…    stack, tail                       get_page_from_freelist+0x137e/…
 */
import { BYTES, FLAGS, lengthOf, PLAIN } from './kernel-dictionary';
import { BITS, FREE_TS, MASK, recordOf, STACK, SUM, TAIL, TASK, TIMES, TS } from './kernel-groups';
import { lineEnd } from './kernel-bytes';
import { TS_FREE_TS, WHOLE } from './kernel-header';

const LF: u8 = 0x0a;
const ZERO: u32 = 0x30;

/** More than all of a group's text that is not of its strings. */
const MOST_OTHERS: usize = 256;
/** Counts above that are no whole numbers here. */
const MOST_COUNT: f64 = 9007199254740992;
const BILLION: u64 = 1_000_000_000;

const TIMES_WORD: u64 = 0x2c73656d_69742000 >> 8; // " times,"
const PAGES_WORD: u64 = 0x7365_67617020; // " pages"
const ALLOCATED: u64 = 0x61636f6c_6c61202c; // ", alloca"
const TED_BY: u64 = 0x2079_62206465_74; // "ted by "
const COMMA_FREE: u64 = 0x65657266_202c; // ", free"
const TS_UNDERSCORE: u64 = 0x2073745f; // "_ts "
const NS: u32 = 0x736e20; // " ns"
const COLON_LF: u32 = 0x0a3a;
const WORDS: StaticArray<u64> = [0x20414d43, 0x20_42414c53, 0x20434f4c_4c414d56, 0x205352_4548544f]; // "CMA ", "SLAB ", "VMALLOC ", "OTHERS "
const WORD_LENGTHS: StaticArray<u8> = [4, 5, 8, 7];

let withoutTs: bool = false;
let withoutFreeTs: bool = false;
/** Where the next byte goes. */
let at: usize = 0;

export function setTextRule(noTs: bool, noFreeTs: bool): void {
  withoutTs = noTs;
  withoutFreeTs = noFreeTs;
}

/** The end of what was written last. */
export function getWritten(): usize {
  return at;
}

/**
 * Writes the first of `count` groups, whose numbers are at `groups`, as far as they go into [from, to) and have numbers of pages that are written
 * here: whole blocks, or stacks only. Returns how many.
 */
export function writeTexts(groups: usize, count: u32, from: usize, to: usize, isStackOnly: bool): u32 {
  at = from;
  for (let i: u32 = 0; i < count; i++) {
    const record = recordOf(load<u32>(groups + (<usize>i << 2)));
    const mask = <usize>load<u32>(record, MASK);
    const task = <usize>load<u32>(record, TASK);
    const stack = <usize>load<u32>(record, STACK);
    const tail = <usize>load<u32>(record, TAIL);
    const strings = lengthOf(mask) + lengthOf(task) + lengthOf(stack) + lengthOf(tail);
    if (at + strings + MOST_OTHERS > to || load<f64>(record, SUM) > MOST_COUNT) return i;
    writeCounts(record);
    if (isStackOnly) {
      put(COLON_LF, 2);
    } else {
      writeAllocator(record);
      const text = at;
      writeHead(mask, task);
      writeTimes(record);
      // A block of PFN lines alone has no text, not even an empty line.
      if (at > text) put(LF, 1);
    }
    writeBytes(stack + BYTES, lengthOf(stack));
    writeBytes(tail + BYTES, lengthOf(tail));
    put(LF, 1);
  }
  return count;
}

function writeCounts(record: usize): void {
  writeNumber(<u64>load<f64>(record, TIMES));
  put(TIMES_WORD, 7);
  put(0x20, 1);
  writeNumber(<u64>load<f64>(record, SUM));
  put(PAGES_WORD, 6);
}

function writeAllocator(record: usize): void {
  put(ALLOCATED, 8);
  put(TED_BY, 7);
  const allocator = <u32>load<u8>(record, BITS + 1);
  for (let word = 0; word < 4; word++) {
    if (allocator & (2 << word)) put(unchecked(WORDS[word]), unchecked(WORD_LENGTHS[word]));
  }
  put(COLON_LF, 2);
}

/** The first line of a head: one of unusual form may have more. */
function writeHead(mask: usize, task: usize): void {
  if (load<u32>(mask, FLAGS) & PLAIN) {
    writeBytes(mask + BYTES, lengthOf(mask));
    writeBytes(task + BYTES, lengthOf(task));
  } else {
    const from = mask + BYTES;
    writeBytes(from, min(lineEnd(from), from + lengthOf(mask)) - from);
  }
}

function writeTimes(record: usize): void {
  const shape = <u32>load<u8>(record, BITS);
  if (shape == WHOLE) return;
  if (!withoutTs) writeNumber(load<u64>(record, TS));
  put(NS, 3);
  if (shape != TS_FREE_TS) return;
  put(COMMA_FREE, 6);
  put(TS_UNDERSCORE, 4);
  if (!withoutFreeTs) writeNumber(load<u64>(record, FREE_TS));
  put(NS, 3);
}

/** Writes the lowest `length` bytes of a number. */
@inline
function put(bytes: u64, length: usize): void {
  store<u64>(at, bytes);
  at += length;
}

/** Writes whole vectors, the last one perhaps beyond the end. */
@inline
function writeBytes(from: usize, length: usize): void {
  for (let i: usize = 0; i < length; i += 16) v128.store(at + i, v128.load(from + i));
  at += length;
}

function writeNumber(value: u64): void {
  if (value < BILLION) {
    at += digitsOf(<u32>value);
    writeDigits(<u32>value, at);
    return;
  }
  writeNumber(value / BILLION);
  let rest = <u32>(value % BILLION);
  for (let i: usize = 9; i > 0; i--) {
    store<u8>(at + i - 1, <u8>(ZERO + (rest % 10)));
    rest /= 10;
  }
  at += 9;
}

function digitsOf(value: u32): usize {
  let digits: usize = 1;
  for (; value >= 10; value /= 10) digits++;
  return digits;
}

/** Writes the digits that end at `to`. */
function writeDigits(value: u32, to: usize): void {
  do {
    store<u8>(--to, <u8>(ZERO + (value % 10)));
    value /= 10;
  } while (value);
}
