import { FrameTable } from './frame-table.js';
import type { ProfileOptions, Sample } from './sample.js';
import { textPieces } from './text-pieces.js';

export interface FoldedOptions extends ProfileOptions {
  /** What the number at the end of a line counts. Default: pages. */
  readonly unit?: 'pages' | 'bytes' | 'blocks';
}

/**
 * Writes what flamegraph.pl, inferno and speedscope read: `root;caller;leaf [module] 12`, a line for each distinct stack, sorted by code units, so
 * that the order of the samples does not show. Stacks that are told apart by offsets alone are one line.
 */
export function writeFolded(samples: Iterable<Sample>, options: FoldedOptions): Iterable<Uint8Array> {
  return textPieces(foldedLines(samples, options));
}

function* foldedLines(samples: Iterable<Sample>, options: FoldedOptions): Generator<string> {
  const { withOffsets = false } = options;
  const table = new FrameTable(withOffsets);
  const texts: string[] = [];
  const totals = new Map<string, number>();
  for (const sample of samples) {
    const numbers = table.numbersOf(sample.frames).reverse();
    const stack = numbers.map((number) => (texts[number] ??= safe(table.frames[number]!.name))).join(';');
    totals.set(stack, (totals.get(stack) ?? 0) + countOf(sample, options));
  }
  for (const stack of [...totals.keys()].sort()) yield `${stack} ${totals.get(stack)}\n`;
}

function countOf({ blocks, pages }: Sample, { unit, pageBytes }: FoldedOptions): number {
  if (unit === 'blocks') return blocks;
  return unit === 'bytes' ? pages * pageBytes : pages;
}

/**
 * A frame that cannot be taken for two, for the end of a line or for a number. A space stays only before a module: flamegraph.pl takes a leaf
 * `f 12` for a stack with two counts.
 */
function safe(name: string): string {
  return name
    .replace(/;/g, ':')
    .replace(/[\p{Cc}\p{Cs}]/gu, '?')
    .replace(/\s(?!\[[^[\]\s]+\]$)/g, '_');
}
