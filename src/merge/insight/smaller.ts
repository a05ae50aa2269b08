import { SLAB_TAIL, summedFrame } from '../../format/kinds.js';
import type { Aggregate, Task } from '../aggregate/aggregate.js';
import { AggregateBuilder } from '../aggregate/builder.js';
import { Frames } from './insight-keys.js';
import { compareTexts } from './row-groups.js';
import type { Snapshot } from './snapshot.js';

const NO_TASK: Task = { pid: null, tgid: null, command: '' };

/** Snapshots without what tells tasks and cgroups apart: often a thousandth of the rows. */
export function withoutTasks(snapshots: readonly Snapshot[]): Snapshot[] {
  return snapshots.map(({ path, aggregate }) => {
    const builder = new AggregateBuilder();
    for (const row of aggregate.rows) {
      builder.add(row, { task: NO_TASK, tails: row.tails.includes(SLAB_TAIL) ? [SLAB_TAIL] : [] });
    }
    return { path, aggregate: builder.build(aggregate.facts) };
  });
}

/** Stacks by the most pages that they hold in any of the snapshots. */
export function stacksBySize(snapshots: readonly Snapshot[]): string[] {
  const most = new Map<string, number>();
  for (const { aggregate } of snapshots) {
    const pages = new Map<string, number>();
    for (const row of aggregate.rows) {
      const id = row.stack.join('\n');
      pages.set(id, (pages.get(id) ?? 0) + row.pages);
    }
    for (const [id, count] of pages) most.set(id, Math.max(most.get(id) ?? 0, count));
  }
  return [...most].sort(([a, x], [b, y]) => y - x || compareTexts(a, b)).map(([id]) => id);
}

/** Snapshots in which stacks that are not kept are summed by kind, order and place: the same stacks in each, so that growth stays true. */
export function withStacks(snapshots: readonly Snapshot[], kept: ReadonlySet<string>): Snapshot[] {
  const frames = new Frames({ ignoreOffsets: false });
  const stackOf = new Map<string, readonly string[]>();
  return snapshots.map(({ path, aggregate }) => {
    const builder = new AggregateBuilder();
    for (const row of aggregate.rows) {
      if (kept.has(row.stack.join('\n'))) {
        builder.add(row);
        continue;
      }
      const kind = frames.kind(row);
      const stack = stackOf.get(kind) ?? [summedFrame(kind)];
      stackOf.set(kind, stack);
      const allocation = { order: row.allocation.order, gfpMask: '', gfpFlags: '' };
      builder.add(row, { stack, allocation, task: NO_TASK, tails: [], report: null });
    }
    return { path, aggregate: builder.build(aggregate.facts) };
  });
}

/** Pages of stacks that are not kept, in the last snapshot. */
export function summedPages({ rows }: Aggregate, kept: ReadonlySet<string>): number {
  return rows.reduce((sum, { stack, pages }) => sum + (kept.has(stack.join('\n')) ? 0 : pages), 0);
}
