import type { AggregateRow } from '../aggregate/aggregate.js';
import type { Sample } from '../writers/sample.js';

/** What is held through each call stack. */
export function samplesOf(rows: readonly AggregateRow[]): Sample[] {
  const samples = new Map<string, { frames: readonly string[]; blocks: number; pages: number }>();
  for (const { stack, blocks, pages } of rows) {
    const id = stack.join('\n');
    const sample = samples.get(id) ?? { frames: stack, blocks: 0, pages: 0 };
    samples.set(id, sample);
    sample.blocks += blocks;
    sample.pages += pages;
  }
  return [...samples.values()].sort((a, b) => b.pages - a.pages || (a.frames.join() < b.frames.join() ? -1 : 1));
}
