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
 * Functions here take many numbers: WebAssembly passes no structures, and one in memory would be written and read again for each block.
 */
import { beforeEmptyLine, closingParenthesis, equal, framesEnd, hasCma, hasSlab, lineEnd } from './kernel-bytes';
import { absorb, readColumn } from './columns';
import { BYTES, Dictionary, FLAGS, firstOf, internAll, intern, KEY, lengthOf, newDictionary, PLAIN } from './kernel-dictionary';
import { ALLOCATOR_SHIFT, addTo, findGroup, HAS_FREE_TS, moduleTeller, newGroup, setKey, size, startGroups } from './kernel-groups';
import { keys } from './kernel-hash';
import { headTo, NO_TIME, readFreeTs, readTs, shape, splitBehindHead, splitHeader, WHOLE } from './kernel-header';
import { appendToList, getList, isListFull, startList, takeList } from './listing';
import { allocate, getBytesInUse, startAnew } from './memory';
import { isOrdinary } from './ordinary';
import { isOrdinaryTask } from './ordinary-task';
import { readPlace, setPlace, startPlaces } from './place';
import { newRecent, recentAt, recentFrames, recentOf, remember, setOf } from './recent';
import { getWritten, setTextRule, writeTexts } from './render';
import { sortedIds } from './sort';

export { absorb, allocate, getBytesInUse, getList, getWritten, readColumn, setPlace, setTextRule, takeList, writeTexts };

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

/** Flags of entries beside PLAIN. KNOWN: the entry was filled in. */
const VMALLOC: u32 = 4;
const SELECTED: u32 = 8;
const KNOWN: u32 = 128;

const CMA_BIT: u32 = 2;
const SLAB_BIT: u32 = 4;
const VMALLOC_BIT: u32 = 8;
const OTHERS_BIT: u32 = 16;

const LF: u32 = 0x0a;
const CR: u32 = 0x0d;
const PFN: u32 = 0x4e4650;

let masks: Dictionary = changetype<Dictionary>(0);
let tasks: Dictionary = changetype<Dictionary>(0);
let stacks: Dictionary = changetype<Dictionary>(0);
let tails: Dictionary = changetype<Dictionary>(0);
let places: Dictionary = changetype<Dictionary>(0);
let recentMasks: usize = 0;
let recentTasks: usize = 0;
let recentStacks: usize = 0;
let recentTails: usize = 0;
/** The entry of no tail lines at all. */
let noTail: usize = 0;
/** The entry of a task that no one asks for. */
let noTask: usize = 0;

/** The task of the block before, if it was plain and a time follows it: neighbours are mostly alike. */
let latestTask: usize = 0;

/** Whether blocks are listed instead of grouped. */
let isListing: bool = false;
/** Whether a block's group, and whether it counts, can be told without its task and times. */
let isHeadless: bool = false;
/** Whether a group's task and times are asked for. */
let wantsHead: bool = false;
let wantsAllocator: bool = false;
let withoutReleased: bool = false;
/** Whether blocks are listed without their tasks, if these are of the usual form. */
let withoutTasks: bool = false;
/** Whether blocks are grouped or selected by module: then stacks and tails have keys, those of their modules, and may be SELECTED. */
let wantsModule: bool = false;

let at: usize = 0;
let to: usize = 0;
let found: usize = 0;
let blocks: f64 = 0;
let filtered: f64 = 0;

/** To be called when the keys of the hash are there: nothing is known then. */
export function start(): void {
  startAnew();
  masks = newDictionary();
  tasks = newDictionary();
  stacks = newDictionary();
  tails = newDictionary();
  places = newDictionary();
  startPlaces();
  isListing = false;
  withoutTasks = false;
  recentMasks = newRecent();
  recentTasks = newRecent();
  recentStacks = newRecent();
  recentTails = newRecent();
  startGroups();
  noTail = 0;
  latestTask = 0;
  noTask = intern(tasks, 0, 0);
  blocks = 0;
  filtered = 0;
}

/**
 * To be called next. Says how to group: by mask, task, stack (with tail), module, bits (a mask of those of groups), ts and free_ts; what is asked for; and
 * what to leave out: blocks of tasks, or modules, that are not SELECTED, and those that were released.
 */
export function configure(
  mask: bool,
  task: bool,
  stack: bool,
  module: bool,
  bits: u32,
  ts: bool,
  freeTs: bool,
  head: bool,
  allocator: bool,
  selectsTasks: bool,
  selectsModules: bool,
  released: bool,
): void {
  setKey(mask, task, stack, module, bits, ts, freeTs);
  wantsHead = head;
  wantsAllocator = allocator;
  withoutReleased = released;
  wantsModule = module || selectsModules;
  // What allocator it was can depend on the command's name.
  isHeadless =
    !selectsTasks && !selectsModules && !released && !allocator && !mask && !task && !bits && !ts && !freeTs;
}

/**
 * To be called next, instead: lists all blocks; `released`: but those that were released; `anonymous`: without their tasks, where that is possible. What was
 * allocated after `since` counts as born.
 */
export function configureList(since: u64, released: bool, anonymous: bool): void {
  startList(since);
  withoutTasks = anonymous;
  isListing = true;
  wantsHead = true;
  wantsAllocator = false;
  withoutReleased = released;
  wantsModule = false;
  isHeadless = false;
}

export function getNoTask(): usize {
  return noTask;
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

/** The dictionary of a kind: 0 masks, 1 tasks, 2 stacks, 3 tails, 4 places. */
function dictionaryOf(kind: u32): Dictionary {
  return kind == 0 ? masks : kind == 1 ? tasks : kind == 2 ? stacks : kind == 3 ? tails : places;
}
/** The first string of a kind: entries name the next one. */
export function firstEntry(kind: u32): usize {
  return firstOf(dictionaryOf(kind));
}
export function sortedIdsOf(kind: u32, into: usize, scratch: usize): void {
  sortedIds(dictionaryOf(kind), into, scratch);
}
export function internOf(kind: u32, from: usize, length: usize): usize {
  return intern(dictionaryOf(kind), from, length);
}
export function internAllOf(kind: u32, from: usize, lengths: usize, count: u32): void {
  internAll(dictionaryOf(kind), from, lengths, count);
  if (kind < 2) return;
  for (let i: u32 = 0; i < count; i++) isRead(load<u32>(lengths + (<usize>i << 2)));
}

/** Adds a block that was read elsewhere; `bits` are shape and allocator. Returns whether it is in a group now. */
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
        addTo(group, mask);
        blocks += 1;
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

/** Whether someone has read a stack or tail lines, or need not. */
function isRead(entry: usize): bool {
  if (load<u32>(entry, FLAGS)) return true;
  const from = entry + BYTES;
  if (wantsModule || !isOrdinary(from, from + lengthOf(entry))) return false;
  store<u32>(entry, PLAIN | KNOWN, FLAGS);
  return true;
}

/** Finds the end of a block of unusual form. */
function irregular(end: usize): u32 {
  const last = beforeEmptyLine(at);
  to = last + 1;
  if (to >= end) return UNFINISHED;
  return load<u8>(last) == CR ? HAS_CR : IRREGULAR;
}
