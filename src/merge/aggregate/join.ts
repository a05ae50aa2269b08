import type { Aggregate, Facts } from './aggregate.js';
import { AggregateBuilder } from './builder.js';

/** The aggregate of all blocks of all of these, in any order. What was born is known only where all were asked for the same moment. */
export function joinAggregates(aggregates: readonly Aggregate[]): Aggregate {
  const builder = new AggregateBuilder();
  const all = aggregates.map(({ facts }) => facts);
  const since = all.every((facts) => facts.since === all[0]?.since) ? (all[0]?.since ?? null) : null;
  for (const { rows } of aggregates)
    for (const row of rows) builder.add(row, since === null ? { born: null } : undefined);
  const sum = (name: 'bytes' | 'blocks' | 'malformed' | 'foreign'): number =>
    all.reduce((total, facts) => total + facts[name], 0);
  const facts: Facts = {
    bytes: sum('bytes'),
    blocks: sum('blocks'),
    malformed: sum('malformed'),
    foreign: sum('foreign'),
    pageblockOrders: (all[0]?.pageblockOrders ?? []).map((_, order) => {
      return all.reduce((total, facts) => total + (facts.pageblockOrders[order] ?? 0), 0);
    }),
    since,
    knowsBlocks: all.every(({ knowsBlocks }) => knowsBlocks),
  };
  return builder.build(facts);
}
