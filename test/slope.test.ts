import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Slope, slopeOf } from '../src/merge/insight/slope.js';

function isClose(actual: number | null, expected: number, what: string): void {
  assert.ok(actual !== null && Math.abs(actual - expected) < 1e-6, `${what}: ${actual}, not ${expected}`);
}

// slope and S of scipy 1.17.1: stats.theilslopes, and stats.kendalltau with its variance; confidence corrected for continuity.
for (const [what, times, values, slope, confidence] of [
  ['a series that rises', [0, 1, 2, 3, 4, 5, 6, 7], [10, 12, 11, 15, 14, 18, 17, 21], 1.5, 0.9906252315],
  [
    'uneven times and equal values',
    [0, 1, 2.5, 3, 4, 7, 8, 9, 10],
    [5, 5, 6, 6, 6, 8, 7, 9, 9],
    0.4142857143,
    0.9974173267,
  ],
  ['a series that falls', [0, 1, 2, 3, 4, 5], [60, 50, 44, 30, 31, 2], -10, 0.9758294529],
  ['equal times', [0, 1, 1, 2, 3, 3, 4, 5], [1, 2, 2, 3, 3, 1, 5, 5], 0.9, 0.9617513367],
  ['four points', [0, 1, 2, 3], [10, 15, 14, 20], 2.9166666667, 0.6918204525],
] as const)
  test(`slope and confidence are those of scipy: ${what}`, () => {
    const found = slopeOf(times, values);
    isClose(found.slope, slope, 'slope');
    isClose(found.confidence, confidence, 'confidence');
  });

test('the interval is between the slopes at the ranks that Gilbert gives', () => {
  // 6 points, 15 slopes; C = 1.96 * sqrt(6 * 5 * 17 / 18) = 10.433, so ranks 2.284 and 13.716.
  const times = [0, 1, 2, 3, 4, 5];
  const values = [60, 50, 44, 30, 31, 2];
  const slopes = pairSlopes(times, values).sort((a, b) => a - b);
  const at = (rank: number): number => slopes[rank - 1] as number;
  const { low, high } = slopeOf(times, values);
  const part = (15 - 1.96 * Math.sqrt(510 / 18)) / 2 - 2;
  isClose(low, at(2) + part * (at(3) - at(2)), 'low');
  isClose(high, at(14) - part * (at(14) - at(13)), 'high');
});

test('with few points only what can be known is said', () => {
  const unknown: Slope = { slope: null, low: null, high: null, confidence: null };
  assert.deepEqual(slopeOf([1], [5]), unknown);
  assert.deepEqual(slopeOf([1, 1], [5, 7]), unknown);
  assert.deepEqual(slopeOf([1, 2], [5, 7]), { ...unknown, slope: 2 });
  assert.deepEqual(slopeOf([1, 2], [5, 5]), { ...unknown, slope: 0 });
  const four = slopeOf([1, 2, 3, 4], [1, 2, 3, 4]);
  assert.ok(four.low === null && four.confidence !== null);
  const five = slopeOf([1, 2, 3, 4, 5], [1, 2, 4, 7, 11]);
  assert.deepEqual([five.low, five.high], [1, 4]);
});

test('what does not change has no slope, surely', () => {
  assert.deepEqual(slopeOf([1, 2, 3, 4, 5], [7, 7, 7, 7, 7]), { slope: 0, low: 0, high: 0, confidence: 0 });
});

const series = fc.uniqueArray(fc.integer({ min: 0, max: 1000 }), { minLength: 5, maxLength: 20 }).chain((times) =>
  fc.record({
    times: fc.constant(times),
    values: fc.array(fc.integer({ min: 0, max: 60 }), { minLength: times.length, maxLength: times.length }),
  }),
);

test('any series: half of the slopes are on each side, the interval is around it, and no more than the test allows are beyond', () => {
  fc.assert(
    fc.property(series, ({ times, values }) => {
      const { slope, low, high, confidence } = slopeOf(times, values) as { [Name in keyof Slope]: number };
      const slopes = pairSlopes(times, values);
      const half = slopes.length / 2;
      const below = (limit: number): number => slopes.filter((each) => each < limit - 1e-12).length;
      const above = (limit: number): number => slopes.filter((each) => each > limit + 1e-12).length;
      assert.ok(below(slope) <= half && above(slope) <= half);
      assert.ok(low <= slope && slope <= high);
      const beyond = Math.max(0, (slopes.length - 1.96 * Math.sqrt(variance(times, values))) / 2);
      assert.ok(below(low) <= beyond && above(high) <= beyond);
      assert.ok(confidence >= 0 && confidence <= 1);
    }),
  );
});

test('any series: the order of points does not count, and a mirror turns the sign', () => {
  fc.assert(
    fc.property(series, ({ times, values }) => {
      const found = slopeOf(times, values);
      assert.deepEqual(slopeOf(times.toReversed(), values.toReversed()), found);
      const mirrored = slopeOf(
        times.map((time) => -time),
        values,
      );
      isClose(mirrored.slope, -(found.slope as number), 'slope');
      isClose(mirrored.low, -(found.high as number), 'low');
      isClose(mirrored.confidence, found.confidence as number, 'confidence');
    }),
  );
});

function pairSlopes(times: readonly number[], values: readonly number[]): number[] {
  return times.flatMap((from, i) =>
    times
      .slice(i + 1)
      .map((to, j) => ((values[i + 1 + j] as number) - (values[i] as number)) / (to - from))
      .filter(Number.isFinite),
  );
}

/** Counted another way: over the values instead of over what is equal. Times are distinct. */
function variance(times: readonly number[], values: readonly number[]): number {
  const term = (n: number): number => (n * (n - 1) * (2 * n + 5)) / 18;
  const equal = values.map((value) => values.filter((other) => other === value).length);
  return term(times.length) - equal.reduce((sum, count) => sum + term(count) / count, 0);
}
