import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { grown } from '../grow.js';

/**
 * A run: groups in a file, in the bytewise order of their keys, each by itself with all that is asked of it later.
 *
 *     │lengths of key, order, text (u32)│times│pages│first (f64)│key …│order …│text …│
 */
export interface RunGroup {
  times: number;
  pages: number;
  /** Byte offset of the group's first block in the dump. */
  first: number;
  key: Uint8Array;
  /** What the order spec asks of the group's first block. */
  order: Uint8Array;
  /** What is printed behind the counts. */
  text: Uint8Array;
}

const HEAD_BYTES = 3 * 4 + 3 * 8;
const BUFFER_BYTES: number = 1 << 18;

export class RunWriter {
  readonly path: string;
  private readonly fd: number;
  private buffer: Uint8Array<ArrayBuffer> = new Uint8Array(BUFFER_BYTES);
  private length = 0;

  /** Throws what the file system throws, as all methods do. */
  constructor(path: string) {
    this.path = path;
    this.fd = openSync(path, 'wx', 0o600);
  }

  add(group: RunGroup): void {
    const length = encodedLength(group);
    if (this.length + length > this.buffer.length) this.flush();
    this.buffer = grown(this.buffer, length);
    encode(group, this.buffer, this.length);
    this.length += length;
  }

  /** Adds a group that was encoded before. */
  addEncoded(bytes: Uint8Array): void {
    if (this.length + bytes.length > this.buffer.length) this.flush();
    this.buffer = grown(this.buffer, bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  close(): void {
    this.flush();
    closeSync(this.fd);
  }

  private flush(): void {
    for (let done = 0; done < this.length; ) done += writeSync(this.fd, this.buffer, done, this.length - done);
    this.length = 0;
  }
}

/** Reads a run from its beginning. The group's bytes are valid until the next one is read. */
export class RunReader {
  readonly group: RunGroup = { times: 0, pages: 0, first: 0, key: NOTHING, order: NOTHING, text: NOTHING };
  private readonly fd: number;
  private buffer: Uint8Array<ArrayBuffer> = new Uint8Array(BUFFER_BYTES);
  private view: DataView = new DataView(this.buffer.buffer);
  private from = 0;
  private to = 0;

  constructor(path: string) {
    this.fd = openSync(path, 'r');
  }

  /** Reads the next group. Returns false, and closes the file, if there is none. */
  next(): boolean {
    if (!this.has(HEAD_BYTES)) {
      closeSync(this.fd);
      return false;
    }
    const at = this.from;
    const lengths = [0, 4, 8].map((offset) => this.view.getUint32(at + offset, true)) as [number, number, number];
    if (!this.has(HEAD_BYTES + lengths[0] + lengths[1] + lengths[2])) throw new Error('a temporary file is cut off');
    decode(this.buffer, this.view, this.from, this.group, lengths);
    this.from += HEAD_BYTES + lengths[0] + lengths[1] + lengths[2];
    return true;
  }

  /** Whether there are so many bytes more; they are in the buffer then. */
  private has(length: number): boolean {
    if (this.to - this.from >= length) return true;
    this.buffer.copyWithin(0, this.from, this.to);
    this.to -= this.from;
    this.from = 0;
    if (length > this.buffer.length) {
      this.buffer = grown(this.buffer, length);
      this.view = new DataView(this.buffer.buffer);
    }
    while (this.to < length) {
      const read = readSync(this.fd, this.buffer, this.to, this.buffer.length - this.to, null);
      if (read === 0) return false;
      this.to += read;
    }
    return true;
  }
}

const NOTHING = new Uint8Array(0);

export function encodedLength({ key, order, text }: RunGroup): number {
  return HEAD_BYTES + key.length + order.length + text.length;
}

export function encode({ times, pages, first, key, order, text }: RunGroup, into: Uint8Array, at: number): void {
  const view = new DataView(into.buffer, into.byteOffset);
  view.setUint32(at, key.length, true);
  view.setUint32(at + 4, order.length, true);
  view.setUint32(at + 8, text.length, true);
  view.setFloat64(at + 12, times, true);
  view.setFloat64(at + 20, pages, true);
  view.setFloat64(at + 28, first, true);
  const bytes = at + HEAD_BYTES;
  into.set(key, bytes);
  into.set(order, bytes + key.length);
  into.set(text, bytes + key.length + order.length);
}

function decode(
  from: Uint8Array,
  view: DataView,
  at: number,
  into: RunGroup,
  [key, order, text]: [number, number, number],
): void {
  into.times = view.getFloat64(at + 12, true);
  into.pages = view.getFloat64(at + 20, true);
  into.first = view.getFloat64(at + 28, true);
  const bytes = at + HEAD_BYTES;
  into.key = from.subarray(bytes, bytes + key);
  into.order = from.subarray(bytes + key, bytes + key + order);
  into.text = from.subarray(bytes + key + order, bytes + key + order + text);
}

/** The length of the group that is encoded at `at`. */
export function lengthAt(view: DataView, at: number): number {
  return HEAD_BYTES + view.getUint32(at, true) + view.getUint32(at + 4, true) + view.getUint32(at + 8, true);
}

/** Bytewise order of the keys of two encoded groups. */
export function compareKeysAt(bytes: Buffer, view: DataView, a: number, b: number): number {
  const [one, other] = [a + HEAD_BYTES, b + HEAD_BYTES];
  return bytes.compare(bytes, other, other + view.getUint32(b, true), one, one + view.getUint32(a, true));
}
