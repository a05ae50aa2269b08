/**
 * Groups of blocks. A record keeps the fields of the group's first block, and the sums.
 *
 *     0 head  4 stack (entries)  8 shape  9 allocator  10 0  12 unused  16 ts  24 free_ts (u64)  32 first offset  40 times  48 pages (f64)
 *
 * Records lie in segments, in the order in which the groups came; slots hold their addresses.
 */
import { idOf, KEY, PAGES } from './dictionary';
import { hashNumbers } from './hash';
import { allocate } from './memory';

const HEAD: usize = 0;
const STACK: usize = 4;
const BITS: usize = 8;
const TS: usize = 16;
const FREE_TS: usize = 24;
const FIRST: usize = 32;
const TIMES: usize = 40;
const SUM: usize = 48;
const RECORD: usize = 56;

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
let latest: usize = 0;

export function setKey(stack: bool, bits: u32, ts: bool, freeTs: bool): void {
  keyStack = stack;
  keyBits = bits;
  keyTs = ts ? u64.MAX_VALUE : 0;
  keyFreeTs = freeTs ? u64.MAX_VALUE : 0;
}

@inline
function hashOf(head: usize, stack: usize, bits: u32, ts: u64, freeTs: u64): u32 {
  return <u32>hashNumbers(load<u32>(head, KEY), keyStack ? <u32>stack : 0, bits & keyBits, ts, freeTs);
}

@inline
function isGroup(record: usize, head: usize, stack: usize, bits: u32, ts: u64, freeTs: u64): bool {
  return (
    load<u32>(load<u32>(record, HEAD), KEY) == load<u32>(head, KEY) &&
    (!keyStack || load<u32>(record, STACK) == <u32>stack) &&
    ((load<u32>(record, BITS) ^ bits) & keyBits) == 0 &&
    (load<u64>(record, TS) & keyTs) == ts &&
    (load<u64>(record, FREE_TS) & keyFreeTs) == freeTs
  );
}

/** Adds a block to its group. `bits` are shape and allocator; the times count as 0 where they are no part of the key. */
@inline
export function add(head: usize, stack: usize, bits: u32, ts: u64, freeTs: u64, first: f64): void {
  let record = latest;
  const ownTs = ts & keyTs;
  const ownFreeTs = freeTs & keyFreeTs;
  if (!record || !isGroup(record, head, stack, bits, ownTs, ownFreeTs)) {
    record = find(head, stack, bits, ts, freeTs, first);
    latest = record;
  }
  store<f64>(record, load<f64>(record, TIMES) + 1, TIMES);
  store<f64>(record, load<f64>(record, SUM) + load<f64>(head, PAGES), SUM);
}

function find(head: usize, stack: usize, bits: u32, ts: u64, freeTs: u64, first: f64): usize {
  const ownTs = ts & keyTs;
  const ownFreeTs = freeTs & keyFreeTs;
  let place = hashOf(head, stack, bits, ownTs, ownFreeTs) & mask;
  while (true) {
    const slot = slots + (<usize>place << 2);
    let record = <usize>load<u32>(slot);
    if (!record) {
      record = append();
      store<u32>(record, <u32>head, HEAD);
      store<u32>(record, <u32>stack, STACK);
      store<u32>(record, bits, BITS);
      store<u64>(record, ts, TS);
      store<u64>(record, freeTs, FREE_TS);
      store<f64>(record, first, FIRST);
      store<u32>(slot, <u32>record);
      if (size * 2 > mask) grow();
      return record;
    }
    if (isGroup(record, head, stack, bits, ownTs, ownFreeTs)) return record;
    place = (place + 1) & mask;
  }
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

function grow(): void {
  const length = (mask + 1) * 2;
  const larger = allocate(<usize>length << 2);
  for (let i: u32 = 0; i <= mask; i++) {
    const record = <usize>load<u32>(slots + (<usize>i << 2));
    if (!record) continue;
    const head = <usize>load<u32>(record, HEAD);
    const bits = load<u32>(record, BITS);
    const ts = load<u64>(record, TS) & keyTs;
    let place = hashOf(head, load<u32>(record, STACK), bits, ts, load<u64>(record, FREE_TS) & keyFreeTs);
    place &= length - 1;
    while (load<u32>(larger + (<usize>place << 2))) place = (place + 1) & (length - 1);
    store<u32>(larger + (<usize>place << 2), <u32>record);
  }
  slots = larger;
  mask = length - 1;
}

const SECOND: u64 = 1_000_000_000;

/** The address of a new column of `width` bytes a group. */
@inline
function column(width: usize): usize {
  return allocate(<usize>size * width);
}

/** Writes the groups as the columns of merge/groups.ts, in that order, each aligned to 16. Returns where they begin. */
export function writeColumns(): usize {
  const heads = column(4);
  const shapes = column(1);
  const stacks = column(4);
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
    store<u32>(heads + (<usize>i << 2), idOf(load<u32>(record, HEAD)));
    store<u8>(shapes + i, load<u8>(record, BITS));
    store<u32>(stacks + (<usize>i << 2), idOf(load<u32>(record, STACK)));
    store<f64>(tsSeconds + (<usize>i << 3), <f64>(ts / SECOND));
    store<u32>(tsNanos + (<usize>i << 2), <u32>(ts % SECOND));
    store<f64>(freeSeconds + (<usize>i << 3), <f64>(freeTs / SECOND));
    store<u32>(freeNanos + (<usize>i << 2), <u32>(freeTs % SECOND));
    store<u8>(allocators + i, load<u8>(record, BITS + 1));
    store<f64>(firsts + (<usize>i << 3), load<f64>(record, FIRST));
    store<f64>(times + (<usize>i << 3), load<f64>(record, TIMES));
    store<f64>(pages + (<usize>i << 3), load<f64>(record, SUM));
  }
  return heads;
}
