/** What is asked of blocks: said once, before any are scanned. */
import { setKey } from './kernel-groups';
import { startList } from './listing';

/** Bits of configure(): by what blocks are grouped … */
const BY_MASK: u32 = 1;
const BY_TASK: u32 = 2;
const BY_STACK: u32 = 4;
const BY_MODULE: u32 = 8;
const BY_TS: u32 = 16;
const BY_FREE_TS: u32 = 32;
/** … what else of a group is wanted … */
const HEAD: u32 = 64;
const ALLOCATOR: u32 = 128;
/** … and which blocks are left out: of tasks, or modules, that are not SELECTED, and those that were released. */
const SELECTS_TASKS: u32 = 256;
const SELECTS_MODULES: u32 = 512;
const WITHOUT_RELEASED: u32 = 1024;

/** Whether blocks are listed instead of grouped. */
export let isListing: bool = false;
/** Whether a block's group, and whether it counts, can be told without its task and times. */
export let isHeadless: bool = false;
/** Whether a group's task and times are asked for. */
export let wantsHead: bool = false;
export let wantsAllocator: bool = false;
export let withoutReleased: bool = false;
/** Whether blocks are listed without their tasks, if these are of the usual form. */
export let withoutTasks: bool = false;
/** Whether blocks are grouped or selected by module: then stacks and tails have keys, those of their modules, and may be SELECTED. */
export let wantsModule: bool = false;

/** To be called behind start(). `bits`: a mask of those of groups (kernel-groups.ts), by which blocks are grouped too. */
export function configure(asked: u32, bits: u32): void {
  setKey(
    (asked & BY_MASK) != 0,
    (asked & BY_TASK) != 0,
    (asked & BY_STACK) != 0,
    (asked & BY_MODULE) != 0,
    bits,
    (asked & BY_TS) != 0,
    (asked & BY_FREE_TS) != 0,
  );
  isListing = false;
  withoutTasks = false;
  wantsHead = (asked & HEAD) != 0;
  wantsAllocator = (asked & ALLOCATOR) != 0;
  withoutReleased = (asked & WITHOUT_RELEASED) != 0;
  wantsModule = (asked & (BY_MODULE | SELECTS_MODULES)) != 0;
  // What allocator it was can depend on the command's name.
  const byHead = BY_MASK | BY_TASK | BY_TS | BY_FREE_TS | ALLOCATOR | SELECTS_TASKS | SELECTS_MODULES | WITHOUT_RELEASED;
  isHeadless = !(asked & byHead) && !bits;
}

/**
 * To be called behind start(), instead: lists all blocks; `released`: but those that were released; `anonymous`: without their tasks, where that is possible.
 * What was allocated after `since` counts as born.
 */
export function configureList(since: u64, released: bool, anonymous: bool): void {
  startList(since);
  isListing = true;
  withoutTasks = anonymous;
  wantsHead = true;
  wantsAllocator = false;
  withoutReleased = released;
  wantsModule = false;
  isHeadless = false;
}
