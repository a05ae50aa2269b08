import type { Chunk } from '../../workers/chunk-queue.js';
import { findBoundary } from '../../workers/find-boundary.js';
import { quoted, usageError } from '../base/errors.js';

/** One of the parts into which a dump is cut. Each begins and ends between blocks; together they are the dump. */
export interface Part {
  /** From 1 to `count`. */
  readonly number: number;
  readonly count: number;
}

/** `2/8`: the second of eight. Throws a usage error. */
export function parsePart(typed: string | undefined): Part {
  if (typed === undefined) throw usageError('which part? Give --part I/N: 1/8 is the first of eight');
  const [, number = 0, count = 0] = (/^(\d{1,6})\/(\d{1,6})$/.exec(typed) ?? []).map(Number);
  if (number >= 1 && number <= count) return { number, count };
  throw usageError(`--part takes I/N with I from 1 to N, as 1/8 for the first of eight, not ${quoted(typed)}`);
}

/** Where a part is in a file of `size` bytes. Where parts are smaller than blocks, some are empty. Throws a ReadError. */
export function rangeOf(fd: number, size: number, { number, count }: Part): Chunk {
  // The end of a part and the beginning of the next one are one sum.
  const cut = (parts: number): number => {
    const from = Number((BigInt(size) * BigInt(parts)) / BigInt(count));
    return from === 0 ? 0 : findBoundary(fd, from, size);
  };
  const offset = cut(number - 1);
  return { offset, length: cut(number) - offset };
}
