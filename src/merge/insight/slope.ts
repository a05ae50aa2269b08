/** How fast something grows, and how sure that is. Per unit of time; null where there are too few points to say. */
export interface Slope {
  readonly slope: number | null;
  /** The interval in which the true slope is with a confidence of 95 %. */
  readonly low: number | null;
  readonly high: number | null;
  /** That what is seen is no chance: 1 − p, two-sided. */
  readonly confidence: number | null;
}

/** With fewer points, not even a series that only grows is sure at 95 %: of 4! orders 2 are monotone. */
const POINTS_FOR_INTERVAL = 5;

/** With fewer, the normal distribution is no likeness of the test's own; Gilbert's table begins here too. */
const POINTS_FOR_CONFIDENCE = 4;

/** 95 %, two-sided. */
const Z = 1.96;

const UNKNOWN: Slope = { slope: null, low: null, high: null, confidence: null };

/**
 * The slope of Theil and Sen: the median of the slopes between all pairs of points, which a few wild ones do not move; Sen's interval; and the
 * confidence of Mann and Kendall's test, corrected for continuity. Equal values, and equal times, are reckoned with. Points may be in any order.
 *
 * H. Theil (1950), A rank-invariant method of linear and polynomial regression analysis. P. K. Sen (1968), Estimates of the regression coefficient based on
 * Kendall's tau. R. O. Gilbert (1987), Statistical Methods for Environmental Pollution Monitoring, 16.4 and 16.5; the limits are interpolated as there.
 *
 * @param times of the points, as long as `values`
 */
export function slopeOf(times: readonly number[], values: readonly number[]): Slope {
  const points = values.length;
  // Most of what a machine holds does not change.
  if (values.every((value) => value === values[0])) return flat(times, points);
  const slopes = new Float64Array((points * (points - 1)) / 2);
  let pairs = 0;
  let score = 0;
  for (let j = 1; j < points; j++)
    for (let i = 0; i < j; i++) {
      const time = (times[j] as number) - (times[i] as number);
      if (time === 0) continue;
      const slope = ((values[j] as number) - (values[i] as number)) / time;
      slopes[pairs++] = slope;
      score += Math.sign(slope);
    }
  if (pairs === 0) return UNKNOWN;
  const sorted = slopes.subarray(0, pairs).sort();
  const deviation = Math.sqrt(varianceOf(points, tiesOf(values), tiesOf(times)));
  const spread = Z * deviation;
  const hasInterval = points >= POINTS_FOR_INTERVAL;
  return {
    slope: ranked(sorted, (pairs + 1) / 2),
    low: hasInterval ? ranked(sorted, (pairs - spread) / 2) : null,
    high: hasInterval ? ranked(sorted, (pairs + spread) / 2 + 1) : null,
    confidence: points >= POINTS_FOR_CONFIDENCE ? confidenceOf(score, deviation) : null,
  };
}

/** Of equal values. */
function flat(times: readonly number[], points: number): Slope {
  if (times.every((time) => time === times[0])) return UNKNOWN;
  const limit = points >= POINTS_FOR_INTERVAL ? 0 : null;
  return { slope: 0, low: limit, high: limit, confidence: points >= POINTS_FOR_CONFIDENCE ? 0 : null };
}

/** The value at a rank, from 1 on; between two ranks, between their values. Beyond the ends, the last one. */
function ranked(sorted: Float64Array, rank: number): number {
  const place = Math.min(Math.max(rank, 1), sorted.length) - 1;
  const below = sorted[Math.floor(place)] as number;
  const above = sorted[Math.ceil(place)] as number;
  return below + (above - below) * (place % 1);
}

/** How many are equal, for each value that is there more than once. */
function tiesOf(values: readonly number[]): number[] {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts.values()].filter((count) => count > 1);
}

/** Of Mann and Kendall's score, if there is no trend. */
function varianceOf(points: number, ties: readonly number[], timeTies: readonly number[]): number {
  const sum = (counts: readonly number[], term: (count: number) => number): number =>
    counts.reduce((all, count) => all + term(count), 0);
  const single = (n: number): number => n * (n - 1) * (2 * n + 5);
  const two = (n: number): number => n * (n - 1);
  const three = (n: number): number => two(n) * (n - 2);
  const ordered = (single(points) - sum(ties, single) - sum(timeTies, single)) / 18;
  if (timeTies.length === 0 || ties.length === 0) return ordered;
  return (
    ordered +
    (points > 2 ? (sum(ties, three) * sum(timeTies, three)) / (9 * three(points)) : 0) +
    (sum(ties, two) * sum(timeTies, two)) / (2 * two(points))
  );
}

/** 1 − p: the part of a normal distribution that is nearer to its middle. The score changes in steps of 1 or 2, hence its last one is left out. */
function confidenceOf(score: number, deviation: number): number {
  const z = score === 0 ? 0 : (Math.abs(score) - 1) / deviation;
  return erf(z / Math.SQRT2);
}

/** M. Abramowitz, I. A. Stegun (1964), Handbook of Mathematical Functions, 7.1.26: to 1.5e-7, for x >= 0. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * x);
  const polynomial = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.max(0, 1 - polynomial * Math.exp(-x * x));
}
