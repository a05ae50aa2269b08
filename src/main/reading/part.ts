import type { Chunk } from '../../workers/chunk-queue.js';
import { boundarySearch, findBoundary } from '../../workers/find-boundary.js';
import { quoted, usageError } from '../base/errors.js';
import type { Remote } from '../io/remote.js';

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
export function rangeOf(fd: number, size: number, part: Part): Chunk {
  const [from, to] = cutsOf(size, part).map((cut) => (cut === 0 ? 0 : findBoundary(fd, cut, size))) as [number, number];
  return { offset: from, length: to - from };
}

/** The same of a dump on a server that gives ranges. Throws a PageownerError. */
export async function remoteRange(remote: Remote, size: number, part: Part): Promise<Chunk> {
  const [from, to] = (await Promise.all(
    cutsOf(size, part).map((cut) => (cut === 0 ? 0 : findRemoteBoundary(remote, cut, size))),
  )) as [number, number];
  return { offset: from, length: to - from };
}

async function findRemoteBoundary(remote: Remote, from: number, size: number): Promise<number> {
  const search = boundarySearch(from, size);
  let step = search.next();
  while (!step.done) {
    const { from: at, to } = step.value;
    step = search.next(Buffer.concat(await remote.bytes(at, Math.min(to, size))));
  }
  return step.value;
}

/** Where a part nominally begins and ends: the end of a part and the beginning of the next one are one sum. */
function cutsOf(size: number, { number, count }: Part): number[] {
  return [number - 1, number].map((parts) => Number((BigInt(size) * BigInt(parts)) / BigInt(count)));
}
