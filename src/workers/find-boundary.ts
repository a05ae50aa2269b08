import { readSync } from 'node:fs';
import { boundaryAfter } from '../format/boundary.js';
import { ReadError } from './read-error.js';

/** A boundary is looked for in pieces of this size. Blocks have 200 to 4096 bytes, so one nearly always does. */
const PROBE_BYTES = 1 << 14;

/** Pieces overlap by so much that no empty line falls between two. */
const OVERLAP = 3;

const probe: Buffer = Buffer.allocUnsafe(PROBE_BYTES);

/**
 * The first boundary at or behind `from` in a file; `end`, which is one, where there is none before.
 * @throws ReadError
 */
export function findBoundary(fd: number, from: number, end: number): number {
  const search = boundarySearch(from, end);
  let step = search.next();
  while (!step.done) step = search.next(probe.subarray(0, readProbe(fd, step.value.from)));
  return step.value;
}

/** The same for what is read in another way: yields what it must see, is given that (less of it at the end), and returns where the boundary is. */
export function* boundarySearch(
  from: number,
  end: number,
): Generator<{ readonly from: number; readonly to: number }, number, Buffer> {
  for (let at = Math.max(0, from - OVERLAP); at < end; at += PROBE_BYTES - OVERLAP) {
    const bytes = yield { from: at, to: at + PROBE_BYTES };
    const boundary = boundaryAfter(bytes, Math.max(0, from - at));
    if (boundary >= 0) return Math.min(at + boundary, end);
    if (bytes.length < PROBE_BYTES) break;
  }
  return end;
}

/** Bytes read. */
function readProbe(fd: number, at: number): number {
  try {
    return readSync(fd, probe, 0, PROBE_BYTES, at);
  } catch (error) {
    throw new ReadError({ offset: at, code: (error as NodeJS.ErrnoException).code ?? String(error) });
  }
}
