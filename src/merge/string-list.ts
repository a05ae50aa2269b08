import { compareBytes } from '../format/bytes.js';

/** Byte strings numbered from 0, wherever they lie. */
export abstract class StringList {
  abstract readonly size: number;
  /** The memory in which they lie. It may move when strings are added. */
  abstract readonly bytes: Uint8Array<ArrayBuffer>;
  abstract start(id: number): number;
  abstract end(id: number): number;

  /** String `id`. Valid until strings are added. */
  get(id: number): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(this.start(id), this.end(id));
  }

  /** The ids in the bytewise order of the strings. */
  sorted(): Uint32Array {
    const view = viewOf(this.bytes);
    return Uint32Array.from({ length: this.size }, (_, id) => id).sort((a, b) =>
      compareBytes(view, this.start(a), this.end(a), view, this.start(b), this.end(b)),
    );
  }

  /** Each id's place in that order. */
  ranks(): Uint32Array {
    const ranks = new Uint32Array(this.size);
    this.sorted().forEach((id, rank) => {
      ranks[id] = rank;
    });
    return ranks;
  }

  /** Whether string `a` is the beginning of string `b`. */
  begins(a: number, b: number): boolean {
    const view = viewOf(this.bytes);
    const [start, end, other] = [this.start(a), this.end(a), this.start(b)];
    return other + end - start <= this.end(b) && compareBytes(view, start, end, view, other, other + end - start) === 0;
  }
}

function viewOf({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>): DataView {
  return new DataView(buffer, byteOffset, length);
}
