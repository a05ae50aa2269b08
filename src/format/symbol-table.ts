import { baseSymbol } from './frame.js';

/** What makes no other function of a symbol, as far as tables go: leading underscores, and `_noprof` (6.10 and later, include/linux/alloc_tag.h). */
const NO_MATTER = /^_+|_noprof$/g;

/**
 * What is known of symbols. A value's list names whole symbols, and beginnings with `*` behind: `kmalloc_large pcpu_*`; without leading
 * underscores, `_noprof` and compilers' suffixes.
 */
export class SymbolTable<Value extends string> {
  readonly #whole = new Map<string, Value>();
  readonly #beginnings: (readonly [string, Value])[] = [];

  constructor(lists: Readonly<Partial<Record<Value, string>>>) {
    for (const [value, list] of Object.entries(lists) as [Value, string][])
      for (const name of list.trim().split(/\s+/))
        if (name.endsWith('*')) this.#beginnings.push([name.slice(0, -1), value]);
        else this.#whole.set(name, value);
  }

  /** The value of a symbol as printed. A whole name goes before a beginning; of beginnings, the first in the table counts. */
  find(symbol: string): Value | undefined {
    const name = plainName(symbol);
    return this.#whole.get(name) ?? this.#beginnings.find(([beginning]) => name.startsWith(beginning))?.[1];
  }

  /** The same, of whole names alone. */
  findWhole(symbol: string): Value | undefined {
    return this.#whole.get(plainName(symbol));
  }
}

function plainName(symbol: string): string {
  return baseSymbol(symbol).replace(NO_MATTER, '');
}
