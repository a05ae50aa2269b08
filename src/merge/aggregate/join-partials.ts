import { Dictionary } from '../dictionary.js';
import { lostBlocks } from '../group-table.js';
import { renumber } from '../merger.js';
import { addCounts, noCounts } from '../partial.js';
import { type AggregatePartial, ROW_STRINGS, type RowStrings } from './aggregate-partial.js';
import { Aggregator } from './aggregator.js';

/** The partial of all blocks of all of these. Throws if blocks were lost on the way (law 1). */
export function joinPartials(partials: readonly [AggregatePartial, ...AggregatePartial[]]): AggregatePartial {
  const joined = partials.length === 1 ? partials[0] : join(partials);
  const { blocks, counts } = joined;
  const grouped = blocks.reduce((sum, more) => sum + more, 0);
  if (grouped !== counts.grouped || counts.blocks !== grouped + counts.filtered + counts.malformed)
    throw lostBlocks(counts, grouped);
  return joined;
}

function join(partials: readonly AggregatePartial[]): AggregatePartial {
  const dictionaries = ROW_STRINGS.map(() => new Dictionary());
  const aggregator = new Aggregator();
  const counts = noCounts();
  for (const partial of partials) {
    const idOf = ROW_STRINGS.map((kind, i) => renumber(partial[kind], dictionaries[i] as Dictionary));
    aggregator.absorb(partial, idOf);
    addCounts(counts, partial.counts);
  }
  const strings = ROW_STRINGS.map((kind, i) => [kind, (dictionaries[i] as Dictionary).copy()]);
  return { ...aggregator.columns(), ...(Object.fromEntries(strings) as Pick<AggregatePartial, RowStrings>), counts };
}
