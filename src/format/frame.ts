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
const NAME_OF_MODULE = /^(\S+) \[([^\s[\]]+)\]$/;
const DECIMAL_PLACE = /^(\S+)\+(\d+)$/;
/** What symbolising scripts set behind a frame: ` mm/page_alloc.c:2445 [inline]`, ` (mm/page_alloc.c:2445 mm/internal.h:9 (discriminator 3)) module`. */
const SOURCE: string = String.raw`(?: [^\s:()]+:\d+(?::\d+)?(?: \[inline\])?| \([^\s:()]+:\d+[^()]*(?:\([^()]*\)[^()]*)*\)(?: [\w-]+)?)`;
const SYMBOLISED = new RegExp(String.raw`^(.*\S)${SOURCE}$`);
/** Where that place names a module: the script has taken it from behind the frame. */
const MODULE_BEHIND = /\) ([\w-]+)$/;
/** The quick answer for all other frames. */
const LINE_NUMBER = /:\d/;

/** A frame of any form but a bare name. */
const FRAME = new RegExp(
  String.raw`^(?:\[<[^<>]*>\] *)?(?:(?:\S+\+0x[\da-f]+(?:/0x[\da-f]+)?|0x[\da-f]{8,16})(?: \[[^[\]]+\])?${SOURCE}?|[^\s:()]+${SOURCE})$`,
);
const OLD_FRAME = /^(?:\[(?:0x[\da-f]+|<[^<>]*>)\] *)?[^\s:]+\+\d+$/;

/** Whether a line without its leading space is a frame by its form, in text where it may also be something else. */
export function isFrame(text: string): boolean {
  return FRAME.test(text) || OLD_FRAME.test(text);
}

/** The frame without its place in the source, which symbolising scripts set behind it. */
export function plainFrame(line: string): string {
  const [, frame] = (LINE_NUMBER.test(line) && SYMBOLISED.exec(line)) || [];
  if (frame === undefined) return line;
  const module = MODULE_BEHIND.exec(line)?.[1];
  return module ? `${frame} [${module}]` : frame;
}

/** Reads one line of a stack, with or without its leading space. A line of any other form is a symbol as a whole. */
export function parseFrame(line: string): Frame {
  const text = plainFrame(line.replace(/^ |\r$/g, '').replace(ADDRESS, ''));
  // Symbols may hold anything, even a plus: the last one counts.
  const plus = text.lastIndexOf('+0x');
  const [, offset, module] = (plus > 0 && PLACE.exec(text.slice(plus + 1))) || [];
  if (offset) return { symbol: text.slice(0, plus), ...(module && { module }), offset };
  const [, symbol, decimal] = DECIMAL_PLACE.exec(text) ?? [];
  if (symbol && decimal) return { symbol, offset: decimal };
  const [, inlined, of] = NAME_OF_MODULE.exec(text) ?? [];
  return inlined && of ? { symbol: inlined, module: of } : { symbol: text };
}

/** The module nearest the leaf of a stack; null: none, all is the kernel itself. */
export function moduleOf(frames: readonly Frame[]): string | null {
  return frames.find(({ module }) => module !== undefined)?.module ?? null;
}

/** How the kernel itself is named where modules are (page_owner_sort of 2026). */
export const VMLINUX = 'vmlinux';

/** What gcc and clang append to the name of a function that they split, copied or specialised. */
const COMPILER_SUFFIX = /(?:\.(?:isra|constprop|part|cold|llvm|lto_priv|__uniq|cfi_jt|cfi|\d+))+$/;

/** The name in the source: `f` of `f.isra.0.cold`. */
export function baseSymbol(symbol: string): string {
  return symbol.replace(COMPILER_SUFFIX, '');
}
