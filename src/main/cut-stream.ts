import { boundaryBefore } from '../format/boundary.js';
import type { ChunkTask } from '../workers/task.js';
import { blockTooLong } from './errors.js';
import { LONGEST_BLOCK } from './limits.js';

/** An empty line may have begun before the bytes that are new. */
const LONGEST_EMPTY_LINE = 3;

/** Cuts a stream into chunks of about `chunkBytes`, each with its own memory, so that they can be moved to a worker. */
export async function* cutStream(
  name: string,
  pieces: AsyncIterable<Buffer>,
  chunkBytes: number,
): AsyncGenerator<ChunkTask> {
  let chunk = Buffer.from(new ArrayBuffer(chunkBytes));
  let filled = 0;
  let searched = 0;
  let offset = 0;
  for await (const piece of pieces) {
    for (let taken = 0; taken < piece.length; ) {
      const copied = piece.copy(chunk, filled, taken);
      taken += copied;
      filled += copied;
      if (filled < chunk.length) continue;
      const boundary = boundaryBefore(chunk, Math.max(0, searched - LONGEST_EMPTY_LINE));
      const full = chunk;
      if (boundary > 0) {
        chunk = Buffer.from(new ArrayBuffer(Math.max(chunkBytes, filled - boundary + 1)));
        filled = full.copy(chunk, 0, boundary);
        searched = 0;
        yield { offset, bytes: new Uint8Array(full.buffer as ArrayBuffer, 0, boundary) };
        offset += boundary;
      } else {
        if (filled >= LONGEST_BLOCK) throw blockTooLong(name, offset, LONGEST_BLOCK);
        searched = filled;
        chunk = Buffer.from(new ArrayBuffer(chunk.length * 2));
        full.copy(chunk);
      }
    }
  }
  if (filled > 0) yield { offset, bytes: new Uint8Array(chunk.buffer as ArrayBuffer, 0, filled) };
}
