import { readSync } from 'node:fs';
import { boundaryAfter } from '../format/boundary.js';

/** A byte range of a dump that begins and ends between blocks. */
export interface Chunk {
  readonly offset: number;
  readonly length: number;
}

/** What threads share of a queue: plain data that crosses to them. */
export interface QueueHandle {
  readonly fd: number;
  readonly size: number;
  readonly chunkBytes: number;
  /** The place of the next chunk, and the bytes that are done. */
  readonly shared: SharedArrayBuffer;
}

const NEXT = 0;
const DONE = 1;

/** A boundary is looked for in pieces of this size. Blocks have 200 to 4096 bytes, so one nearly always does. */
const PROBE_BYTES = 1 << 14;

/** Pieces overlap by so much that no empty line falls between two. */
const OVERLAP = 3;

/**
 * The chunks of a file, for any number of threads: who is free takes the next one. From its nominal end a chunk reaches to the next boundary, which
 * is looked for when the chunk is taken.
 */
export class ChunkQueue {
  readonly handle: QueueHandle;
  private readonly shared: BigInt64Array;
  private readonly probe: Buffer = Buffer.allocUnsafe(PROBE_BYTES);

  constructor(handle: QueueHandle) {
    this.handle = handle;
    this.shared = new BigInt64Array(handle.shared);
  }

  static create(fd: number, size: number, chunkBytes: number): ChunkQueue {
    const shared = new SharedArrayBuffer(2 * BigInt64Array.BYTES_PER_ELEMENT);
    return new ChunkQueue({ fd, size, chunkBytes, shared });
  }

  /** The next chunk; undefined if there is none left. Throws what reading the file throws. */
  take(): Chunk | undefined {
    const { size, chunkBytes } = this.handle;
    for (;;) {
      const next = Atomics.load(this.shared, NEXT);
      const offset = Number(next);
      if (offset >= size) return undefined;
      const end = this.boundary(offset + chunkBytes);
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
    Atomics.store(this.shared, NEXT, BigInt(this.handle.size));
  }

  /** The first boundary at or behind `from`; the end of the file where there is none. */
  private boundary(from: number): number {
    const { fd, size } = this.handle;
    for (let at = Math.max(0, from - OVERLAP); at < size; at += this.probe.length - OVERLAP) {
      const read = readSync(fd, this.probe, 0, this.probe.length, at);
      const boundary = boundaryAfter(this.probe.subarray(0, read), Math.max(0, from - at));
      if (boundary >= 0) return Math.min(at + boundary, size);
      if (read < this.probe.length) break;
    }
    return size;
  }
}
