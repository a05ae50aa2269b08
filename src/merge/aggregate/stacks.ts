import { NOWHERE } from '../../format/pfn-line.js';
import type { StackText } from '../../format/stacks-text.js';
import { type Aggregate, type AggregateRow, NO_COUNTED } from './aggregate.js';
import { AggregateBuilder } from './builder.js';

/** What show_stacks says, as an aggregate: pages only, each told as a block of order 0. */
export function aggregateOfStacks(stacks: readonly StackText[], bytes: number): Aggregate {
  const builder = new AggregateBuilder();
  const allocation = { order: 0, gfpMask: '', gfpFlags: '' };
  const task = { pid: null, tgid: null, command: '' };
  const nothing: readonly string[] = [];
  let blocks = 0;
  for (const { stack, numbers } of stacks) {
    const pages = numbers.nr_base_pages ?? numbers.stack_count ?? 0;
    const own = stack.length === 0 && numbers.handle !== undefined ? [handleText(numbers.handle)] : stack;
    blocks += pages;
    builder.add({
      allocation,
      task,
      place: NOWHERE,
      stack: own,
      tails: nothing,
      report: null,
      blocks: pages,
      pages,
      oldest: null,
      newest: null,
      born: null,
      times: NO_COUNTED,
      pageblocks: NO_COUNTED,
    });
  }
  const facts = { bytes, blocks, malformed: 0, foreign: 0, pageblockOrders: [], since: null, knowsBlocks: false };
  return builder.build(facts);
}

const HANDLE = /^handle: (\d+)$/;

function handleText(handle: number | string): string {
  return `handle ${handle}`;
}

/** Stacks by their handles, of show_stacks_handles. */
export type Handles = ReadonlyMap<string, readonly string[]>;

export function handlesOf(stacks: readonly StackText[]): Handles {
  const named = stacks.filter(({ numbers }) => numbers.handle !== undefined);
  return new Map(named.map(({ stack, numbers }) => [String(numbers.handle), stack]));
}

/** Puts stacks where blocks have handles only. One that is in no list is its own stack. */
export function resolveHandles(aggregate: Aggregate, handles: Handles): Aggregate {
  if (!aggregate.rows.some(({ tails }) => tails.some((line) => HANDLE.test(line)))) return aggregate;
  const builder = new AggregateBuilder();
  for (const row of aggregate.rows) builder.add(row, resolved(row, handles));
  return builder.build(aggregate.facts);
}

/** What changes of a row. */
function resolved({ stack, tails }: AggregateRow, handles: Handles): Partial<AggregateRow> {
  const handle = tails.map((line) => HANDLE.exec(line)?.[1]).find((digits) => digits !== undefined);
  if (handle === undefined) return {};
  return {
    tails: tails.filter((line) => !HANDLE.test(line)),
    ...(stack.length === 0 && { stack: handles.get(handle) ?? [handleText(handle)] }),
  };
}
