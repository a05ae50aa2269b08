/** Which bytes of a dump an aggregate is of, where it is not all of it: what `map` saves, so that `merge` can tell what it is given twice. */
export interface PartRange {
  /** Equal for equal dumps: a hash of what it begins with. */
  readonly dump: string;
  /** Of the whole dump, in bytes. */
  readonly size: number;
  readonly from: number;
  readonly to: number;
}

/** Two aggregates have the same blocks of a dump. */
export class OverlapError extends Error {
  readonly one: string;
  readonly other: string;

  constructor(one: string, other: string) {
    super(`${one} and ${other} have the same blocks of a dump`);
    this.one = one;
    this.other = other;
  }
}

/** The parts of dumps that are joined so far. */
export class Parts {
  private readonly all: (PartRange & { readonly name: string })[] = [];

  /** Adds those of what is named so. Throws an OverlapError if one of them is there already. */
  add(parts: readonly PartRange[], name: string): void {
    for (const part of parts) {
      const known = this.all.find((other) => isSameDump(part, other) && part.from < other.to && other.from < part.to);
      if (known) throw new OverlapError(known.name, name);
    }
    for (const part of parts) this.all.push({ ...part, name });
  }

  /** All of them, neighbours as one; what is a whole dump is no part any more. */
  joined(): PartRange[] {
    const sorted = [...this.all].sort((a, b) => (isSameDump(a, b) ? a.from - b.from : a.dump < b.dump ? -1 : 1));
    const joined: PartRange[] = [];
    for (const { dump, size, from, to } of sorted) {
      const last = joined.at(-1);
      if (last && isSameDump(last, { dump, size }) && last.to === from) joined[joined.length - 1] = { ...last, to };
      else joined.push({ dump, size, from, to });
    }
    return joined.filter(({ size, from, to }) => from > 0 || to < size);
  }
}

function isSameDump(a: Pick<PartRange, 'dump' | 'size'>, b: Pick<PartRange, 'dump' | 'size'>): boolean {
  return a.dump === b.dump && a.size === b.size;
}
