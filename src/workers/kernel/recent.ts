/**
 * Which string stands at a place? Mostly one that stood somewhere before. A few sampled bytes lead to a set of four entries seen lately, and one
 * compare then tells that one of them is it, and where it ends.
 */
import { allocate } from './memory';

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
export function prefer(set: usize, way: usize, entry: usize): void {
  store<u32>(set + way, load<u32>(set));
  store<u32>(set, <u32>entry);
}
