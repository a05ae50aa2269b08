import type { OnReadOpts, SocketConstructorOpts } from 'node:net';
import type { Readable } from 'node:stream';

/** When so much has come that no one has taken yet, the stream is paused. */
const MOST_BYTES: number = 1 << 21;

/** What one read of a pipe takes at most: as much as it holds. */
const READ_BYTES: number = 1 << 16;

/** A stream, and what it gives: all at a time that has come meanwhile. Pieces may be filled anew when the next are asked for. */
export interface Gathered {
  readonly stream: Readable;
  readonly pieces: AsyncGenerator<Buffer[]>;
}

/** Streams give small pieces, and one turn of an async iterator for each takes longer than to scan it. */
export function gathered(stream: Readable): Gathered {
  const arrivals = new Arrivals(stream);
  let bytes = 0;
  stream.on('data', (piece: Buffer) => {
    arrivals.add(piece);
    bytes += piece.length;
    if (bytes >= MOST_BYTES) stream.pause();
  });
  const goOn = (): void => {
    bytes = 0;
    stream.resume();
  };
  return { stream, pieces: arrivals.all(goOn, () => {}) };
}

/**
 * The same for a descriptor of a pipe or socket, in buffers that are used again: new memory for each read takes longer than the read. A pipe too is
 * read as a socket, which waits without a thread: one that waits in a read keeps the process from its end.
 */
export async function gatheredSocket(fd: number): Promise<Gathered> {
  const { Socket } = await import('node:net');
  const free = Array.from({ length: MOST_BYTES / READ_BYTES }, () => Buffer.allocUnsafeSlow(READ_BYTES));
  let current = Buffer.alloc(0);
  const onread = {
    // Asked for at the start, and again behind each call of the callback, whatever that returns.
    buffer: (): Buffer => {
      current = free.pop() as Buffer<ArrayBuffer>;
      return current;
    },
    callback: (bytes: number): boolean => {
      arrivals.add(current.subarray(0, bytes));
      return free.length > 1;
    },
  };
  // The types know onread only for those who connect.
  const options: SocketConstructorOpts & { onread: OnReadOpts } = { fd, readable: true, writable: false, onread };
  const stream = new Socket(options);
  const arrivals = new Arrivals(stream);
  const useAgain = (pieces: Buffer[]): void => {
    for (const { buffer } of pieces) free.push(Buffer.from(buffer as ArrayBuffer));
    stream.resume();
  };
  return { stream, pieces: arrivals.all(() => {}, useAgain) };
}

/** Pieces of a stream that no one has taken yet. */
class Arrivals {
  private readonly stream: Readable;
  private pieces: Buffer[] = [];
  private hasEnded = false;
  private failure: Error | undefined;
  private wake: () => void = () => {};

  constructor(stream: Readable) {
    this.stream = stream;
    const end = (): void => {
      this.hasEnded = true;
      this.wake();
    };
    stream.on('end', end).on('close', end);
    stream.on('error', (error) => {
      this.failure = error;
      this.wake();
    });
  }

  add(piece: Buffer): void {
    this.pieces.push(piece);
    this.wake();
  }

  /** To the end; throws the error with which the stream ended. Says when pieces were taken, and when they are done with. */
  async *all(onTaken: () => void, onDone: (pieces: Buffer[]) => void): AsyncGenerator<Buffer[]> {
    try {
      for (;;) {
        await this.some();
        const { pieces } = this;
        if (pieces.length === 0) return;
        this.pieces = [];
        onTaken();
        yield pieces;
        onDone(pieces);
      }
    } finally {
      this.stream.destroy();
    }
  }

  /** Resolves when there are pieces, or will be none. */
  private async some(): Promise<void> {
    while (this.pieces.length === 0 && !this.hasEnded) {
      if (this.failure) throw this.failure;
      // Not at the first piece, but when all that is there was read.
      await new Promise<void>((resolve) => {
        this.wake = () => setImmediate(resolve);
      });
      this.wake = () => {};
    }
    if (this.pieces.length === 0 && this.failure) throw this.failure;
  }
}

/** Piece by piece. */
export async function* flat(batches: AsyncIterable<readonly Buffer[]>): AsyncGenerator<Buffer> {
  for await (const batch of batches) yield* batch;
}
