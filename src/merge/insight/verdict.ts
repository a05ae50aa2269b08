import type { Interval } from './interval.js';

/**
 * What becomes of a group, by its pages in all snapshots and by what was born and freed between them. The first that holds:
 *
 * - gone: nothing is left.
 * - steady: nothing was born, nothing freed.
 * - leak: it grew, and at most a tenth of what was born was freed: births without deaths. But what processes asked for themselves and was not in the first
 *   snapshot is a leak only if it grew from each one to the next, more than once.
 * - new: it was not in the first snapshot.
 * - growing, shrinking: it changed by a tenth or more of what it was.
 * - churn: a tenth or more of it came or went, in exchange.
 * - steady: else.
 */
export const VERDICTS = ['leak', 'growing', 'churn', 'shrinking', 'new', 'gone', 'steady'] as const;

export type Verdict = (typeof VERDICTS)[number];

const TENTH = 0.1;

export function verdictOf(pages: readonly number[], intervals: readonly Interval[], isUserMemory: boolean): Verdict {
  const first = pages[0] ?? 0;
  const last = pages.at(-1) ?? 0;
  const growth = last - first;
  if (last === 0) return 'gone';
  const { born, freed } = turnover(pages, intervals);
  if (born === 0 && freed === 0) return 'steady';
  const hasKeptGrowing = intervals.length > 1 && pages.slice(1).every((count, i) => count > (pages[i] as number));
  const isNew = first === 0;
  if (growth > 0 && freed <= born * TENTH && !(isNew && isUserMemory && !hasKeptGrowing)) return 'leak';
  if (isNew) return 'new';
  if (growth >= first * TENTH && growth > 0) return 'growing';
  if (-growth >= first * TENTH && growth < 0) return 'shrinking';
  return born + freed >= first * TENTH ? 'churn' : 'steady';
}

/** Pages that were born and freed in all; where only bounds are known, the least and the most, and where nothing is known, growth and loss. */
function turnover(pages: readonly number[], intervals: readonly Interval[]): { born: number; freed: number } {
  let born = 0;
  let freed = 0;
  intervals.forEach(({ born_pages, freed_pages, freed_pages_max }, i) => {
    const growth = (pages[i + 1] as number) - (pages[i] as number);
    born += born_pages ?? Math.max(0, growth);
    freed += freed_pages_max ?? freed_pages ?? Math.max(0, -growth);
  });
  return { born, freed };
}
