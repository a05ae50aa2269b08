/**
 * NH (Black et al., "UMAC: Fast and Secure Message Authentication", 1999): sums of products of 32-bit words, a secret key added to each. Who does not
 * know the keys, which are drawn anew in each process, cannot craft texts of one hash.
 */
import { allocate } from './memory';

/** One block of text has a key for each of its words; longer texts use them again, with what came before mixed in. */
const BLOCK: usize = 1024;
const KEY_BYTES: usize = BLOCK + 16;
const ODD: u64 = 0x9e3779b97f4a7c15;

export const keys: usize = allocate(KEY_BYTES);

@inline
function products(words: v128, key: v128): v128 {
  const sums = i32x4.add(words, key);
  const even = i32x4.shuffle(sums, sums, 0, 2, 0, 2);
  const odd = i32x4.shuffle(sums, sums, 1, 3, 1, 3);
  return i64x2.extmul_low_i32x4_u(even, odd);
}

@inline
function fold(hash: u64, sums: v128): u64 {
  hash = (hash ^ i64x2.extract_lane(sums, 0)) * ODD;
  hash ^= hash >> 32;
  hash = (hash + i64x2.extract_lane(sums, 1)) * ODD;
  return hash ^ (hash >> 29);
}

/** The hash of `length` bytes. */
export function hashBytes(at: usize, length: usize): u64 {
  let hash: u64 = <u64>length;
  const end = at + length;
  while (end - at > BLOCK) {
    hash = fold(hash, sumOf(at, at + BLOCK));
    at += BLOCK;
  }
  if (end - at >= 16) {
    const whole = at + ((end - at - 1) & ~15);
    const sums = sumOf(at, whole);
    // The last 1 to 16 bytes, with bytes before them.
    return fold(hash, i64x2.add(sums, products(v128.load(end - 16), v128.load(keys + (whole - at)))));
  }
  let low: u64 = 0;
  let high: u64 = 0;
  for (let i: usize = 0; at + i < end; i++) {
    if (i < 8) low |= <u64>load<u8>(at + i) << (i << 3);
    else high |= <u64>load<u8>(at + i) << ((i - 8) << 3);
  }
  return fold(hash, products(i64x2.replace_lane(i64x2.splat(low), 1, high), v128.load(keys)));
}

@inline
function sumOf(at: usize, end: usize): v128 {
  let key = keys;
  let even = i64x2.splat(0);
  let odd = i64x2.splat(0);
  for (; at + 32 <= end; at += 32, key += 32) {
    even = i64x2.add(even, products(v128.load(at), v128.load(key)));
    odd = i64x2.add(odd, products(v128.load(at, 16), v128.load(key, 16)));
  }
  if (at < end) even = i64x2.add(even, products(v128.load(at), v128.load(key)));
  return i64x2.add(even, odd);
}

/** The hash of seven numbers, which are in registers when it is asked for. */
@inline
export function hashNumbers(a: u32, b: u32, c: u32, d: u32, e: u32, f: u64, g: u64): u32 {
  const first = <u64>(a + load<u32>(keys)) * <u64>(b + load<u32>(keys, 4));
  const second = <u64>(c + load<u32>(keys, 8)) * <u64>(d + load<u32>(keys, 12));
  const third = <u64>(<u32>f + load<u32>(keys, 16)) * <u64>(<u32>(f >> 32) + load<u32>(keys, 20));
  const fourth = <u64>(<u32>g + load<u32>(keys, 24)) * <u64>(<u32>(g >> 32) + load<u32>(keys, 28));
  const fifth = <u64>(e + load<u32>(keys, 32)) * <u64>load<u32>(keys, 36);
  const hash = (first + second + third + fourth + fifth) * ODD;
  return <u32>(hash ^ (hash >> 32));
}
