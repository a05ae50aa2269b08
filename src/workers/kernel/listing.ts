/**
 * Blocks as a list, for reports that need more of each than its group. Neighbours are mostly alike, so it is a list of runs: blocks one behind the other
 * that differ in PFN and in their times only, and in those only within a bucket (merge/aggregate/time-buckets.ts). All have their PFNs in the pageblock that
 * they name, by one pageblock_order.
 *
 *     0 mask  4 task  8 stack  12 tail  16 place (ids)  20 blocks  24 bucket  28 born (0 or 1)
 *     32 oldest  40 newest (ns, u64)  48 pfn of the first  56 pageblock (f64)
 *
 * The main program takes the list away when it is full.
 */
import { idOf } from './kernel-dictionary';
import { NO_TIME } from './kernel-header';
import { allocate } from './memory';
import { pageblock, pfn, place } from './place';

const TASK: usize = 4;
const STACK: usize = 8;
const TAIL: usize = 12;
const PLACE: usize = 16;
const BLOCKS: usize = 20;
const BUCKET: usize = 24;
const BORN: usize = 28;
const OLDEST: usize = 32;
const NEWEST: usize = 40;
const PFN: usize = 48;
const PAGEBLOCK: usize = 56;
const RECORD: usize = 64;
const ROOM: u32 = 1024;

/** Bits of a double behind those that tell a bucket. */
const BUCKET_SHIFT: u64 = 46;
const BUCKET_OF_ONE: u32 = 1023 << 6;
/** That of the last times below 2^64, which a double rounds up. Behind it are blocks without a time. */
const LAST_BUCKET: u32 = (64 << 6) - 1;

const ANY_SHIFT: u64 = 63;
const NONE: f64 = -2;

let list: usize = 0;
let size: u32 = 0;
/** The last run, and the entries of its blocks; 0 if there is none. */
let run: usize = 0;
let runMask: usize = 0;
let runTask: usize = 0;
let runStack: usize = 0;
let runTail: usize = 0;
let runPlace: usize = 0;
let runPageblock: f64 = 0;
/** PFN >> this is the pageblock: pageblock_order, as the run's first block has it. */
let runShift: u64 = 0;
let since: u64 = NO_TIME;

/** To be called first: the list is empty then. What was allocated after `after` counts as born. */
export function startList(after: u64): void {
  list = allocate(<usize>ROOM * RECORD);
  since = after;
  takeList();
}

export function getList(): usize {
  return list;
}

/** Returns how many runs are in the list, which is empty afterwards. */
export function takeList(): u32 {
  const count = size;
  size = 0;
  run = 0;
  return count;
}

export function isListFull(): bool {
  return size == ROOM;
}

export function appendToList(mask: usize, task: usize, stack: usize, tail: usize, ts: u64): void {
  const nominal = ts == 0 ? 0 : <u32>(reinterpret<u64>(<f64>ts) >> BUCKET_SHIFT) - BUCKET_OF_ONE;
  const bucket = min(nominal, LAST_BUCKET) + <u32>(ts == NO_TIME);
  const born = <u32>(ts > since && ts != NO_TIME);
  if (
    run &&
    runStack == stack &&
    runMask == mask &&
    runTask == task &&
    runTail == tail &&
    runPlace == place &&
    runPageblock == pageblock &&
    <u64>pfn >> runShift == <u64>pageblock &&
    load<u32>(run, BUCKET) == bucket &&
    load<u32>(run, BORN) == born
  ) {
    store<u32>(run, load<u32>(run, BLOCKS) + 1, BLOCKS);
    if (ts < load<u64>(run, OLDEST)) store<u64>(run, ts, OLDEST);
    if (ts > load<u64>(run, NEWEST)) store<u64>(run, ts, NEWEST);
    return;
  }
  run = list + <usize>size * RECORD;
  size++;
  runMask = mask;
  runTask = task;
  runStack = stack;
  runTail = tail;
  runPlace = place;
  runPageblock = pageblock;
  // Block 0 is that of small PFNs, whatever the order; one that is in no such relation begins a run that is not gone on with.
  runShift = pageblock > 0 ? clz<u64>(<u64>pageblock) - clz<u64>(<u64>pfn) : ANY_SHIFT;
  if (pageblock < 0 || runShift > ANY_SHIFT || <u64>pfn >> runShift != <u64>pageblock) runPageblock = NONE;
  store<u32>(run, idOf(mask));
  store<u32>(run, idOf(task), TASK);
  store<u32>(run, idOf(stack), STACK);
  store<u32>(run, idOf(tail), TAIL);
  store<u32>(run, idOf(place), PLACE);
  store<u32>(run, 1, BLOCKS);
  store<u32>(run, bucket, BUCKET);
  store<u32>(run, born, BORN);
  store<u64>(run, ts, OLDEST);
  store<u64>(run, ts, NEWEST);
  store<f64>(run, pfn, PFN);
  store<f64>(run, pageblock, PAGEBLOCK);
}
