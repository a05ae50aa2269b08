/**
 * The scan of a dump's bytes: finds blocks, looks up heads and stacks by their bytes, and adds blocks to groups. What bytes mean is not known here: a
 * head or stack that is new is handed out, to be read by the main program once, and so is each block of an unusual form.
 *
 *     Page allocated via order 0, mask 0x0(), pid 7, tgid 7 (comm), ts 12 ns     from … headTo: head    … headerTo
 *     PFN 0x4355 type Unmovable Block 33 type Unmovable Flags 0x1(slab|node=0)   … stackFrom
 *      get_page_from_freelist+0x137e/0x1450                                      … to: stack
 *     (empty line)
 */
import { beforeEmptyLine, equal, hasCma, hasSlab, lineEnd } from './bytes';
import { BYTES, FLAGS, intern, KEY, lengthOf, newDictionary, PAGES } from './dictionary';
import { add, setKey, size, writeColumns } from './groups';
import { headTo, NO_TIME, readFreeTs, readTs, shape, splitHeader } from './header';
import { keys } from './hash';
import { allocate } from './memory';

export { allocate, writeColumns };

/** Why scan() came back. */
const DONE: u32 = 0;
/** The last block has no empty line yet; it begins at `at`. */
const UNFINISHED: u32 = 1;
/** The block at `at` has lines that end in CRLF. */
const HAS_CR: u32 = 2;
/** `found` is a head, or a stack, that no one has read. */
const NEW_HEAD: u32 = 3;
const NEW_STACK: u32 = 4;
/** The block's lines [at, to) are of an unusual form. */
const IRREGULAR: u32 = 5;

/** Flags of entries; the first three are HeadFlag and StackFlag. */
const PLAIN: u32 = 1;
const PAGE_OWNER: u32 = 2;
const VMALLOC: u32 = 4;
const SELECTED: u32 = 8;

const CMA_BIT: u32 = 2;
const SLAB_BIT: u32 = 4;
const VMALLOC_BIT: u32 = 8;
const OTHERS_BIT: u32 = 16;
/** In the bits of a group: shape, allocator << 8, and this. */
const ALLOCATOR_SHIFT: u32 = 8;
const HAS_FREE_TS: u32 = 1 << 16;

const LF: u32 = 0x0a;
const CR: u32 = 0x0d;
const PFN: u32 = 0x4e4650;
const ODD: u64 = 0x9e3779b97f4a7c15;

/** Entries seen last, at a sample of their bytes: most blocks repeat one, and one compare then finds it. */
const RECENT_BITS: u64 = 12;
const recentHeads: usize = allocate(<usize>4 << <usize>RECENT_BITS);
const recentStacks: usize = allocate(<usize>4 << <usize>RECENT_BITS);

const heads = newDictionary();
const stacks = newDictionary();

let wantsAllocator: bool = false;
let withoutReleased: bool = false;

let at: usize = 0;
let to: usize = 0;
let found: usize = 0;
let blocks: f64 = 0;
let filtered: f64 = 0;

export function configure(stack: bool, bits: u32, ts: bool, freeTs: bool, allocator: bool, released: bool): void {
  setKey(stack, bits, ts, freeTs);
  wantsAllocator = allocator;
  withoutReleased = released;
}

export function getKeys(): usize {
  return keys;
}
export function getAt(): usize {
  return at;
}
export function getTo(): usize {
  return to;
}
export function getFound(): usize {
  return found;
}
export function getBlocks(): f64 {
  return blocks;
}
export function getFiltered(): f64 {
  return filtered;
}
export function groupCount(): u32 {
  return size;
}

export function internHead(from: usize, length: usize): usize {
  return intern(heads, from, length);
}
export function internStack(from: usize, length: usize): usize {
  return intern(stacks, from, length);
}

/** Adds a block that was read elsewhere; `bits` are shape and allocator. Returns whether it is in a group now. */
export function addBlock(head: usize, stack: usize, bits: u32, ts: u64, freeTs: u64, first: f64): bool {
  blocks += 1;
  return addOrFilter(head, stack, bits, ts, freeTs, first);
}

@inline
function addOrFilter(head: usize, stack: usize, bits: u32, ts: u64, freeTs: u64, first: f64): bool {
  const isReleased = withoutReleased && freeTs != NO_TIME && ts < freeTs;
  if (isReleased || !(load<u32>(head, FLAGS) & SELECTED)) {
    filtered += 1;
    return false;
  }
  add(head, stack, bits | (freeTs == 0 ? 0 : HAS_FREE_TS), ts, freeTs, first);
  return true;
}

/** Scans [from, end), where `offset` is the place of address 0 in the dump. Behind `end` there are 64 LFs or more. */
export function scan(from: usize, end: usize, offset: f64): u32 {
  at = from;
  while (true) {
    while (at < end && (load<u8>(at) == LF || (load<u8>(at) == CR && at + 1 < end && load<u8>(at + 1) == LF))) at++;
    if (at >= end) break;
    const headerTo = lineEnd(at);
    if (headerTo >= end) return UNFINISHED;
    if (load<u8>(headerTo - 1) == CR) return HAS_CR;
    let stackFrom = headerTo + 1;
    if ((load<u32>(stackFrom) & 0xffffff) == PFN) {
      const pfnTo = lineEnd(stackFrom);
      if (pfnTo >= end) return UNFINISHED;
      if (load<u8>(pfnTo - 1) == CR) return HAS_CR;
      stackFrom = pfnTo + 1;
    }

    const stackSlot = recentStacks + (sampleStack(stackFrom) << 2);
    let stack = <usize>load<u32>(stackSlot);
    let isKnown = false;
    if (stack) {
      to = stackFrom + lengthOf(stack);
      isKnown = to < end && load<u8>(to) == LF && equal(stackFrom, stack + BYTES, lengthOf(stack));
    }
    if (!isKnown) {
      const last = beforeEmptyLine(stackFrom - 1);
      to = last + 1;
      if (to >= end) return UNFINISHED;
      if (load<u8>(last) == CR) return HAS_CR;
      stack = intern(stacks, stackFrom, to - stackFrom);
      if (!load<u32>(stack, FLAGS)) {
        found = stack;
        return NEW_STACK;
      }
      store<u32>(stackSlot, <u32>stack);
    }

    splitHeader(at, headerTo);
    const headLength = headTo - at;
    const headSlot = recentHeads + (sampleHead(at, headTo) << 2);
    let head = <usize>load<u32>(headSlot);
    if (!head || lengthOf(head) != headLength || !equal(at, head + BYTES, headLength)) {
      head = intern(heads, at, headLength);
      if (!load<u32>(head, FLAGS)) {
        found = head;
        return NEW_HEAD;
      }
      store<u32>(headSlot, <u32>head);
    }

    const headFlags = load<u32>(head, FLAGS);
    const stackFlags = load<u32>(stack, FLAGS);
    if (!(headFlags & stackFlags & PLAIN) || !((headFlags | stackFlags) & PAGE_OWNER)) return IRREGULAR;
    let allocator: u32 = 0;
    if (wantsAllocator) {
      if (stackFlags & VMALLOC) allocator = VMALLOC_BIT;
      if (hasCma(headerTo, stackFrom)) allocator |= CMA_BIT;
      if (hasSlab(headerTo, stackFrom)) allocator |= SLAB_BIT;
      if (!allocator) allocator = OTHERS_BIT;
    }
    blocks += 1;
    addOrFilter(head, stack, shape | (allocator << ALLOCATOR_SHIFT), readTs(), readFreeTs(), offset + <f64>at);
    at = to;
  }
  return DONE;
}

/** 12 bits from a few places where stacks differ. They need not be within the stack. */
@inline
function sampleStack(from: usize): usize {
  const low = (load<u64>(from, 88) ^ load<u64>(from, 136)) * ODD;
  const high = (load<u64>(from, 160) ^ (load<u64>(from, 208) << 1)) * ODD;
  return <usize>(((low ^ (high >> 17)) * ODD) >> (64 - RECENT_BITS));
}

/** 12 bits of the order and mask, and of what stands before the time: pid and name. */
@inline
function sampleHead(from: usize, to: usize): usize {
  const low = (load<u64>(from, 24) ^ load<u64>(to - 16)) * ODD;
  const high = (load<u64>(to - 24) ^ (load<u64>(to - 32) << 1)) * ODD;
  return <usize>(((low ^ (high >> 17)) * ODD) >> (64 - RECENT_BITS));
}
