/** Groups as the columns of merge/block-groups.ts: to leave the kernel, and to come from another. */
import { idOf, KEY } from './kernel-dictionary';
import {
  ALLOCATOR_SHIFT,
  BITS,
  FIRST,
  FREE_TS,
  findGroup,
  HAS_FREE_TS,
  MASK,
  newGroup,
  recordOf,
  represent,
  STACK,
  SUM,
  TAIL,
  TASK,
  TIMES,
  TS,
} from './kernel-groups';

/** The columns, in the order in which they stand there. */
const MASKS: u32 = 0;
const TASKS: u32 = 1;
const SHAPES: u32 = 2;
const STACKS: u32 = 3;
const TAILS: u32 = 4;
const TS_SECONDS: u32 = 5;
const TS_NANOS: u32 = 6;
const FREE_SECONDS: u32 = 7;
const FREE_NANOS: u32 = 8;
const ALLOCATORS: u32 = 9;
const FIRSTS: u32 = 10;
const ALL_TIMES: u32 = 11;
const ALL_PAGES: u32 = 12;

const SECOND: u64 = 1_000_000_000;

/** Writes one column of the groups [from, to) at `into`. */
export function readColumn(column: u32, from: u32, to: u32, into: usize): void {
  if (column == MASKS) readIds(MASK, from, to, into);
  else if (column == TASKS) readIds(TASK, from, to, into);
  else if (column == STACKS) readIds(STACK, from, to, into);
  else if (column == TAILS) readIds(TAIL, from, to, into);
  else if (column == SHAPES) readBytes(BITS, from, to, into);
  else if (column == ALLOCATORS) readBytes(BITS + 1, from, to, into);
  else if (column == TS_SECONDS) readSeconds(TS, from, to, into);
  else if (column == FREE_SECONDS) readSeconds(FREE_TS, from, to, into);
  else if (column == TS_NANOS) readNanos(TS, from, to, into);
  else if (column == FREE_NANOS) readNanos(FREE_TS, from, to, into);
  else if (column == FIRSTS) readNumbers(FIRST, from, to, into);
  else if (column == ALL_PAGES) readNumbers(SUM, from, to, into);
  else if (column == ALL_TIMES) readNumbers(TIMES, from, to, into);
}

function readIds(field: usize, from: u32, to: u32, into: usize): void {
  for (; from < to; from++, into += 4) store<u32>(into, idOf(load<u32>(recordOf(from) + field)));
}

function readBytes(field: usize, from: u32, to: u32, into: usize): void {
  for (; from < to; from++, into++) store<u8>(into, load<u8>(recordOf(from) + field));
}

function readSeconds(field: usize, from: u32, to: u32, into: usize): void {
  for (; from < to; from++, into += 8) store<f64>(into, <f64>(load<u64>(recordOf(from) + field) / SECOND));
}

function readNanos(field: usize, from: u32, to: u32, into: usize): void {
  for (; from < to; from++, into += 4) store<u32>(into, <u32>(load<u64>(recordOf(from) + field) % SECOND));
}

function readNumbers(field: usize, from: u32, to: u32, into: usize): void {
  for (; from < to; from++, into += 8) store<f64>(into, load<f64>(recordOf(from) + field));
}

/**
 * Adds `count` groups of another kernel, which are described by numbers, as WebAssembly passes nothing else. Their columns begin every `room` bytes at `columns`; the four tables have, by id there, the entries here.
 */
export function absorb(
  columns: usize,
  room: usize,
  count: u32,
  masks: usize,
  tasks: usize,
  stacks: usize,
  tails: usize,
): void {
  for (let i: usize = 0; i < count; i++) {
    const mask = entryOf(masks, columns + room * MASKS, i);
    const task = entryOf(tasks, columns + room * TASKS, i);
    const stack = entryOf(stacks, columns + room * STACKS, i);
    const tail = entryOf(tails, columns + room * TAILS, i);
    const ts = time(columns + room * TS_SECONDS, columns + room * TS_NANOS, i);
    const freeTs = time(columns + room * FREE_SECONDS, columns + room * FREE_NANOS, i);
    const allocator = <u32>load<u8>(columns + room * ALLOCATORS + i);
    const shape = <u32>load<u8>(columns + room * SHAPES + i);
    const bits = shape | (allocator << ALLOCATOR_SHIFT) | (freeTs == 0 ? 0 : HAS_FREE_TS);
    const first = load<f64>(columns + room * FIRSTS + (i << 3));
    let group = findGroup(load<u32>(mask, KEY), load<u32>(task, KEY), stack, tail, bits, ts, freeTs);
    if (!group) group = newGroup(mask, task, stack, tail, bits, ts, freeTs, first);
    else if (first < load<f64>(group, FIRST)) represent(group, mask, task, stack, tail, bits, ts, freeTs, first);
    store<f64>(group, load<f64>(group, TIMES) + load<f64>(columns + room * ALL_TIMES + (i << 3)), TIMES);
    store<f64>(group, load<f64>(group, SUM) + load<f64>(columns + room * ALL_PAGES + (i << 3)), SUM);
  }
}

@inline
function entryOf(entries: usize, ids: usize, i: usize): usize {
  return load<u32>(entries + (<usize>load<u32>(ids + (i << 2)) << 2));
}

@inline
function time(seconds: usize, nanos: usize, i: usize): u64 {
  return <u64>load<f64>(seconds + (i << 3)) * SECOND + <u64>load<u32>(nanos + (i << 2));
}
