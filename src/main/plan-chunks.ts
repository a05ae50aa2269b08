import { readSync } from 'node:fs';
import { boundaryAfter } from '../format/boundary.js';
import type { ChunkTask } from '../workers/task.js';
import { blockTooLong, readFailed } from './errors.js';
import { LONGEST_BLOCK } from './limits.js';

/** A boundary is looked for in windows of this size. Blocks have 200 to 4096 bytes, so one nearly always does. */
const PROBE_BYTES = 1 << 14;

/** Windows overlap by so much that no empty line falls between two. */
const OVERLAP = 3;

/**
 * Plans the chunks of a file of `size` bytes: from each nominal cut it reads only as far as the next boundary. Lazily, so that the first chunk can
 * be scanned at once.
 */
export async function* planChunks(
  name: string,
  fd: number,
  size: number,
  chunkBytes: number,
): AsyncGenerator<ChunkTask> {
  const probe = Buffer.allocUnsafe(PROBE_BYTES);
  for (let offset = 0; offset < size; ) {
    const end = findBoundary(name, fd, size, offset + chunkBytes, probe);
    if (end - offset > LONGEST_BLOCK) throw blockTooLong(name, offset, LONGEST_BLOCK);
    yield { fd, offset, length: end - offset };
    offset = end;
  }
}

/** The first boundary at or behind `from`; the end of the file where there is none. */
function findBoundary(name: string, fd: number, size: number, from: number, probe: Buffer): number {
  for (let at = Math.max(0, from - OVERLAP); at < size; at += probe.length - OVERLAP) {
    const read = readAt(name, fd, probe, at);
    const boundary = boundaryAfter(probe.subarray(0, read), Math.max(0, from - at));
    if (boundary >= 0) return at + boundary;
    if (read < probe.length) break;
  }
  return size;
}

function readAt(name: string, fd: number, into: Buffer, position: number): number {
  try {
    return readSync(fd, into, 0, into.length, position);
  } catch (error) {
    throw readFailed(name, position, (error as NodeJS.ErrnoException).code ?? '');
  }
}
