import type { Slope } from './slope.js';

/**
 * What a group's pages did, by the points at which they are known, in the order of time. The first that holds:
 *
 * - new: nothing at the first point, and from some point on something at each.
 * - vanished: something at the first point, and from some point on nothing.
 * - growing, shrinking: the 95 % interval of its growth leaves out 0. With too few points for an interval (slope.ts): it never changed the other way, and by
 *   a tenth or more of what it was in all.
 * - steady: else.
 */
export type TrendClass = 'new' | 'vanished' | 'growing' | 'shrinking' | 'steady';

const TENTH = 0.1;

export function trendClassOf(pages: readonly number[], { low, high }: Slope): TrendClass {
  const first = pages[0] ?? 0;
  const turns = pages.filter((count, i) => i > 0 && (count === 0) !== (pages[i - 1] === 0)).length;
  if (turns === 1) return first === 0 ? 'new' : 'vanished';
  if (low !== null && high !== null) return low > 0 ? 'growing' : high < 0 ? 'shrinking' : 'steady';
  const growth = (pages.at(-1) ?? 0) - first;
  if (growth === 0 || Math.abs(growth) < first * TENTH) return 'steady';
  const direction = Math.sign(growth);
  const isMonotone = pages.every((count, i) => i === 0 || (count - (pages[i - 1] as number)) * direction >= 0);
  return isMonotone ? (growth > 0 ? 'growing' : 'shrinking') : 'steady';
}
