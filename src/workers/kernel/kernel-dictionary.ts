/**
 * Distinct byte strings. An entry is what is known of one; the main program, which alone knows what strings mean, fills in flags, key and pages.
 *
 *     0 next entry  4 length  8 hash (8 bytes)  16 id  20 flags  24 key  28 group  32 pages (f64)  40 the bytes
 *
 * Slots hold addresses of entries, at hash & mask, open addressing, at most half full.
 */
import { equal } from './kernel-bytes';
import { hashBytes } from './kernel-hash';
import { allocate } from './memory';

const NEXT: usize = 0;
const LENGTH: usize = 4;
const HASH: usize = 8;
const ID: usize = 16;
export const FLAGS: usize = 20;
export const KEY: usize = 24;
/** The group that a block with this string was added to last. */
export const GROUP: usize = 28;
export const PAGES: usize = 32;
export const BYTES: usize = 40;

/** Flags. PLAIN: nothing in it changes how the rest of a block is read; KNOWN: the entry was filled in. */
export const PLAIN: u32 = 1;
export const VMALLOC: u32 = 4;
export const SELECTED: u32 = 8;
export const KNOWN: u32 = 128;

const FIRST_SLOTS: u32 = 1 << 13;

@unmanaged
export class Dictionary {
  slots: usize;
  mask: u32;
  size: u32;
  first: usize;
  last: usize;
}

export function newDictionary(): Dictionary {
  const dictionary = changetype<Dictionary>(allocate(offsetof<Dictionary>()));
  dictionary.slots = allocate(<usize>FIRST_SLOTS << 2);
  dictionary.mask = FIRST_SLOTS - 1;
  return dictionary;
}

@inline
export function lengthOf(entry: usize): usize {
  return load<u32>(entry, LENGTH);
}

@inline
export function idOf(entry: usize): u32 {
  return load<u32>(entry, ID);
}

/** Entries are chained in the order of their ids. */
@inline
export function firstOf(dictionary: Dictionary): usize {
  return dictionary.first;
}

@inline
export function nextOf(entry: usize): usize {
  return load<u32>(entry, NEXT);
}

/** The entry of `length` bytes at `at`; a new one has no flags. */
export function intern(dictionary: Dictionary, at: usize, length: usize): usize {
  const hash = hashBytes(at, length);
  const mask = dictionary.mask;
  let place = <u32>hash & mask;
  while (true) {
    const slot = dictionary.slots + (<usize>place << 2);
    const entry = <usize>load<u32>(slot);
    if (!entry) {
      const added = append(dictionary, at, length, hash);
      store<u32>(slot, <u32>added);
      if (dictionary.size * 2 > mask) grow(dictionary);
      return added;
    }
    if (load<u64>(entry, HASH) == hash && lengthOf(entry) == length && equal(at, entry + BYTES, length)) return entry;
    place = (place + 1) & mask;
  }
}

function append(dictionary: Dictionary, at: usize, length: usize, hash: u64): usize {
  const entry = allocate(BYTES + length);
  store<u32>(entry, <u32>length, LENGTH);
  store<u64>(entry, hash, HASH);
  store<u32>(entry, dictionary.size++, ID);
  memory.copy(entry + BYTES, at, length);
  if (dictionary.last) store<u32>(dictionary.last, <u32>entry, NEXT);
  else dictionary.first = entry;
  dictionary.last = entry;
  return entry;
}

function grow(dictionary: Dictionary): void {
  const length = (dictionary.mask + 1) * 4;
  const slots = allocate(<usize>length << 2);
  const mask = length - 1;
  for (let entry = firstOf(dictionary); entry; entry = nextOf(entry)) {
    let place = <u32>load<u64>(entry, HASH) & mask;
    while (load<u32>(slots + (<usize>place << 2))) place = (place + 1) & mask;
    store<u32>(slots + (<usize>place << 2), <u32>entry);
  }
  dictionary.slots = slots;
  dictionary.mask = mask;
}

/** Interns `count` strings that stand one behind the other at `at`. `lengths` has their lengths, and gets their entries. */
export function internAll(dictionary: Dictionary, at: usize, lengths: usize, count: u32): void {
  for (const end = lengths + (<usize>count << 2); lengths < end; lengths += 4) {
    const length = <usize>load<u32>(lengths);
    store<u32>(lengths, <u32>intern(dictionary, at, length));
    at += length;
  }
}
