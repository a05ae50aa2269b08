import { join } from 'node:path';
import { NO_NANOS } from '../../../format/timestamp.js';
import type { AggregatePlan, OnePlan, ScanPlan } from '../../../workers/task.js';
import { LEAST_SPILL_BYTES, longestBlockIn, SPILL_SHARES } from '../../base/limits.js';
import type { PreparedRun } from './prepared-runs.js';

/** What the one pass over a dump is to find. */
export interface DumpPlans {
  /** The aggregate, and the one without blocks that were released, where a run wants that. */
  readonly aggregates: readonly AggregatePlan[];
  /** One for each sort, in the order of the runs. */
  readonly sorts: readonly ScanPlan[];
  /** First the aggregates, then the sorts. */
  readonly all: readonly OnePlan[];
}

/** Of what a dump may take in a thread, so much is for its aggregates; the rest is for the groups of sorts. */
const AGGREGATE_SHARE = 0.75;

/**
 * @param since in ns: what was allocated later counts as born; null: no one asks
 * @param folder where groups of sorts are put aside
 * @param shareBytes memory for all plans in one thread
 */
export function dumpPlans(
  runs: readonly PreparedRun[],
  since: bigint | null,
  folder: string,
  shareBytes: number,
): DumpPlans {
  const sorting = runs.flatMap((run) => (run.kind === 'sort' ? [run] : []));
  const released = runs.some((run) => run.kind !== 'sort' && run.withoutReleased) ? [false, true] : [false];
  const longestBlock = longestBlockIn(shareBytes);
  const aggregates = released.map((withoutReleased): AggregatePlan => {
    const mostBytes = (shareBytes * AGGREGATE_SHARE) / released.length;
    return { since: since ?? NO_NANOS, withoutReleased, mostBytes, longestBlock };
  });
  const sortBytes = (shareBytes * (1 - AGGREGATE_SHARE)) / (SPILL_SHARES * sorting.length);
  const spillBytes = Math.max(LEAST_SPILL_BYTES, sortBytes);
  const sorts = sorting.map(({ plan }, i): ScanPlan => {
    return { ...plan, spillBytes, folder: join(folder, `.aside-${i}`), longestBlock };
  });
  return { aggregates, sorts, all: [...aggregates, ...sorts] };
}
