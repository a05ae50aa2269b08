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
  if (
    stacks.length > 0 &&
    stacks.every(({ numbers }) => numbers.nr_base_pages === undefined && numbers.stack_count === undefined)
  )
    throw new Error(
      'it names the stacks of handles and counts nothing: give it by --stacks, beside show_handles or a dump',
    );
  for (const { stack, numbers } of stacks) {
    const pages = numbers.nr_base_pages ?? numbers.stack_count ?? 0;
    blocks += pages;
    builder.add({
      allocation,
      task,
      place: NOWHERE,
      stack,
      tails: numbers.handle === undefined ? nothing : [`handle: ${numbers.handle}`],
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

/** Whether stacks are known by their handles only, resolved or not. */
export function hasHandles({ rows }: Aggregate): boolean {
  return rows.some(({ stack, tails }) => {
    return stack.length === 0 ? tails.some((line) => HANDLE.test(line)) : HANDLE_TEXT.test(stack[0] as string);
  });
}

const HANDLE_TEXT = /^handle \d+$/;

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
