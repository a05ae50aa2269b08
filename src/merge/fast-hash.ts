/** A hash of the bytes [from, to): 32 bits. */
export type Hash = (view: DataView, from: number, to: number) => number;

/** Fast, seeded; half a nanosecond a byte. A crafted dump can make it collide, so Dictionary keeps count and changes to the strong one. */
export function fastHash(seed: number): Hash {
  return (view, from, to) => {
    let hash = seed ^ (to - from);
    let at = from;
    for (; at + 4 <= to; at += 4) {
      hash = Math.imul(hash ^ view.getInt32(at, true), 0x9e3779b1);
      hash = (hash << 15) | (hash >>> 17);
    }
    for (; at < to; at++) hash = Math.imul(hash ^ view.getUint8(at), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return hash ^ (hash >>> 16);
  };
}

/**
 * HalfSipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF"): without the key nobody can make it collide.
 * Five times the price of the fast one.
 */
export function strongHash(key0: number, key1: number): Hash {
  let v0 = 0;
  let v1 = 0;
  let v2 = 0;
  let v3 = 0;
  const round = (): void => {
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
  };
  const absorb = (word: number): void => {
    v3 ^= word;
    round();
    v0 ^= word;
  };
  return (view, from, to) => {
    v0 = key0;
    v1 = key1;
    v2 = key0 ^ 0x6c796765;
    v3 = key1 ^ 0x74656462;
    let at = from;
    for (; at + 4 <= to; at += 4) absorb(view.getInt32(at, true));
    let last = (to - from) << 24;
    for (let shift = 0; at < to; at++, shift += 8) last |= view.getUint8(at) << shift;
    absorb(last);
    v2 ^= 0xff;
    round();
    round();
    round();
    return v1 ^ v3;
  };
}
