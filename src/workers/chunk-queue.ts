import { findBoundary } from './find-boundary.js';

/** A byte range of a dump that begins and ends between blocks. */
export interface Chunk {
  readonly offset: number;
  readonly length: number;
}

/** What threads share of a queue: plain data that crosses to them. */
export interface QueueHandle {
  readonly fd: number;
  /** Where the last chunk ends. */
  readonly end: number;
  readonly chunkBytes: number;
  /** The place of the next chunk, and the bytes that are done. */
  readonly shared: SharedArrayBuffer;
}

const NEXT = 0;
const DONE = 1;

/**
 * The chunks of a range of a file, for any number of threads: who is free takes the next one. From its nominal end a chunk reaches to the next boundary, which
 * is looked for when the chunk is taken.
 */
export class ChunkQueue {
  readonly handle: QueueHandle;
  private readonly shared: BigInt64Array;

  constructor(handle: QueueHandle) {
    this.handle = handle;
    this.shared = new BigInt64Array(handle.shared);
  }

  static create(fd: number, { offset, length }: Chunk, chunkBytes: number): ChunkQueue {
    const shared = new SharedArrayBuffer(2 * BigInt64Array.BYTES_PER_ELEMENT);
    new BigInt64Array(shared)[NEXT] = BigInt(offset);
    return new ChunkQueue({ fd, end: offset + length, chunkBytes, shared });
  }

  /** The next chunk; undefined if there is none left. Throws a ReadError. */
  take(): Chunk | undefined {
    const { fd, end: last, chunkBytes } = this.handle;
    for (;;) {
      const next = Atomics.load(this.shared, NEXT);
      const offset = Number(next);
      if (offset >= last) return undefined;
      const end = findBoundary(fd, offset + chunkBytes, last);
      // Another thread may have taken it meanwhile.
      if (Atomics.compareExchange(this.shared, NEXT, next, BigInt(end)) === next)
        return { offset, length: end - offset };
    }
  }

  /** Where the next chunk begins. */
  get place(): number {
    return Number(Atomics.load(this.shared, NEXT));
  }

  /** Notes that so many bytes more were scanned. */
  done(bytes: number): void {
    Atomics.add(this.shared, DONE, BigInt(bytes));
  }

  /** Bytes that all threads have scanned. */
  get bytesDone(): number {
    return Number(Atomics.load(this.shared, DONE));
  }

  /** Leaves nothing for others to take. */
  close(): void {
    Atomics.store(this.shared, NEXT, BigInt(this.handle.end));
  }
}
