import type { AggregatePartial } from '../merge/aggregate/aggregate-partial.js';
import type { Counts, Partial } from '../merge/partial.js';
import type { RunPlan } from '../merge/runs/group-runs.js';
import type { QueueHandle } from './chunk-queue.js';

/** All that main and workers say to each other. */

/** What a thread is to look for: groups, or the aggregate. */
export type Plan = ScanPlan | AggregatePlan;

/** How to aggregate. */
export interface AggregatePlan {
  /** In ns: what was allocated later is counted as born; NO_NANOS: nothing is. */
  readonly since: bigint;
  /** Leave out blocks whose free_ts is neither 0 nor before ts. */
  readonly withoutReleased: boolean;
}

/** How to group. */
export interface ScanPlan extends RunPlan {
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

/** What a thread made of all chunks that it took. */
export interface ThreadResult<Found = Partial | AggregatePartial> {
  readonly found: Found | Spilled;
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
export type WorkerResult<Found = Partial | AggregatePartial> = ThreadResult<Found> | { readonly failure: ReadFailure };

export interface ReadFailure {
  /** Where reading stopped. */
  readonly offset: number;
  /** An errno code; or END where the file ended early, LONG_BLOCK for a block that is too long. */
  readonly code: string;
  /** Where runs could not be written, if it was that. */
  readonly folder?: string;
}

export const END = 'EOF';
export const LONG_BLOCK = 'LONG_BLOCK';

/** A ReadFailure that is thrown. */
export class ReadError extends Error {
  readonly failure: ReadFailure;

  constructor(failure: ReadFailure) {
    super(`${failure.code} at byte ${failure.offset}`);
    this.failure = failure;
  }
}
