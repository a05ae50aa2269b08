import type { Place } from '../../format/pfn-line.js';
import type { PartRange } from './parts.js';

/** What a dump's blocks have in common, as one small table: every report is a view of it. */
export interface Aggregate {
  readonly facts: Facts;
  /** In any order. A few may have equal keys (heads of unusual form): distinctRows() makes them one. */
  readonly rows: readonly AggregateRow[];
}

/** What is known of the dump as a whole. */
export interface Facts {
  readonly bytes: number;
  /** Those of all rows, and malformed ones. */
  readonly blocks: number;
  /** Damaged or cut off, and in no row. */
  readonly malformed: number;
  /** Where in the text the first of them begins, in bytes; null: there is none, or it is not known. */
  readonly malformedAt?: number | null;
  /** Those of them that are no page_owner text at all. */
  readonly foreign: number;
  /** Blocks by the pageblock_order k for which their PFN >> k is their pageblock, at NO_ORDER where none is. Those of pageblock 0 say nothing of it. */
  readonly pageblockOrders: readonly number[];
  /** In ns since boot: what was allocated later counts as born. null: no one asked. */
  readonly since: bigint | null;
  /** false: only pages are known, and each is told as a block (page_owner_stacks/show_stacks). */
  readonly knowsBlocks: boolean;
  /** Lines of a log that are of other messages. */
  readonly passedOver?: number;
  /** Where it is of parts of dumps only: which. */
  readonly parts?: readonly PartRange[];
}

export interface AggregateRow extends RowKey {
  readonly blocks: number;
  /** Base pages. */
  readonly pages: number;
  /** In ns since boot; null where no block has a time. */
  readonly oldest: bigint | null;
  readonly newest: bigint | null;
  /** Blocks allocated after the moment that was asked for; null: no one asked. */
  readonly born: number | null;
  /** Blocks by the first ns of the bucket of their times (time-buckets.ts). */
  readonly times: Counted;
  /** Blocks by the pageblock in which they begin. */
  readonly pageblocks: Counted;
}

/** What the blocks of a row have in common. Rows share these objects. */
export interface RowKey {
  readonly allocation: Allocation;
  readonly task: Task;
  readonly place: Place;
  /** Frames, leaf first, without the leading space. */
  readonly stack: readonly string[];
  /** Lines behind the frames. */
  readonly tails: readonly string[];
  /** What a page report of a kernel log adds; null for blocks of a dump. */
  readonly report: Reported | null;
}

/** What dump_page() says of a page, beside who allocated it (mm/debug.c, mm/page_owner.c). */
export interface Reported {
  /** Behind `page dumped because: `; null: it does not say. */
  readonly reason: string | null;
  /** What page_owner tracked the page as when it was reported. */
  readonly state: 'allocated' | 'freed' | null;
  /** Frames of who freed it last, leaf first; empty where it is not known. */
  readonly freedStack: readonly string[];
}

export interface Allocation {
  /** null: none is named. */
  readonly order: number | null;
  /** As printed: `0xcc0`; empty if there is none. */
  readonly gfpMask: string;
  /** As printed: `GFP_KERNEL|__GFP_ZERO`. */
  readonly gfpFlags: string;
}

export interface Task {
  readonly pid: number | null;
  readonly tgid: number | null;
  /** Any characters: see format/text.ts. */
  readonly command: string;
}

/** Blocks by number; numbers ascend. */
export interface Counted {
  readonly numbers: readonly number[];
  readonly blocks: readonly number[];
}

export const NO_COUNTED: Counted = { numbers: [], blocks: [] };

/** Base pages of a block. */
export function pagesOf({ order }: Allocation): number {
  return order === null ? 0 : 2 ** order;
}

/** Behind all orders: pageblock_order is at most MAX_PAGE_ORDER, which is 13 in the largest configurations (512 MiB with pages of 64 KiB). */
export const NO_ORDER = 24;
