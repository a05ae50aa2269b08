import type { AggregatePartial } from '../merge/aggregate/aggregate-partial.js';
import type { Counts, Partial } from '../merge/partial.js';
import type { RunPlan } from '../merge/runs/group-runs.js';
import type { QueueHandle } from './chunk-queue.js';
import type { ReadFailure } from './read-error.js';

/** All that main and workers say to each other. */

/** What a thread is to look for: groups, the aggregate, or several of these in one pass. */
export type Plan = OnePlan | { readonly plans: readonly OnePlan[] };

export type OnePlan = ScanPlan | AggregatePlan;

/** How to aggregate. */
export interface AggregatePlan extends Bounds {
  /** In ns: what was allocated later is counted as born; NO_NANOS: nothing is. */
  readonly since: bigint;
  /** Leave out blocks whose free_ts is neither 0 nor before ts. */
  readonly withoutReleased: boolean;
  /** No one asks for tasks, so those of the usual form may be left out: rows are fewer then. Default: false. */
  readonly withoutTasks?: boolean;
}

/** Memory that one plan may take in a thread, where it is bounded. In bytes. */
export interface Bounds {
  /** An aggregate, which is never put aside. */
  readonly mostBytes?: number;
  /** A block, which is held whole. */
  readonly longestBlock?: number;
}

/** How to group. */
export interface ScanPlan extends RunPlan, Bounds {
  /** Groups that take more memory than this are written to a run. In bytes, for each thread. */
  readonly spillBytes: number;
}

/** What a thread is to do. */
export interface ThreadTask {
  readonly plan: Plan;
  readonly queue: QueueHandle;
}

/** What was written to runs instead, all of it. */
export interface Spilled {
  readonly runs: readonly string[];
  readonly counts: Counts;
}

/** What a plan gives in one thread. */
type OneFound = Partial | AggregatePartial | Spilled;

/** What a thread made of all chunks that it took. */
export interface ThreadResult<Found = OneFound | readonly OneFound[]> {
  readonly found: Found;
  /** What each chunk took. */
  readonly milliseconds: Float64Array;
  readonly spent: Spent;
}

/** Milliseconds in which a thread was about it. */
export interface Spent {
  reading: number;
  parsing: number;
}

/** Errors cross threads as data, since piscina keeps only their message. */
export type WorkerResult<Found = OneFound | readonly OneFound[]> =
  | ThreadResult<Found>
  | { readonly failure: ReadFailure };
