import type { Aggregate, AggregateRow, Counted, Facts, RowKey } from './aggregate.js';
import { earlier, later } from './known-times.js';
import { Tuples } from './tuples.js';

/** A row whose sums can still grow. */
type OpenRow = RowKey & { -readonly [Name in Exclude<keyof AggregateRow, keyof RowKey>]: AggregateRow[Name] };

/** Allocation, task, place, stack, tails with report. */
const KEY_PARTS = 5;

/** Makes an aggregate of rows that come in any order, some with equal keys. */
export class AggregateBuilder {
  private readonly parts = new Parts();
  private readonly keys = new Tuples(KEY_PARTS);
  private readonly rows: AggregateRow[] = [];
  /** Rows that are copies, whose sums may grow. */
  private readonly open = new Map<number, OpenRow>();

  /** Adds a row; `changed` says what of it is another. */
  add(original: AggregateRow, changed?: Partial<AggregateRow>): void {
    const row = changed ? { ...copyOf(original), ...changed } : original;
    const { parts } = this;
    const known = this.keys.size;
    const id = this.keys.intern(
      parts.idOf(row.allocation),
      parts.idOf(row.task),
      parts.idOf(row.place),
      parts.idOf(row.stack),
      parts.idOf(row.report ? [...row.tails, row.report] : row.tails),
    );
    if (id === known) this.rows.push(row);
    else addTo(this.opened(id), row);
  }

  /** Most rows stay as they are: they are copied only when another is added to them. */
  private opened(id: number): OpenRow {
    const open = this.open.get(id) ?? copyOf(this.rows[id] as AggregateRow);
    this.open.set(id, open);
    this.rows[id] = open;
    return open;
  }

  build(facts: Facts): Aggregate {
    return { facts, rows: this.rows };
  }

  /** The rows in the order of their keys. */
  inOrder(): AggregateRow[] {
    const ranks = this.parts.ranks();
    const { values } = this.keys;
    const rankOf = (id: number, part: number): number => ranks[values[id * KEY_PARTS + part] as number] as number;
    const ids = this.rows
      .map((_, id) => id)
      .sort((a, b) => {
        for (let part = 0; part < KEY_PARTS; part++) {
          const difference = rankOf(a, part) - rankOf(b, part);
          if (difference !== 0) return difference;
        }
        return 0;
      });
    return ids.map((id) => this.rows[id] as AggregateRow);
  }
}

/** Rows of a scan are read where they lie: a spread would not see their values. */
export function copyOf(row: AggregateRow): OpenRow {
  const { allocation, task, place, stack, tails, report, blocks, pages, oldest, newest, born, times, pageblocks } = row;
  return { allocation, task, place, stack, tails, report, blocks, pages, oldest, newest, born, times, pageblocks };
}

function addTo(row: OpenRow, more: AggregateRow): void {
  row.blocks += more.blocks;
  row.pages += more.pages;
  row.oldest = earlier(row.oldest, more.oldest);
  row.newest = later(row.newest, more.newest);
  row.born = row.born === null || more.born === null ? null : row.born + more.born;
  row.times = together(row.times, more.times);
  row.pageblocks = together(row.pageblocks, more.pageblocks);
}

/** Rows with distinct keys, in the order of those, which does not depend on where they came from. */
export function distinctRows(aggregate: Aggregate): AggregateRow[] {
  const builder = new AggregateBuilder();
  for (const row of aggregate.rows) builder.add(row);
  return builder.inOrder();
}

/** The distinct parts of keys, compared by content. */
class Parts {
  private readonly ids = new Map<string, number>();
  /** Rows share parts: each object is looked at once. */
  private readonly known = new Map<object, number>();

  idOf(part: object): number {
    const known = this.known.get(part);
    if (known !== undefined) return known;
    const text = JSON.stringify(Object.values(part));
    const id = this.ids.get(text) ?? this.ids.size;
    this.ids.set(text, id);
    this.known.set(part, id);
    return id;
  }

  /** Each id's place among all. */
  ranks(): Uint32Array {
    const ranks = new Uint32Array(this.ids.size);
    [...this.ids.keys()].sort().forEach((text, rank) => {
      ranks[this.ids.get(text) as number] = rank;
    });
    return ranks;
  }
}

/** The sums of both, by number. */
function together(a: Counted, b: Counted): Counted {
  const sums = new Map(a.numbers.map((number, i) => [number, a.blocks[i] as number]));
  b.numbers.forEach((number, i) => {
    sums.set(number, (sums.get(number) ?? 0) + (b.blocks[i] as number));
  });
  const numbers = [...sums.keys()].sort((x, y) => x - y);
  return { numbers, blocks: numbers.map((number) => sums.get(number) as number) };
}
