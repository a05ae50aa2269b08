/**
 * The scan of a dump's bytes: finds blocks, looks up their parts by their bytes, and adds them to groups. What bytes mean is not known here: a part that
 * is new is handed out, to be read by the main program once, and so is each block of an unusual form.
 *
 *     Page allocated via order 0, mask 0x0(), pid 7, tgid 7 (comm), ts 12 ns
 *     at             mask                   maskTo       task       headTo  headerTo
 *     PFN 0x4355 type Unmovable Block 33 type Unmovable Flags 0x1(slab|node=0)
 *     stackFrom
 *      get_page_from_freelist+0x137e/0x1450
 *     stackTo
 *     Charged to memcg /
 *     to (an empty line)
 *
 * What a block touches, where most blocks are like one seen lately. Its bytes are in the CPU's cache, since they have just been read; of the rest each
 * box is a cache line or a few, which a dump of many stacks has to wait for:
 *
 *     bytes of the block ── some of them ──► set of four recent entries ──► entry: is it all the same bytes?
 *       mask    compared      (recent.ts, one for each of the four parts)      │ mask: its pages
 *       task    compared with that of the block before                         │ stack: its length, and the group that it was added to last
 *       PFN     its line end only                                              ▼
 *       stack   compared, and so not searched for its end                    record of the group: times and pages go up (kernel-groups.ts)
 *       tail    searched for its end, and compared                             ▲
 *                                                       another tail, or task: │ slots, by the hash of the parts' addresses
 */
import { addBlock, addToKnown } from './add-block';
import { isHeadless, isListing, wantsAllocator, wantsHead, withoutTasks } from './asked';
import { beforeEmptyLine, closingParenthesis, equal, framesEnd, hasCma, hasSlab, lineEnd } from './kernel-bytes';
import { BYTES, FLAGS, intern, lengthOf, PLAIN, VMALLOC } from './kernel-dictionary';
import { ALLOCATOR_SHIFT, findGroup, newGroup } from './kernel-groups';
import { headTo, NO_TIME, readFreeTs, readTs, shape, splitBehindHead, splitHeader, WHOLE } from './kernel-header';
import { isListFull } from './listing';
import { isOrdinaryTask } from './ordinary-task';
import { readPlace } from './place';
import { newRecent, recentAt, recentFrames, recentOf, remember, setOf } from './recent';
import { isRead, masks, noTask, places, stacks, tails, tasks } from './strings';

/** Why scan() came back. */
const DONE: u32 = 0;
/** The last block has no empty line yet; it begins at `at`. */
const UNFINISHED: u32 = 1;
/** The block at `at` has lines that end in CRLF. */
const HAS_CR: u32 = 2;
/** `found` is a part that no one has read. */
const NEW_MASK: u32 = 3;
const NEW_TASK: u32 = 4;
const NEW_STACK: u32 = 5;
const NEW_TAIL: u32 = 6;
/** The block's lines [at, to) are of an unusual form. */
const IRREGULAR: u32 = 7;
/** The list is full; the next block begins at `at`. */
const LIST_FULL: u32 = 8;

const CMA_BIT: u32 = 2;
const SLAB_BIT: u32 = 4;
const VMALLOC_BIT: u32 = 8;
const OTHERS_BIT: u32 = 16;

const LF: u32 = 0x0a;
const CR: u32 = 0x0d;
const PFN: u32 = 0x4e4650;

let recentMasks: usize = 0;
let recentTasks: usize = 0;
let recentStacks: usize = 0;
let recentTails: usize = 0;
/** The entry of no tail lines at all. */
let noTail: usize = 0;
/** The task of the block before, if it was plain and a time follows it: neighbours are mostly alike. */
let latestTask: usize = 0;

let at: usize = 0;
let to: usize = 0;
let found: usize = 0;

/** Forgets what was seen lately. */
export function startScan(): void {
  recentMasks = newRecent();
  recentTasks = newRecent();
  recentStacks = newRecent();
  recentTails = newRecent();
  noTail = 0;
  latestTask = 0;
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

/** Scans [from, end), where `offset` is the place of address 0 in the dump. Behind `end` there are 64 LFs or more. */
export function scan(from: usize, end: usize, offset: f64): u32 {
  at = from;
  while (true) {
    while (at < end && (load<u8>(at) == LF || (load<u8>(at) == CR && at + 1 < end && load<u8>(at + 1) == LF))) at++;
    if (at >= end) return DONE;
    if (isListing && isListFull()) return LIST_FULL;

    const maskSet = setOf(recentMasks, load<u64>(at, 24), load<u64>(at, 32), load<u64>(at, 40), 0);
    let mask = recentAt(maskSet, at);
    if (!mask) {
      const lineTo = lineEnd(at);
      if (lineTo >= end) return UNFINISHED;
      const close = closingParenthesis(at, lineTo);
      if (close == lineTo) return irregular(end);
      mask = intern(masks, at, close + 1 - at);
      if (!load<u32>(mask, FLAGS)) return isNew(mask, NEW_MASK);
      if (!(load<u32>(mask, FLAGS) & PLAIN)) return irregular(end);
      remember(maskSet, mask);
    }
    const maskTo = at + lengthOf(mask);

    const headerTo = lineEnd(maskTo);
    if (headerTo >= end) return UNFINISHED;
    if (load<u8>(headerTo - 1) == CR) return HAS_CR;
    let stackFrom = headerTo + 1;
    let isPlaced = !isListing;
    if ((load<u32>(stackFrom) & 0xffffff) == PFN) {
      const pfnTo = lineEnd(stackFrom);
      if (pfnTo >= end) return UNFINISHED;
      if (load<u8>(pfnTo - 1) == CR) return HAS_CR;
      if (isListing) isPlaced = readPlace(places, stackFrom, pfnTo);
      stackFrom = pfnTo + 1;
    }

    const a = load<u64>(stackFrom, 88);
    const b = load<u64>(stackFrom, 136);
    const stackSet = setOf(recentStacks, a, b, load<u64>(stackFrom, 160), load<u64>(stackFrom, 208));
    let stack = recentFrames(stackSet, stackFrom, end);
    let stackTo = stackFrom + (stack ? lengthOf(stack) : 0);
    if (!stack) {
      const last = framesEnd(stackFrom - 1);
      stackTo = last + 1;
      if (stackTo >= end) return UNFINISHED;
      if (load<u8>(last) == CR) return HAS_CR;
      stack = intern(stacks, stackFrom, stackTo - stackFrom);
      if (!isRead(stack)) return isNew(stack, NEW_STACK);
      remember(stackSet, stack);
    }

    to = stackTo;
    let tail = noTail;
    if (load<u8>(stackTo) != LF) {
      const last = beforeEmptyLine(stackTo);
      to = last + 1;
      if (to >= end) return UNFINISHED;
      if (load<u8>(last) == CR) return HAS_CR;
      const tailSet = setOf(recentTails, load<u64>(to - 16), load<u64>(to - 8), to - stackTo, 0);
      tail = recentOf(tailSet, stackTo, to - stackTo);
      if (!tail) {
        tail = intern(tails, stackTo, to - stackTo);
        if (!isRead(tail)) return isNew(tail, NEW_TAIL);
        remember(tailSet, tail);
      }
    } else if (!tail) {
      tail = intern(tails, stackTo, 0);
      if (!isRead(tail)) return isNew(tail, NEW_TAIL);
      noTail = tail;
    }
    const stackFlags = load<u32>(stack, FLAGS);
    if (!isPlaced || !(stackFlags & load<u32>(tail, FLAGS) & PLAIN)) return IRREGULAR;

    let bits: u32 = 0;
    if (wantsAllocator) {
      if (stackFlags & VMALLOC) bits = VMALLOC_BIT;
      if (hasCma(headerTo, stackFrom)) bits |= CMA_BIT;
      if (hasSlab(headerTo, stackFrom)) bits |= SLAB_BIT;
      bits = (bits ? bits : OTHERS_BIT) << ALLOCATOR_SHIFT;
    }
    if (isHeadless) {
      let group = findGroup(0, 0, stack, tail, 0, 0, 0);
      if (group || !wantsHead) {
        if (!group) group = newGroup(mask, noTask, stack, tail, 0, NO_TIME, NO_TIME, offset + <f64>at);
        addToKnown(group, mask);
        at = to;
        continue;
      }
    }

    let task = latestTask;
    if (!task || !splitKnown(maskTo, task, headerTo)) {
      splitHeader(at, headerTo);
      if (withoutTasks && isOrdinaryTask(maskTo, headTo)) {
        addBlock(mask, noTask, stack, tail, bits | shape, readTs(), readFreeTs(), offset + <f64>at);
        at = to;
        continue;
      }
      const samples = headTo - 16;
      const taskSet = setOf(recentTasks, load<u64>(samples), load<u64>(samples, 8), load<u64>(maskTo, 6), headTo - maskTo);
      task = recentOf(taskSet, maskTo, headTo - maskTo);
      if (!task) {
        task = intern(tasks, maskTo, headTo - maskTo);
        if (!load<u32>(task, FLAGS)) return isNew(task, NEW_TASK);
        remember(taskSet, task);
      }
      if (!(load<u32>(task, FLAGS) & PLAIN)) return IRREGULAR;
      latestTask = shape == WHOLE ? 0 : task;
    }
    addBlock(mask, task, stack, tail, bits | shape, readTs(), readFreeTs(), offset + <f64>at);
    at = to;
  }
}

/** Splits a header whose task begins at `from`, if that is `task` and its time ends the line, as in most blocks. */
@inline
function splitKnown(from: usize, task: usize, headerTo: usize): bool {
  const length = lengthOf(task);
  return equal(from, task + BYTES, length) && splitBehindHead(from + length, headerTo);
}

function isNew(entry: usize, status: u32): u32 {
  found = entry;
  return status;
}

/** Finds the end of a block of unusual form. */
function irregular(end: usize): u32 {
  const last = beforeEmptyLine(at);
  to = last + 1;
  if (to >= end) return UNFINISHED;
  return load<u8>(last) == CR ? HAS_CR : IRREGULAR;
}
