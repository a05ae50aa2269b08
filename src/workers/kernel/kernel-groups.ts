/**
 * Groups of blocks. A record keeps the fields of the group's first block, and the sums.
 *
 *     0 mask  4 task  8 stack  12 tail (entries)  16 bits  20 hash  24 ts  32 free_ts (u64)  40 first offset  48 pages  56 times (f64)
 *
 * A record fills a cache line. Records lie in segments, in the order in which the groups came; slots hold their addresses, at hash & mask, open
 * addressing, at most half full. What tells groups apart goes from function to function as numbers, in registers: see kernel.ts.
 */
import { GROUP, KEY, PAGES } from './kernel-dictionary';
import { hashNumbers } from './kernel-hash';
import { TS_FREE_TS, WHOLE } from './kernel-header';
import { allocate } from './memory';

export const MASK: usize = 0;
export const TASK: usize = 4;
export const STACK: usize = 8;
export const TAIL: usize = 12;
export const BITS: usize = 16;
const HASH: usize = 20;
export const TS: usize = 24;
export const FREE_TS: usize = 32;
export const FIRST: usize = 40;
export const SUM: usize = 48;
export const TIMES: usize = 56;
const RECORD: usize = 64;

/** In the bits of a group: shape (kernel/kernel-header.ts), allocator << 8, and this. */
const SHAPE: u32 = 0xff;
export const ALLOCATOR_SHIFT: u32 = 8;
export const HAS_FREE_TS: u32 = 1 << 16;

const SEGMENT_RECORDS: u32 = 1 << 12;
const FIRST_SEGMENTS: u32 = 1 << 6;
const FIRST_SLOTS: u32 = 1 << 13;

/** Which fields make two blocks one group: masks for bits and times, 0 where they do not count. */
let keyMask: bool = false;
let keyTask: bool = false;
let keyStack: bool = false;
let keyModule: bool = false;
let keyBits: u32 = 0;
let keyTs: u64 = 0;
let keyFreeTs: u64 = 0;

let slots: usize = 0;
let mask: u32 = 0;
export let size: u32 = 0;
/** Addresses of the segments. */
let segments: usize = 0;
let segmentRoom: u32 = 0;
/** The hash of the block for which findGroup found no group. */
let missedHash: u32 = 0;

/** To be called first: there are no groups then. */
export function startGroups(): void {
  slots = allocate(<usize>FIRST_SLOTS << 2);
  mask = FIRST_SLOTS - 1;
  size = 0;
  segments = allocate(<usize>FIRST_SEGMENTS << 2);
  segmentRoom = FIRST_SEGMENTS;
}

/** `module` is not needed where `stack` counts, which tells it. */
export function setKey(mask: bool, task: bool, stack: bool, module: bool, bits: u32, ts: bool, freeTs: bool): void {
  keyMask = mask;
  keyTask = task;
  keyStack = stack;
  keyModule = module;
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
  const ownTs = keyedTs(bits, ts);
  const ownFreeTs = keyedFreeTs(bits, freeTs);
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

/** A new group, whose first block is this one, for which findGroup has just found none. */
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
  represent(record, blockMask, task, stack, tail, bits, ts, freeTs, first);
  store<u32>(record, missedHash, HASH);
  store<u32>(stack, <u32>record, GROUP);
  if (size * 2 > mask) grow();
  else insert(record);
  return record;
}

/** Makes a block the first of a group. */
@inline
export function represent(
  record: usize,
  blockMask: usize,
  task: usize,
  stack: usize,
  tail: usize,
  bits: u32,
  ts: u64,
  freeTs: u64,
  first: f64,
): void {
  store<u32>(record, <u32>blockMask, MASK);
  store<u32>(record, <u32>task, TASK);
  store<u32>(record, <u32>stack, STACK);
  store<u32>(record, <u32>tail, TAIL);
  store<u32>(record, bits, BITS);
  store<u64>(record, ts, TS);
  store<u64>(record, freeTs, FREE_TS);
  store<f64>(record, first, FIRST);
}

/** A time as far as it tells groups apart: one that the header's end does not print (see its shape) is in the text elsewhere, or nowhere. */
@inline
function keyedTs(bits: u32, ts: u64): u64 {
  return (bits & SHAPE) == WHOLE ? 0 : ts & keyTs;
}

@inline
function keyedFreeTs(bits: u32, freeTs: u64): u64 {
  return (bits & SHAPE) == TS_FREE_TS ? freeTs & keyFreeTs : 0;
}

/** Who tells a block's module: its stack, or its tail where the stack (key 0) names none. */
@inline
export function moduleTeller(stack: usize, tail: usize): usize {
  return load<u32>(stack, KEY) ? stack : tail;
}

@inline
function moduleKey(stack: usize, tail: usize): u32 {
  return load<u32>(moduleTeller(stack, tail), KEY);
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
    (!keyModule || moduleKey(load<u32>(record, STACK), load<u32>(record, TAIL)) == moduleKey(stack, tail)) &&
    (!keyTask || load<u32>(load<u32>(record, TASK), KEY) == taskKey) &&
    (!keyMask || load<u32>(load<u32>(record, MASK), KEY) == maskKey) &&
    ((load<u32>(record, BITS) ^ bits) & keyBits) == 0 &&
    keyedTs(bits, load<u64>(record, TS)) == ownTs &&
    keyedFreeTs(bits, load<u64>(record, FREE_TS)) == ownFreeTs
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
  const ownStack = keyStack ? <u32>stack : keyModule ? moduleKey(stack, tail) : 0;
  const ownTail = keyStack ? <u32>tail : 0;
  const hash = hashNumbers(maskKey, taskKey, ownStack, ownTail, bits & keyBits, ownTs, ownFreeTs);
  missedHash = hash;
  let place = hash & mask;
  while (true) {
    const record = <usize>load<u32>(slots + (<usize>place << 2));
    if (!record) return 0;
    if (load<u32>(record, HASH) == hash && isGroup(record, maskKey, taskKey, stack, tail, bits, ownTs, ownFreeTs)) return record;
    place = (place + 1) & mask;
  }
}

function insert(record: usize): void {
  let place = load<u32>(record, HASH) & mask;
  while (load<u32>(slots + (<usize>place << 2))) place = (place + 1) & mask;
  store<u32>(slots + (<usize>place << 2), <u32>record);
}

function append(): usize {
  if (size % SEGMENT_RECORDS == 0) addSegment(size / SEGMENT_RECORDS);
  return recordOf(size++);
}

function addSegment(count: u32): void {
  if (count == segmentRoom) {
    const old = segments;
    segments = allocate(<usize>count << 3);
    segmentRoom = count * 2;
    memory.copy(segments, old, <usize>count << 2);
  }
  store<u32>(segments + (<usize>count << 2), <u32>allocate(<usize>SEGMENT_RECORDS * RECORD));
}

/** Twice the slots, with all records. */
function grow(): void {
  const length = (mask + 1) * 2;
  slots = allocate(<usize>length << 2);
  mask = length - 1;
  for (let group: u32 = 0; group < size; group++) insert(recordOf(group));
}

/** The record of a group. */
export function recordOf(group: u32): usize {
  return <usize>load<u32>(segments + (<usize>(group / SEGMENT_RECORDS) << 2)) + <usize>(group % SEGMENT_RECORDS) * RECORD;
}
