/**
 * Groups of blocks. A record keeps the fields of the group's first block, and the sums.
 *
 *     0 mask  4 task  8 stack  12 tail (entries)  16 bits  24 ts  32 free_ts (u64)  40 first offset  48 times  56 pages (f64)
 *
 * Records lie in segments, in the order in which the groups came; slots hold their addresses.
 */
import { GROUP, idOf, KEY, PAGES } from './dictionary';
import { hashNumbers } from './hash';
import { allocate } from './memory';

const MASK: usize = 0;
const TASK: usize = 4;
const STACK: usize = 8;
const TAIL: usize = 12;
const BITS: usize = 16;
const TS: usize = 24;
const FREE_TS: usize = 32;
const FIRST: usize = 40;
const TIMES: usize = 48;
const SUM: usize = 56;
const RECORD: usize = 64;

const SEGMENT_RECORDS: u32 = 1 << 12;
const SEGMENT_HEADER: usize = 8;
const FIRST_SLOTS: u32 = 1 << 13;

/** Which fields make two blocks one group: masks for bits and times, 0 where they do not count. */
let keyStack: bool = false;
let keyBits: u32 = 0;
let keyTs: u64 = 0;
let keyFreeTs: u64 = 0;

let slots: usize = allocate(<usize>FIRST_SLOTS << 2);
let mask: u32 = FIRST_SLOTS - 1;
export let size: u32 = 0;
let firstSegment: usize = 0;
let segment: usize = 0;

export function setKey(stack: bool, bits: u32, ts: bool, freeTs: bool): void {
  keyStack = stack;
  keyBits = bits;
  keyTs = ts ? u64.MAX_VALUE : 0;
  keyFreeTs = freeTs ? u64.MAX_VALUE : 0;
}

/**
 * The group of a block, or 0. Its `maskKey` and `taskKey` are the keys of its entries; the main program gives equal keys to entries that
 * are equal to this grouping.
 */
@inline
export function findGroup(
  maskKey: u32,
  taskKey: u32,
  stack: usize,
  tail: usize,
  bits: u32,
  ts: u64,
  freeTs: u64,
): usize {
  const ownTs = ts & keyTs;
  const ownFreeTs = freeTs & keyFreeTs;
  const latest = <usize>load<u32>(stack, GROUP);
  if (latest && isGroup(latest, maskKey, taskKey, stack, tail, bits, ownTs, ownFreeTs)) return latest;
  const record = search(maskKey, taskKey, stack, tail, bits, ownTs, ownFreeTs);
  if (record) store<u32>(stack, <u32>record, GROUP);
  return record;
}

/** Adds a block to its group. */
@inline
export function addTo(record: usize, blockMask: usize): void {
  store<f64>(record, load<f64>(record, TIMES) + 1, TIMES);
  store<f64>(record, load<f64>(record, SUM) + load<f64>(blockMask, PAGES), SUM);
}

/** A new group, whose first block is this. */
export function newGroup(
  blockMask: usize,
  task: usize,
  stack: usize,
  tail: usize,
  bits: u32,
  ts: u64,
  freeTs: u64,
  first: f64,
): usize {
  const record = append();
  store<u32>(record, <u32>blockMask, MASK);
  store<u32>(record, <u32>task, TASK);
  store<u32>(record, <u32>stack, STACK);
  store<u32>(record, <u32>tail, TAIL);
  store<u32>(record, bits, BITS);
  store<u64>(record, ts, TS);
  store<u64>(record, freeTs, FREE_TS);
  store<f64>(record, first, FIRST);
  store<u32>(stack, <u32>record, GROUP);
  if (size * 2 > mask) grow();
  else insert(record);
  return record;
}

@inline
function isGroup(
  record: usize,
  maskKey: u32,
  taskKey: u32,
  stack: usize,
  tail: usize,
  bits: u32,
  ownTs: u64,
  ownFreeTs: u64,
): bool {
  return (
    (!keyStack || (load<u32>(record, STACK) == <u32>stack && load<u32>(record, TAIL) == <u32>tail)) &&
    load<u32>(load<u32>(record, TASK), KEY) == taskKey &&
    load<u32>(load<u32>(record, MASK), KEY) == maskKey &&
    ((load<u32>(record, BITS) ^ bits) & keyBits) == 0 &&
    (load<u64>(record, TS) & keyTs) == ownTs &&
    (load<u64>(record, FREE_TS) & keyFreeTs) == ownFreeTs
  );
}

function search(
  maskKey: u32,
  taskKey: u32,
  stack: usize,
  tail: usize,
  bits: u32,
  ownTs: u64,
  ownFreeTs: u64,
): usize {
  let place = hashOf(maskKey, taskKey, stack, tail, bits, ownTs, ownFreeTs) & mask;
  while (true) {
    const record = <usize>load<u32>(slots + (<usize>place << 2));
    if (!record || isGroup(record, maskKey, taskKey, stack, tail, bits, ownTs, ownFreeTs)) return record;
    place = (place + 1) & mask;
  }
}

@inline
function hashOf(maskKey: u32, taskKey: u32, stack: usize, tail: usize, bits: u32, ownTs: u64, ownFreeTs: u64): u32 {
  const ownStack = keyStack ? <u32>stack : 0;
  const ownTail = keyStack ? <u32>tail : 0;
  return <u32>hashNumbers(maskKey, taskKey, ownStack, ownTail, bits & keyBits, ownTs, ownFreeTs);
}

function insert(record: usize): void {
  const hash = hashOf(
    load<u32>(load<u32>(record, MASK), KEY),
    load<u32>(load<u32>(record, TASK), KEY),
    load<u32>(record, STACK),
    load<u32>(record, TAIL),
    load<u32>(record, BITS),
    load<u64>(record, TS) & keyTs,
    load<u64>(record, FREE_TS) & keyFreeTs,
  );
  let place = hash & mask;
  while (load<u32>(slots + (<usize>place << 2))) place = (place + 1) & mask;
  store<u32>(slots + (<usize>place << 2), <u32>record);
}

function append(): usize {
  const inSegment = size & (SEGMENT_RECORDS - 1);
  if (inSegment == 0) {
    const next = allocate(SEGMENT_HEADER + <usize>SEGMENT_RECORDS * RECORD);
    if (segment) store<u32>(segment, <u32>next);
    else firstSegment = next;
    segment = next;
  }
  size++;
  return segment + SEGMENT_HEADER + <usize>inSegment * RECORD;
}

/** Twice the slots, with all records. */
function grow(): void {
  const length = (mask + 1) * 2;
  slots = allocate(<usize>length << 2);
  mask = length - 1;
  for (let i: u32 = 0, from = firstSegment; i < size; i++) {
    const inSegment = i & (SEGMENT_RECORDS - 1);
    if (inSegment == 0 && i > 0) from = load<u32>(from);
    insert(from + SEGMENT_HEADER + <usize>inSegment * RECORD);
  }
}

const SECOND: u64 = 1_000_000_000;

/** The address of a new column of `width` bytes a group. */
@inline
function column(width: usize): usize {
  return allocate(<usize>size * width);
}

/** Writes the groups as the columns of merge/groups.ts, in that order, each aligned to 16. Returns where they begin. */
export function writeColumns(): usize {
  const masks = column(4);
  const tasks = column(4);
  const shapes = column(1);
  const stacks = column(4);
  const tails = column(4);
  const tsSeconds = column(8);
  const tsNanos = column(4);
  const freeSeconds = column(8);
  const freeNanos = column(4);
  const allocators = column(1);
  const firsts = column(8);
  const times = column(8);
  const pages = column(8);
  let from = firstSegment;
  for (let i: u32 = 0; i < size; i++) {
    const inSegment = i & (SEGMENT_RECORDS - 1);
    if (inSegment == 0 && i > 0) from = load<u32>(from);
    const record = from + SEGMENT_HEADER + <usize>inSegment * RECORD;
    const ts = load<u64>(record, TS);
    const freeTs = load<u64>(record, FREE_TS);
    store<u32>(masks + (<usize>i << 2), idOf(load<u32>(record, MASK)));
    store<u32>(tasks + (<usize>i << 2), idOf(load<u32>(record, TASK)));
    store<u8>(shapes + i, load<u8>(record, BITS));
    store<u32>(stacks + (<usize>i << 2), idOf(load<u32>(record, STACK)));
    store<u32>(tails + (<usize>i << 2), idOf(load<u32>(record, TAIL)));
    store<f64>(tsSeconds + (<usize>i << 3), <f64>(ts / SECOND));
    store<u32>(tsNanos + (<usize>i << 2), <u32>(ts % SECOND));
    store<f64>(freeSeconds + (<usize>i << 3), <f64>(freeTs / SECOND));
    store<u32>(freeNanos + (<usize>i << 2), <u32>(freeTs % SECOND));
    store<u8>(allocators + i, load<u8>(record, BITS + 1));
    store<f64>(firsts + (<usize>i << 3), load<f64>(record, FIRST));
    store<f64>(times + (<usize>i << 3), load<f64>(record, TIMES));
    store<f64>(pages + (<usize>i << 3), load<f64>(record, SUM));
  }
  return masks;
}
