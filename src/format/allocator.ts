import { ascii, find, findLast } from './bytes.js';

/** Which allocators asked for a block, as bits with the values that page_owner_sort sorts by. */
export const Allocator = { CMA: 2, SLAB: 4, VMALLOC: 8, OTHERS: 16 } as const;

const CMA = ascii('CMA');
const SLAB = ascii('slab');
const VMALLOC = ascii('__vmalloc_node_range');
const ALLOC_PAGES = ascii('alloc_pages');
const LF = ascii('\n');

/** The bits that a PFN line gives: its types and flags name CMA and slab. */
export function pfnLineAllocator(line: Uint8Array, from: number, to: number): number {
  let bits = 0;
  for (let at = from; at < to; at++) {
    const byte = line[at];
    if (byte === 0x43 /* C */ && line[at + 1] === CMA[1] && at + 3 <= to && line[at + 2] === CMA[2])
      bits |= Allocator.CMA;
    if (
      byte === 0x73 /* s */ &&
      line[at + 1] === SLAB[1] &&
      at + 4 <= to &&
      line[at + 2] === SLAB[2] &&
      line[at + 3] === SLAB[3]
    )
      bits |= Allocator.SLAB;
  }
  return bits;
}

/** Whether the page is vmalloc's: the line before its frame's first occurrence is a page allocation. */
export function isVmalloc(text: Uint8Array, from: number, to: number): boolean {
  const frame = find(text, from, to, VMALLOC);
  if (frame < 0) return false;
  const previousTo = findLast(text, from, frame, LF);
  if (previousTo < 0) return false;
  const beforePrevious = findLast(text, from, previousTo, LF);
  const previousFrom = beforePrevious < 0 ? from : beforePrevious + 1;
  return find(text, previousFrom, previousTo, ALLOC_PAGES) >= 0;
}

/** Whether the lines name the frame that isVmalloc looks for. */
export function namesVmalloc(lines: Uint8Array): boolean {
  return find(lines, 0, lines.length, VMALLOC) >= 0;
}

/** Whether a header says something that isVmalloc looks for, so that it cannot be asked of the stack alone. */
export function bearsOnVmalloc(header: Uint8Array): boolean {
  return namesVmalloc(header) || find(header, 0, header.length, ALLOC_PAGES) >= 0;
}

/** The words of all 5-bit masks, each word followed by a space, in the order in which they are printed. */
const TEXTS: readonly string[] = Array.from({ length: 32 }, (_, bits) =>
  Object.entries(Allocator)
    .map(([name, bit]) => (bits & bit ? `${name} ` : ''))
    .join(''),
);

/** `CMA SLAB ` */
export function allocatorText(bits: number): string {
  return TEXTS[bits] as string;
}
