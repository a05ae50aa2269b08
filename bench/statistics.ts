/** The ratios of two series, pair by pair: what hit both at one time cancels out. */
export function pairRatios(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, i) => value / at(b, i));
}

export interface Interval {
  readonly low: number;
  readonly high: number;
  /** Chance that such an interval holds the true median. */
  readonly confidence: number;
}

const WANTED_CONFIDENCE = 0.95;

/** Fewer values give no interval of 95 %: 2 × 0.5^6 is the first below 5 %. */
export const FEWEST_FOR_INTERVAL = 6;

/**
 * Where the true median lies, by the sign test: it is below the k-th smallest value only if fewer than k of n fair coins fall on one
 * side. Exact for any distribution, so outliers do no harm, and without chance of its own. Takes at least FEWEST_FOR_INTERVAL values.
 */
export function medianInterval(values: readonly number[]): Interval {
  const sorted = ascending(values);
  const n = sorted.length;
  let outside = 2 * 0.5 ** n;
  let k = 1;
  for (let chance = outside; ; k++) {
    chance *= (n - k + 1) / k;
    if (outside + chance > 1 - WANTED_CONFIDENCE) break;
    outside += chance;
  }
  return { low: at(sorted, k - 1), high: at(sorted, n - k), confidence: 1 - outside };
}

function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

function at(values: readonly number[], i: number): number {
  return values[i] as number;
}
