/** Adds blocks to their groups, or to the list, and counts them. */
import { isListing, wantsModule, withoutReleased } from './asked';
import { FLAGS, KEY, SELECTED } from './kernel-dictionary';
import { addTo, findGroup, HAS_FREE_TS, moduleTeller, newGroup } from './kernel-groups';
import { NO_TIME } from './kernel-header';
import { appendToList } from './listing';

let blocks: f64 = 0;
let filtered: f64 = 0;

export function startCounts(): void {
  blocks = 0;
  filtered = 0;
}

export function getBlocks(): f64 {
  return blocks;
}

export function getFiltered(): f64 {
  return filtered;
}

/** Adds a block to a group that is known to be its own. */
@inline
export function addToKnown(group: usize, mask: usize): void {
  addTo(group, mask);
  blocks += 1;
}

/** Adds a block, wherever it was read; `bits` are shape and allocator. Returns whether it is in a group now, or in the list. */
export function addBlock(
  mask: usize,
  task: usize,
  stack: usize,
  tail: usize,
  bits: u32,
  ts: u64,
  freeTs: u64,
  first: f64,
): bool {
  blocks += 1;
  if (
    (withoutReleased && freeTs != NO_TIME && ts < freeTs) ||
    !(load<u32>(task, FLAGS) & SELECTED) ||
    (wantsModule && !(load<u32>(moduleTeller(stack, tail), FLAGS) & SELECTED))
  ) {
    filtered += 1;
    return false;
  }
  if (isListing) {
    appendToList(mask, task, stack, tail, ts);
    return true;
  }
  if (freeTs != 0) bits |= HAS_FREE_TS;
  let group = findGroup(load<u32>(mask, KEY), load<u32>(task, KEY), stack, tail, bits, ts, freeTs);
  if (!group) group = newGroup(mask, task, stack, tail, bits, ts, freeTs, first);
  addTo(group, mask);
  return true;
}
