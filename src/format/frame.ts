/** One frame of a stack. */
export interface Frame {
  readonly symbol: string;
  /** The module that the symbol is of; none for the kernel itself. */
  readonly module?: string;
  /** `0x1b/0x30`: place in the function, length of the function, in bytes; `25` in dumps of 2.6. */
  readonly offset?: string;
}

/** ` [<ffffffff8116147e>] f+...` up to 4.9, `[0xc012b7b9] f+25` in 2.6. */
const ADDRESS = /^\[(?:0x[\da-f]+|<[^<>]*>)\] */;
/** What %pS prints behind `symbol+`; a build id may follow the module. */
const PLACE = /^(0x[\da-f]+(?:\/0x[\da-f]+)?)(?: \[([^\s[\]]+)(?: [\da-f]{16,})?\])?/;
const DECIMAL_PLACE = /^(\S+)\+(\d+)$/;
/** What scripts make of it: ` prep_new_page mm/page_alloc.c:2445 [inline]`. */
const SOURCE_LINE = /^(\S+) \S+:\d+(?: \[inline\])?$/;

/** Reads one line of a stack, with or without its leading space. A line of any other form is a symbol as a whole. */
export function parseFrame(line: string): Frame {
  const text = line.replace(/^ |\r$/g, '').replace(ADDRESS, '');
  // Symbols may hold anything, even a plus: the last one counts.
  const plus = text.lastIndexOf('+0x');
  const [, offset, module] = (plus > 0 && PLACE.exec(text.slice(plus + 1))) || [];
  if (offset) return { symbol: text.slice(0, plus), ...(module && { module }), offset };
  const [, symbol, decimal] = DECIMAL_PLACE.exec(text) ?? [];
  if (symbol && decimal) return { symbol, offset: decimal };
  return { symbol: SOURCE_LINE.exec(text)?.[1] ?? text };
}

/** What gcc and clang append to the name of a function that they split, copied or specialised. */
const COMPILER_SUFFIX = /(?:\.(?:isra|constprop|part|cold|llvm|lto_priv|__uniq|cfi_jt|cfi|\d+))+$/;

/** The name in the source: `f` of `f.isra.0.cold`. */
export function baseSymbol(symbol: string): string {
  return symbol.replace(COMPILER_SUFFIX, '');
}
