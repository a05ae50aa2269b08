/**
 * Blocks as a list, for who wants to know more of them than their group:
 *
 *     0 mask  4 task  8 stack  12 tail  16 place (ids)  20 nanos  24 seconds (of ts)  32 pfn  40 pageblock (f64)
 *
 * The main program takes the list away when it is full.
 */
import { idOf } from './dictionary';
import { NO_TIME } from './header';
import { allocate } from './memory';
import { pageblock, pfn, place } from './place';

const RECORD: usize = 48;
export const LIST_ROOM: u32 = 4096;
const SECOND: u64 = 1_000_000_000;

let list: usize = 0;
export let listed: u32 = 0;

/** To be called first: the list is empty then. */
export function startList(): void {
  list = allocate(<usize>LIST_ROOM * RECORD);
  listed = 0;
}

export function getList(): usize {
  return list;
}

/** Returns how many blocks are in the list, which is empty afterwards. */
export function takeList(): u32 {
  const count = listed;
  listed = 0;
  return count;
}

export function appendToList(mask: usize, task: usize, stack: usize, tail: usize, ts: u64): void {
  const at = list + <usize>listed * RECORD;
  listed++;
  store<u32>(at, idOf(mask));
  store<u32>(at, idOf(task), 4);
  store<u32>(at, idOf(stack), 8);
  store<u32>(at, idOf(tail), 12);
  store<u32>(at, idOf(place), 16);
  store<u32>(at, <u32>(ts % SECOND), 20);
  store<f64>(at, <f64>(ts / SECOND), 24);
  store<f64>(at, pfn, 32);
  store<f64>(at, pageblock, 40);
}
