/**
 * Heads are pairs of a mask and a task. Groups name the pairs; they are numbered when groups are written, since there may be many more pairs than
 * groups.
 */
import { hashNumbers } from './hash';
import { allocate } from './memory';

const FIRST_SLOTS: u32 = 1 << 10;

/** Slots hold 1 + id; pairs lie in the order of their ids. */
let slots: usize = 0;
let mask: u32 = 0;
let pairs: usize = 0;
let capacity: u32 = 0;
export let headCount: u32 = 0;

/** Where the pairs are: the addresses of mask and task, 4 bytes each. */
export function getHeads(): usize {
  return pairs;
}

/** The number of a pair, counted from 0. */
export function headId(blockMask: u32, task: u32): u32 {
  if (headCount == capacity) grow();
  let place = placeOf(blockMask, task);
  while (true) {
    const slot = slots + (<usize>place << 2);
    const known = load<u32>(slot);
    if (!known) {
      store<u32>(pairs + (<usize>headCount << 3), blockMask);
      store<u32>(pairs + (<usize>headCount << 3), task, 4);
      store<u32>(slot, ++headCount);
      return headCount - 1;
    }
    const pair = pairs + (<usize>(known - 1) << 3);
    if (load<u32>(pair) == blockMask && load<u32>(pair, 4) == task) return known - 1;
    place = (place + 1) & mask;
  }
}

@inline
function placeOf(blockMask: u32, task: u32): u32 {
  return <u32>hashNumbers(blockMask, task, 0, 0, 0, 0) & mask;
}

function grow(): void {
  const old = pairs;
  capacity = capacity ? capacity * 2 : FIRST_SLOTS / 2;
  pairs = allocate(<usize>capacity << 3);
  slots = allocate(<usize>capacity << 3);
  mask = capacity * 2 - 1;
  memory.copy(pairs, old, <usize>headCount << 3);
  for (let id: u32 = 0; id < headCount; id++) {
    const pair = pairs + (<usize>id << 3);
    let place = placeOf(load<u32>(pair), load<u32>(pair, 4));
    while (load<u32>(slots + (<usize>place << 2))) place = (place + 1) & mask;
    store<u32>(slots + (<usize>place << 2), id + 1);
  }
}
