import type { Aggregate, Facts } from './aggregate.js';
import { AggregateBuilder, copyOf } from './builder.js';
import { Parts } from './parts.js';

/** The aggregate of all blocks of all of these, in any order. What was born is known only where all were asked for the same moment. */
export function joinAggregates(aggregates: readonly Aggregate[]): Aggregate {
  const joiner = new AggregateJoiner();
  for (const aggregate of aggregates) joiner.add(aggregate);
  return joiner.joined();
}

/** The lowest offset. Those of several dumps say little, those of the parts of one where it is damaged first. */
function firstOf(offsets: readonly (number | null | undefined)[]): number | null {
  const known = offsets.filter((offset) => typeof offset === 'number');
  return known.length > 0 ? Math.min(...known) : null;
}

/** The same, one after the other: what is kept are the rows of the whole. */
export class AggregateJoiner {
  private readonly builder = new AggregateBuilder();
  private readonly all: Facts[] = [];
  private readonly parts = new Parts();

  /** `name`: of what it was read from. Throws an OverlapError if it has parts of a dump that are there already. */
  add({ facts, rows }: Aggregate, name = ''): void {
    this.parts.add(facts.parts ?? [], name);
    this.all.push(facts);
    // Copied, since a row of a scan holds all that was found with it.
    for (const row of rows) this.builder.add(copyOf(row));
  }

  joined(): Aggregate {
    const { all } = this;
    const since = all.every((facts) => facts.since === all[0]?.since) ? (all[0]?.since ?? null) : null;
    const sum = (name: 'bytes' | 'blocks' | 'malformed' | 'foreign'): number =>
      all.reduce((total, facts) => total + facts[name], 0);
    const parts = this.parts.joined();
    const passedOver = all.reduce((total, facts) => total + (facts.passedOver ?? 0), 0);
    const facts: Facts = {
      bytes: sum('bytes'),
      blocks: sum('blocks'),
      malformed: sum('malformed'),
      malformedAt: firstOf(all.map(({ malformedAt }) => malformedAt)),
      foreign: sum('foreign'),
      pageblockOrders: (all[0]?.pageblockOrders ?? []).map((_, order) => {
        return all.reduce((total, facts) => total + (facts.pageblockOrders[order] ?? 0), 0);
      }),
      since,
      knowsBlocks: all.every(({ knowsBlocks }) => knowsBlocks),
      ...(passedOver > 0 && { passedOver }),
      ...(parts.length > 0 && { parts }),
    };
    const { rows } = this.builder.build(facts);
    return { facts, rows: since === null ? rows.map((row) => ({ ...row, born: null })) : rows };
  }
}
