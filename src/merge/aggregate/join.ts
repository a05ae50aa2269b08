import { Dictionary } from '../dictionary.js';
import { renumber } from '../merger.js';
import { addCounts, noCounts } from '../partial.js';
import { lostBlocks } from '../table.js';
import { type Aggregate, ROW_STRINGS, type RowStrings } from './aggregate.js';
import { Aggregator } from './aggregator.js';

/** The aggregate of all blocks of all of these, in any order. */
export function joinAggregates(aggregates: readonly Aggregate[]): Aggregate {
  const [first] = aggregates;
  if (first && aggregates.length === 1) return first;
  const dictionaries = ROW_STRINGS.map(() => new Dictionary());
  const aggregator = new Aggregator();
  const counts = noCounts();
  for (const aggregate of aggregates) {
    const idOf = ROW_STRINGS.map((kind, i) => renumber(aggregate[kind], dictionaries[i] as Dictionary));
    aggregator.absorb(aggregate, idOf);
    addCounts(counts, aggregate.counts);
  }
  const strings = ROW_STRINGS.map((kind, i) => [kind, (dictionaries[i] as Dictionary).copy()]);
  return { ...aggregator.columns(), ...(Object.fromEntries(strings) as Pick<Aggregate, RowStrings>), counts };
}

/** Throws if blocks were lost on the way (law 1). */
export function checkWholeAggregate({ blocks, counts }: Aggregate): void {
  const grouped = blocks.reduce((sum, more) => sum + more, 0);
  if (grouped !== counts.grouped || counts.blocks !== grouped + counts.filtered + counts.malformed)
    throw lostBlocks(counts, grouped);
}
