import type { Place } from '../../format/pfn-line.js';
import type { Aggregate, AggregateRow, Allocation, Facts, Reported, Task } from './aggregate.js';

/**
 * An aggregate as plain JSON, for the report's page: what rows have in common stands once, and each column is a list. 64-bit times are decimal texts, as
 * JSON has no such numbers.
 */
export interface AggregateColumns {
  readonly facts: Omit<Facts, 'since'> & { readonly since: string | null };
  readonly frames: readonly string[];
  /** Each a list of indexes of `frames`, leaf first. */
  readonly stacks: readonly (readonly number[])[];
  readonly allocations: readonly Allocation[];
  readonly tasks: readonly Task[];
  readonly places: readonly Place[];
  readonly tails: readonly (readonly string[])[];
  readonly reports: readonly (Reported | null)[];
  /** Indexes of the lists above, a list for each, by row. */
  readonly rows: Readonly<Record<'stack' | 'allocation' | 'task' | 'place' | 'tails' | 'report', readonly number[]>>;
  readonly blocks: readonly number[];
  readonly pages: readonly number[];
  readonly oldest: readonly (string | null)[];
  readonly newest: readonly (string | null)[];
  readonly born: readonly (number | null)[];
  readonly times: readonly AggregateRow['times'][];
  readonly pageblocks: readonly AggregateRow['pageblocks'][];
}

/** Distinct values, each with its index. */
class Distinct<T> {
  readonly values: T[] = [];
  private readonly byText = new Map<string, number>();

  indexOf(value: T): number {
    const text = JSON.stringify(value);
    const known = this.byText.get(text);
    if (known !== undefined) return known;
    this.byText.set(text, this.values.length);
    this.values.push(value);
    return this.values.length - 1;
  }
}

export function toColumns({ facts, rows }: Aggregate): AggregateColumns {
  const frames = new Distinct<string>();
  const stacks = new Distinct<readonly number[]>();
  const allocations = new Distinct<Allocation>();
  const tasks = new Distinct<Task>();
  const places = new Distinct<Place>();
  const tails = new Distinct<readonly string[]>();
  const reports = new Distinct<Reported | null>();
  const text = (time: bigint | null): string | null => (time === null ? null : String(time));
  return {
    facts: { ...facts, since: text(facts.since) },
    rows: {
      stack: rows.map(({ stack }) => stacks.indexOf(stack.map((frame) => frames.indexOf(frame)))),
      allocation: rows.map(({ allocation }) => allocations.indexOf(allocation)),
      task: rows.map(({ task }) => tasks.indexOf(task)),
      place: rows.map(({ place }) => places.indexOf(place)),
      tails: rows.map((row) => tails.indexOf(row.tails)),
      report: rows.map(({ report }) => reports.indexOf(report)),
    },
    frames: frames.values,
    stacks: stacks.values,
    allocations: allocations.values,
    tasks: tasks.values,
    places: places.values,
    tails: tails.values,
    reports: reports.values,
    blocks: rows.map(({ blocks }) => blocks),
    pages: rows.map(({ pages }) => pages),
    oldest: rows.map(({ oldest }) => text(oldest)),
    newest: rows.map(({ newest }) => text(newest)),
    born: rows.map(({ born }) => born),
    times: rows.map(({ times }) => times),
    pageblocks: rows.map(({ pageblocks }) => pageblocks),
  };
}

export function fromColumns(columns: AggregateColumns): Aggregate {
  const { facts, frames, allocations, tasks, places, tails, reports, rows } = columns;
  const time = (text: string | null | undefined): bigint | null => (text == null ? null : BigInt(text));
  // Rows with equal stacks share one object, as they do when a dump is read: what is known of a stack is kept by it.
  const stacks = columns.stacks.map((stack) => stack.map((index) => frames[index] as string));
  return {
    facts: { ...facts, since: time(facts.since) },
    rows: columns.blocks.map((blocks, i) => ({
      stack: stacks[rows.stack[i] as number] as string[],
      allocation: allocations[rows.allocation[i] as number] as Allocation,
      task: tasks[rows.task[i] as number] as Task,
      place: places[rows.place[i] as number] as Place,
      tails: tails[rows.tails[i] as number] as readonly string[],
      report: reports[rows.report[i] as number] as Reported | null,
      blocks,
      pages: columns.pages[i] as number,
      oldest: time(columns.oldest[i]),
      newest: time(columns.newest[i]),
      born: columns.born[i] ?? null,
      times: columns.times[i] as AggregateRow['times'],
      pageblocks: columns.pageblocks[i] as AggregateRow['pageblocks'],
    })),
  };
}
