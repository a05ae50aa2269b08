/** Small searches over bytes. A dump is never decoded to strings: names and paths in it may be any bytes. */

export const LF = 0x0a;
export const CR = 0x0d;
export const SPACE = 0x20;
const ZERO = 0x30;
const NINE = 0x39;

/** A half-open range of bytes. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The bytes of an ASCII literal. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

/** Whether `needle` stands at `at`. */
export function standsAt(bytes: Uint8Array, at: number, needle: Uint8Array): boolean {
  for (let i = 0; i < needle.length; i++) if (bytes[at + i] !== needle[i]) return false;
  return true;
}

/** From so many bytes on, Node's own search is the faster one. */
const LONG = 64;

/** The first place in [from, to) where all of `needle` stands, or -1. */
export function find(bytes: Uint8Array, from: number, to: number, needle: Uint8Array): number {
  if (to - from > LONG) {
    const at = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).indexOf(needle);
    return at < 0 ? -1 : from + at;
  }
  const first = needle[0];
  for (let at = from; at <= to - needle.length; at++) {
    if (bytes[at] === first && standsAt(bytes, at, needle)) return at;
  }
  return -1;
}

/** The last place in [from, to) where all of `needle` stands, or -1. */
export function findLast(bytes: Uint8Array, from: number, to: number, needle: Uint8Array): number {
  for (let at = to - needle.length; at >= from; at--) if (standsAt(bytes, at, needle)) return at;
  return -1;
}

/** The end of the line that holds `from`: the place of its LF, or `to` where there is none. */
export function lineEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && bytes[at] !== LF) at++;
  return at;
}

/** The digits of the first `before` DIGITS `after` in [from, to): `order 3,`. Linear, whatever the text. */
export function findNumber(
  bytes: Uint8Array,
  from: number,
  to: number,
  before: Uint8Array,
  after: Uint8Array,
): Span | undefined {
  for (let at = find(bytes, from, to, before); at >= 0; at = find(bytes, at, to, before)) {
    const start = at + before.length;
    let end = start;
    while (end < to && isDigit(bytes[end])) end++;
    if (end > start && end + after.length <= to && standsAt(bytes, end, after)) {
      return { from: start, to: end };
    }
    at = start;
  }
  return undefined;
}

/** Bytewise (unsigned) order of two ranges; a beginning sorts before what continues it. (Six parameters: a sort compares millions of ranges, and an object for each costs more than the comparison.) */
export function compareBytes(a: DataView, aFrom: number, aTo: number, b: DataView, bFrom: number, bTo: number): number {
  const common = Math.min(aTo - aFrom, bTo - bFrom);
  let at = 0;
  for (; at + 4 <= common; at += 4) {
    // Big-endian words compare like their bytes.
    const difference = a.getUint32(aFrom + at) - b.getUint32(bFrom + at);
    if (difference !== 0) return difference;
  }
  for (; at < common; at++) {
    const difference = a.getUint8(aFrom + at) - b.getUint8(bFrom + at);
    if (difference !== 0) return difference;
  }
  return aTo - aFrom - (bTo - bFrom);
}
