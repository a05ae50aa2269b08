/**
 * Which string stands at a place? Mostly one that stood somewhere before. A few sampled bytes lead to a set of four entries seen lately, and one
 * compare then tells that one of them is it, and where it ends.
 */
import { equal, equalInline } from './kernel-bytes';
import { BYTES, lengthOf } from './kernel-dictionary';
import { allocate } from './memory';

const LF: u32 = 0x0a;
const SPACE: u32 = 0x20;

const SET_BITS: u64 = 13;
const SET_BYTES: usize = 16;
const ODD: u64 = 0x9e3779b97f4a7c15;

/** Memory for the sets of one kind of string. */
export function newRecent(): usize {
  return allocate(SET_BYTES << <usize>SET_BITS);
}

/** The set for four samples. */
@inline
export function setOf(recent: usize, a: u64, b: u64, c: u64, d: u64): usize {
  const low = (a ^ (b << 1)) * ODD;
  const high = (c ^ (d << 3)) * ODD;
  return recent + (<usize>(((low ^ (high >> 17)) * ODD) >> (64 - SET_BITS)) << 4);
}

/** Puts an entry first; the last one is forgotten. */
@inline
export function remember(set: usize, entry: usize): void {
  v128.store(set, i32x4.replace_lane(i32x4.shuffle(v128.load(set), v128.load(set), 0, 0, 1, 2), 0, <u32>entry));
}

/** Puts the entry at `way` first. */
@inline
function prefer(set: usize, way: usize, entry: usize): void {
  store<u32>(set + way, load<u32>(set));
  store<u32>(set, <u32>entry);
}

/** The entry of the set that stands at `place`, or 0. */
export function recentAt(set: usize, place: usize): usize {
  for (let way: usize = 0; way < 16; way += 4) {
    const entry = <usize>load<u32>(set + way);
    if (!entry) return 0;
    if (equal(place, entry + BYTES, lengthOf(entry))) {
      if (way) prefer(set, way, entry);
      return entry;
    }
  }
  return 0;
}

/** The entry of the set that has just these bytes, or 0. */
export function recentOf(set: usize, place: usize, length: usize): usize {
  for (let way: usize = 0; way < 16; way += 4) {
    const entry = <usize>load<u32>(set + way);
    if (!entry) return 0;
    if (lengthOf(entry) == length && equal(place, entry + BYTES, length)) {
      if (way) prefer(set, way, entry);
      return entry;
    }
  }
  return 0;
}

/** The entry of the set that is the frames at `place`, all of them, or 0. */
@inline
export function recentFrames(set: usize, place: usize, end: usize): usize {
  for (let way: usize = 0; way < 16; way += 4) {
    const entry = <usize>load<u32>(set + way);
    if (!entry) return 0;
    const stop = place + lengthOf(entry);
    // The bytes where they end tell at once most of the stacks that differ in their last frames.
    if (stop >= end || load<u8>(stop - 1) != LF || load<u8>(stop) == SPACE) continue;
    if (!equalInline(place, entry + BYTES, stop - place)) continue;
    if (way) prefer(set, way, entry);
    return entry;
  }
  return 0;
}
