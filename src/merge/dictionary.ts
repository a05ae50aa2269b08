import { fastHash, type Hash, strongHash } from './fast-hash.js';
import { grown } from './grow.js';
import { fillRandomly } from './random.js';
import { StringList } from './string-list.js';

/** Distinct byte strings as they cross a thread: one run of bytes, and where each string ends. Ids count from 0. */
export interface Strings {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly ends: Float64Array<ArrayBuffer>;
}

/**
 * Places looked at before the table is taken for attacked. In a half-full table with a good hash a search this long has a
 * chance of about 1 in 10^8; then too the answers stay the same, and only the price of hashing goes up.
 */
const MOST_PROBES = 100;
const FREE = -1;

const random = new Uint32Array(3);
fillRandomly(new Uint8Array(random.buffer));
const [seed, key0, key1] = random as unknown as [number, number, number];

/**
 * Distinct byte strings, numbered in the order in which they came. Two strings are one only if all their bytes are equal.
 *
 *     bytes   │Page allocated … ts │Page allocated … ts │…
 *     ends                         ^                    ^      string i is [ends[i-1], ends[i])
 *     table   │-1│ 1│-1│ 0│…       ids at hash % length, open addressing, at most half full
 */
export class Dictionary extends StringList {
  size = 0;
  /** The id that was given last. */
  latest: number = FREE;
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(1 << 12);
  view: DataView = new DataView(this.bytes.buffer);
  private ends: Float64Array<ArrayBuffer> = new Float64Array(64);
  private hashes: Int32Array<ArrayBuffer> = new Int32Array(64);
  private table: Int32Array<ArrayBuffer> = new Int32Array(128).fill(FREE);
  private hash: Hash = fastHash(seed);
  private hardened = false;

  start(id: number): number {
    return id === 0 ? 0 : (this.ends[id - 1] as number);
  }

  end(id: number): number {
    return this.ends[id] as number;
  }

  /** The id of view's bytes [from, to), which are copied in if they are new. */
  intern(view: DataView, from: number, to: number): number {
    // Neighbouring blocks are often alike: one compare instead of a hash and a compare.
    if (this.latest !== FREE && this.equals(this.latest, view, from, to)) return this.latest;
    const hash = this.hash(view, from, to);
    const mask = this.table.length - 1;
    let place = hash & mask;
    for (let probes = 0; ; probes++, place = (place + 1) & mask) {
      const id = this.table[place] as number;
      if (id === FREE) break;
      if (this.hashes[id] === hash && this.equals(id, view, from, to)) {
        this.latest = id;
        return id;
      }
      if (probes === MOST_PROBES && !this.hardened) {
        this.harden();
        return this.intern(view, from, to);
      }
    }
    this.latest = this.append(view, from, to, hash);
    this.table[place] = this.latest;
    if (this.size * 2 > this.table.length) this.rebuild(this.table.length * 2);
    return this.latest;
  }

  /**
   * The end of the string that was interned last, if it stands in `view` at `from`, or -1. Where equal strings follow each other this
   * finds where one ends, and what it is, in one compare: then its id is `latest`.
   */
  endOfLatest(view: DataView, from: number): number {
    if (this.latest === FREE) return -1;
    const start = this.start(this.latest);
    const length = this.end(this.latest) - start;
    const stands = from + length <= view.byteLength && sameBytes(this.view, start, view, from, length);
    return stands ? from + length : -1;
  }

  /** A copy of the strings, to be sent. */
  copy(): Strings {
    return {
      bytes: this.bytes.slice(0, this.size === 0 ? 0 : this.end(this.size - 1)),
      ends: this.ends.slice(0, this.size),
    };
  }

  private equals(id: number, view: DataView, from: number, to: number): boolean {
    const start = this.start(id);
    return this.end(id) - start === to - from && sameBytes(this.view, start, view, from, to - from);
  }

  private append(view: DataView, from: number, to: number, hash: number): number {
    const id = this.size++;
    const start = this.start(id);
    const end = start + to - from;
    if (end > this.bytes.length) {
      this.bytes = grown(this.bytes, end);
      this.view = new DataView(this.bytes.buffer);
    }
    this.bytes.set(new Uint8Array(view.buffer, view.byteOffset + from, to - from), start);
    this.ends = grown(this.ends, this.size);
    this.ends[id] = end;
    this.hashes = grown(this.hashes, this.size);
    this.hashes[id] = hash;
    return id;
  }

  private harden(): void {
    this.hardened = true;
    this.hash = strongHash(key0, key1);
    for (let id = 0; id < this.size; id++) this.hashes[id] = this.hash(this.view, this.start(id), this.end(id));
    this.rebuild(this.table.length);
  }

  private rebuild(length: number): void {
    this.table = length === this.table.length ? this.table.fill(FREE) : new Int32Array(length).fill(FREE);
    for (let id = 0; id < this.size; id++) {
      let place = (this.hashes[id] as number) & (length - 1);
      while (this.table[place] !== FREE) place = (place + 1) & (length - 1);
      this.table[place] = id;
    }
  }
}

function sameBytes(a: DataView, aFrom: number, b: DataView, bFrom: number, length: number): boolean {
  let i = 0;
  for (; i + 16 <= length; i += 16) {
    const difference =
      (a.getInt32(aFrom + i, true) ^ b.getInt32(bFrom + i, true)) |
      (a.getInt32(aFrom + i + 4, true) ^ b.getInt32(bFrom + i + 4, true)) |
      (a.getInt32(aFrom + i + 8, true) ^ b.getInt32(bFrom + i + 8, true)) |
      (a.getInt32(aFrom + i + 12, true) ^ b.getInt32(bFrom + i + 12, true));
    if (difference !== 0) return false;
  }
  for (; i < length; i++) if (a.getUint8(aFrom + i) !== b.getUint8(bFrom + i)) return false;
  return true;
}
