import type { Readable } from 'node:stream';

/** When so much has come that no one has taken yet, the stream is paused. */
const MOST_BYTES: number = 1 << 21;

/**
 * What a stream gives, all at a time that has come meanwhile. Pipes come in pieces of 64 KiB, and one turn of an async iterator for each takes longer
 * than to scan it.
 */
export async function* gathered(stream: Readable): AsyncGenerator<Buffer[]> {
  let pieces: Buffer[] = [];
  let bytes = 0;
  let hasEnded = false;
  let failure: unknown;
  let wake = (): void => {};
  stream.on('data', (piece: Buffer) => {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes >= MOST_BYTES) stream.pause();
    wake();
  });
  stream.on('end', () => {
    hasEnded = true;
    wake();
  });
  stream.on('error', (error) => {
    failure = error;
    wake();
  });
  stream.on('close', () => {
    hasEnded = true;
    wake();
  });
  try {
    for (;;) {
      if (pieces.length > 0) {
        const taken = pieces;
        pieces = [];
        bytes = 0;
        stream.resume();
        yield taken;
      } else if (failure !== undefined) throw failure;
      else if (hasEnded) return;
      else {
        // Not at the first piece, but when all that is there was read.
        await new Promise<void>((resolve) => {
          wake = () => setImmediate(resolve);
        });
        wake = () => {};
      }
    }
  } finally {
    stream.destroy();
  }
}

/** Piece by piece. */
export async function* flat(batches: AsyncIterable<readonly Buffer[]>): AsyncGenerator<Buffer> {
  for await (const batch of batches) yield* batch;
}
