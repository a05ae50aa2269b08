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
