import type { Aggregate, AggregateRow, Counted, Facts, RowKey } from './aggregate.js';

type Sums = { -readonly [Name in Exclude<keyof AggregateRow, keyof RowKey>]: AggregateRow[Name] };

/** Makes an aggregate of rows that come in any order, some with equal keys. */
export class AggregateBuilder {
  private readonly parts = new Parts();
  private readonly rows = new Map<
    string,
    { readonly key: RowKey; readonly ids: readonly number[]; readonly sums: Sums }
  >();

  add({ allocation, task, place, stack, tails, ...sums }: AggregateRow): void {
    const key: RowKey = { allocation, task, place, stack, tails };
    const ids = [allocation, task, place, stack, tails].map((part) => this.parts.idOf(part));
    const text = ids.join();
    const known = this.rows.get(text)?.sums;
    if (!known) {
      this.rows.set(text, { key, ids, sums });
      return;
    }
    known.blocks += sums.blocks;
    known.pages += sums.pages;
    known.oldest = earlier(known.oldest, sums.oldest);
    known.newest = later(known.newest, sums.newest);
    known.born = known.born === null || sums.born === null ? null : known.born + sums.born;
    known.times = together(known.times, sums.times);
    known.pageblocks = together(known.pageblocks, sums.pageblocks);
  }

  build(facts: Facts): Aggregate {
    const ranks = this.parts.ranks();
    const sorted = [...this.rows.values()].sort((a, b) => {
      for (let part = 0; part < a.ids.length; part++) {
        const difference = (ranks[a.ids[part] as number] as number) - (ranks[b.ids[part] as number] as number);
        if (difference !== 0) return difference;
      }
      return 0;
    });
    return { facts, rows: sorted.map(({ key, sums }) => ({ ...key, ...sums })) };
  }
}

/** The distinct parts of keys, told by what is in them. */
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

  /** Each id's place among all, in an order that does not depend on where they came from. */
  ranks(): Uint32Array {
    const ranks = new Uint32Array(this.ids.size);
    [...this.ids.keys()].sort().forEach((text, rank) => {
      ranks[this.ids.get(text) as number] = rank;
    });
    return ranks;
  }
}

export function earlier(a: bigint | null, b: bigint | null): bigint | null {
  return a === null || (b !== null && b < a) ? b : a;
}

export function later(a: bigint | null, b: bigint | null): bigint | null {
  return a === null || (b !== null && b > a) ? b : a;
}

/** The sums of both, by number. */
function together(a: Counted, b: Counted): Counted {
  const sums = new Map(a.numbers.map((number, i) => [number, a.blocks[i] as number]));
  b.numbers.forEach((number, i) => {
    sums.set(number, (sums.get(number) ?? 0) + (b.blocks[i] as number));
  });
  return countedOf(sums);
}

export function countedOf(sums: ReadonlyMap<number, number>): Counted {
  const numbers = [...sums.keys()].sort((a, b) => a - b);
  return { numbers, blocks: numbers.map((number) => sums.get(number) as number) };
}
