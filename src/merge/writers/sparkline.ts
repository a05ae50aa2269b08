/** Zero, which is told from the smallest step, and eight steps. The ones of ASCII can begin no formula. */
const SCALES = { blocks: '·▁▂▃▄▅▆▇█', ascii: '.12345678' } as const;

/** A character for each value, as high as its part of the largest; a space for null. What is negative or no finite number counts as zero. */
export function sparkline(values: readonly (number | null)[], scale: keyof typeof SCALES = 'blocks'): string {
  const counts = values.map((value) => (value === null || (Number.isFinite(value) && value > 0) ? value : 0));
  const largest = counts.reduce<number>((a, b) => Math.max(a, b ?? 0), 0) || 1;
  const steps = SCALES[scale];
  const step = (count: number): number => Math.ceil((count / largest) * (steps.length - 1)) || Math.sign(count);
  return counts.map((count) => (count === null ? ' ' : steps[step(count)])).join('');
}

/** Sums of neighbours, at most ten: a sparkline that leaves room for names. */
export function inTenths(pages: readonly number[]): number[] {
  const each = Math.ceil(pages.length / 10);
  return Array.from({ length: Math.ceil(pages.length / each) }, (_, i) =>
    pages.slice(i * each, (i + 1) * each).reduce((sum, count) => sum + count, 0),
  );
}

const BAR_WIDTH = 20;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;

/** A bar as long as a share of 0 to 1; what is not nothing is at least an eighth of a character. */
export function shareBar(share: number): string {
  const eighths = Math.max(Math.round(share * BAR_WIDTH * 8), share > 0 ? 1 : 0);
  return '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
}
