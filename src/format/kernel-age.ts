/** Which kernels print lines of a shape, as format documents and sources of each version tell. Vendors backport: it is likely, not certain. */
const SHAPES: readonly { readonly shape: RegExp; readonly kernel: string }[] = [
  { shape: /Page allocated via order [^\n]*\n(?:[^\n]+\n)*?handle: \d+/, kernel: '7.3 or later' },
  {
    shape: /Page allocated via order [^\n]*tgid \d+ \([^\n]*\), ts \d+ ns, free_ts[^\n]*\n(?:[^\n]+\n)*?[^\n]*PFN 0x/,
    kernel: '6.5 or 6.6',
  },
  { shape: /Page allocated via order [^\n]*tgid \d+ \([^\n]*\), ts \d* ns, free_ts/, kernel: '5.18 to 6.6' },
  { shape: /Page allocated via order [^\n]*tgid \d+ \([^\n]*\), ts \d* ns/, kernel: '6.7 or later' },
  { shape: /Page allocated via order [^\n]*, ts \d* ns, free_ts/, kernel: '5.13 to 5.17' },
  { shape: /Page allocated via order [^\n]*, ts \d* ns/, kernel: '5.11 or 5.12' },
  {
    shape: /Page allocated via order \d+, mask 0x[\da-f]+\([^\n]*\n(?:[^\n]+\n)*?[^\n]*\[<[\da-f]+>\] /,
    kernel: '4.6 to 4.9',
  },
  { shape: /Page allocated via order \d+, mask 0x[\da-f]+\(/, kernel: '4.10 to 5.10' },
  { shape: /Page allocated via order [^\n]*\n(?:[^\n]+\n)*?[^\n]*\[<[\da-f]+>\] /, kernel: '3.19 to 4.5' },
  { shape: /Page allocated via order /, kernel: 'before 3.19 (a patch of -mm)' },
  { shape: /page last allocated via order [^\n]*tgid \d+ \([^\n]*\), ts \d+, free_ts/, kernel: '5.18 or later' },
  { shape: /page last allocated via order [^\n]*, ts \d+, free_ts/, kernel: '5.13 to 5.17' },
  { shape: /page last allocated via order [^\n]*, ts \d+/, kernel: '5.11 or later' },
  { shape: /page last allocated via order /, kernel: '5.4 to 5.10' },
  { shape: /page allocated via order /, kernel: '4.6 to 5.3' },
  { shape: /^#\s+<size>\s+<calls> <tag info>/m, kernel: '6.10 or later' },
  { shape: /^handle: \d+$/m, kernel: '6.19 or later' },
  { shape: /^stack_count: \d+$/m, kernel: '6.9, before its release' },
  { shape: /^nr_base_pages: \d+$/m, kernel: '6.9 or later' },
];

/** The kernels that likely printed what an input begins with; null where its lines do not tell. */
export function likelyKernel(start: string): string | null {
  return SHAPES.find(({ shape }) => shape.test(start))?.kernel ?? null;
}
