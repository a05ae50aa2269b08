import { memcgOf } from '../format/memcg.js';
import { type AggregateRow, type Counted, pagesOf } from '../merge/aggregate/aggregate.js';
import type { Frames } from '../merge/insight/insight-keys.js';
import { coveredBy, pageblockOrderOf } from '../merge/insight/pageblocks.js';
import type { Snapshot } from '../merge/insight/snapshot.js';
import type { ViewState } from './view-state.js';

/** The snapshot with what passes the filter only. */
export function filtered(snapshot: Snapshot, state: ViewState, frames: Frames): Snapshot {
  const { text, kind, from, to, pageblock } = state;
  if (!text && !kind && !from && !to && !pageblock) return snapshot;
  const matches = matcher(text, frames);
  let rows = snapshot.aggregate.rows.filter((row) => (!kind || frames.kind(row) === kind) && matches(row));
  if (from || to) {
    const [first, end] = [from ? Number(from) : 0, to ? Number(to) : Infinity];
    rows = rows.flatMap((row) => cut(row, 'times', (start) => start >= first && start < end));
  }
  const [node, zone, number] = pageblock.split('/');
  if (pageblock) {
    const order = pageblockOrderOf(snapshot.aggregate.facts);
    rows = rows
      .filter(({ place }) => place.node === node && place.zone === zone)
      .flatMap((row) => {
        const covered = coveredBy(row, order);
        return cut(row, 'pageblocks', (first) => Number(number) >= first && Number(number) < first + covered);
      });
  }
  return { ...snapshot, aggregate: { ...snapshot.aggregate, rows } };
}

/** Whether a row has a text in a function, module, command, kind or cgroup, whatever its case. */
function matcher(text: string, frames: Frames): (row: AggregateRow) => boolean {
  if (!text) return () => true;
  const wanted = text.toLowerCase();
  const has = (name: string): boolean => name.toLowerCase().includes(wanted);
  const byStack = new Map<readonly string[], boolean>();
  return (row) => {
    const known = byStack.get(row.stack) ?? frames.names(row.stack).some(has);
    byStack.set(row.stack, known);
    return known || has(row.task.command) || has(frames.kind(row)) || has(memcgOf(row.tails)?.name ?? '');
  };
}

/** The part of a row, which is a plain object, whose blocks pass. Blocks of a row are of one size, so its pages are known. Times and pageblocks are counted apart: of a row that both cut, the smaller count is the most that can pass. */
function cut(row: AggregateRow, what: 'times' | 'pageblocks', passes: (number: number) => boolean): AggregateRow[] {
  const kept = keep(row[what], passes);
  const passing = kept.blocks.reduce((sum, count) => sum + count, 0);
  const blocks = Math.min(passing, row.blocks);
  if (blocks === 0) return [];
  return [{ ...row, [what]: kept, blocks, pages: blocks * pagesOf(row.allocation) }];
}

function keep({ numbers, blocks }: Counted, passes: (number: number) => boolean): Counted {
  const indexes = [...numbers.keys()].filter((i) => passes(numbers[i] as number));
  return { numbers: indexes.map((i) => numbers[i] as number), blocks: indexes.map((i) => blocks[i] as number) };
}
