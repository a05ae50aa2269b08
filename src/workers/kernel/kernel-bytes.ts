/** Searches and compares, 16 bytes at a time. All may read a little past what they were given; sentinels behind the window end every search. */

const LF: u8 = 0x0a;
const CR: u8 = 0x0d;
const SPACE: u8 = 0x20;

/** The first LF at or behind `at`. */
@inline
export function lineEnd(at: usize): usize {
  const lf = i8x16.splat(LF);
  while (true) {
    const a = i8x16.eq(v128.load(at), lf);
    const b = i8x16.eq(v128.load(at, 16), lf);
    const c = i8x16.eq(v128.load(at, 32), lf);
    const d = i8x16.eq(v128.load(at, 48), lf);
    if (v128.any_true(v128.or(v128.or(a, b), v128.or(c, d)))) {
      const low = <u32>i8x16.bitmask(a) | (<u32>i8x16.bitmask(b) << 16);
      const high = <u32>i8x16.bitmask(c) | (<u32>i8x16.bitmask(d) << 16);
      return at + <usize>ctz<u64>(<u64>low | (<u64>high << 32));
    }
    at += 64;
  }
}

/** The first LF at or behind `at` that has no space behind it, or the first CR that has an LF behind it. */
export function framesEnd(at: usize): usize {
  const lf = i8x16.splat(LF);
  const cr = i8x16.splat(CR);
  const space = i8x16.splat(SPACE);
  while (true) {
    const a = endsOfFrames(at, lf, cr, space);
    const b = endsOfFrames(at + 16, lf, cr, space);
    if (v128.any_true(v128.or(a, b))) {
      return at + <usize>ctz<u32>(<u32>i8x16.bitmask(a) | (<u32>i8x16.bitmask(b) << 16));
    }
    at += 32;
  }
}

@inline
function endsOfFrames(at: usize, lf: v128, cr: v128, space: v128): v128 {
  const bytes = v128.load(at);
  const behind = v128.load(at, 1);
  const frames = v128.and(i8x16.eq(bytes, lf), i8x16.ne(behind, space));
  return v128.or(frames, v128.and(i8x16.eq(bytes, cr), i8x16.eq(behind, lf)));
}

/** The first LF or CR, at or behind `at`, that has an LF behind it. */
export function beforeEmptyLine(at: usize): usize {
  const lf = i8x16.splat(LF);
  const cr = i8x16.splat(CR);
  while (true) {
    const first = v128.load(at);
    const second = v128.load(at, 16);
    const a = v128.and(v128.or(i8x16.eq(first, lf), i8x16.eq(first, cr)), i8x16.eq(v128.load(at, 1), lf));
    const b = v128.and(v128.or(i8x16.eq(second, lf), i8x16.eq(second, cr)), i8x16.eq(v128.load(at, 17), lf));
    if (v128.any_true(v128.or(a, b))) {
      return at + <usize>ctz<u32>(<u32>i8x16.bitmask(a) | (<u32>i8x16.bitmask(b) << 16));
    }
    at += 32;
  }
}

/** The first `)` in [from, to), or `to`. */
export function closingParenthesis(from: usize, to: usize): usize {
  while (from < to && load<u8>(from) != 0x29) from++;
  return from;
}

/** Whether the same bytes stand at `a` and `b`. */
export function equal(a: usize, b: usize, length: usize): bool {
  return equalInline(a, b, length);
}

/** The same, for the one place that has most of the work: as part of it, it is 8 % faster; everywhere, it costs 15 ms to compile. */
@inline
export function equalInline(a: usize, b: usize, length: usize): bool {
  if (length < 16) return equalShort(a, b, length);
  const end = a + length;
  while (a + 64 <= end) {
    const x = v128.or(v128.xor(v128.load(a), v128.load(b)), v128.xor(v128.load(a, 16), v128.load(b, 16)));
    const y = v128.or(v128.xor(v128.load(a, 32), v128.load(b, 32)), v128.xor(v128.load(a, 48), v128.load(b, 48)));
    if (v128.any_true(v128.or(x, y))) return false;
    a += 64;
    b += 64;
  }
  while (a + 16 <= end) {
    if (v128.any_true(v128.xor(v128.load(a), v128.load(b)))) return false;
    a += 16;
    b += 16;
  }
  // The last 16 bytes, some of them for the second time.
  b -= a;
  return !v128.any_true(v128.xor(v128.load(end - 16), v128.load(end - 16 + b)));
}

function equalShort(a: usize, b: usize, length: usize): bool {
  for (let i: usize = 0; i < length; i++) if (load<u8>(a + i) != load<u8>(b + i)) return false;
  return true;
}

/** Bytewise order: less than, equal to, or more than 0. A beginning is before what continues it. */
export function compare(a: usize, aLength: usize, b: usize, bLength: usize): i32 {
  const common = min(aLength, bLength);
  for (let i: usize = 0; i < common; i += 16) {
    const different = <u32>i8x16.bitmask(i8x16.ne(v128.load(a + i), v128.load(b + i)));
    if (!different) continue;
    const at = i + <usize>ctz<u32>(different);
    if (at >= common) break;
    return <i32>load<u8>(a + at) - <i32>load<u8>(b + at);
  }
  return aLength < bLength ? -1 : <i32>(aLength > bLength);
}

/** Whether `CMA` stands in [from, to). */
export function hasCma(from: usize, to: usize): bool {
  const c = i8x16.splat(0x43);
  const m = i8x16.splat(0x4d);
  const a = i8x16.splat(0x41);
  for (let at = from; at + 2 < to; at += 16) {
    let found = v128.and(i8x16.eq(v128.load(at), c), i8x16.eq(v128.load(at, 1), m));
    if (!v128.any_true(found)) continue;
    found = v128.and(found, i8x16.eq(v128.load(at, 2), a));
    if (v128.any_true(found) && at + <usize>ctz<u32>(<u32>i8x16.bitmask(found)) + 3 <= to) return true;
  }
  return false;
}

/** Whether `slab` stands in [from, to). */
export function hasSlab(from: usize, to: usize): bool {
  const s = i8x16.splat(0x73);
  const l = i8x16.splat(0x6c);
  const a = i8x16.splat(0x61);
  const b = i8x16.splat(0x62);
  for (let at = from; at + 3 < to; at += 16) {
    let found = v128.and(i8x16.eq(v128.load(at), s), i8x16.eq(v128.load(at, 1), l));
    if (!v128.any_true(found)) continue;
    found = v128.and(found, v128.and(i8x16.eq(v128.load(at, 2), a), i8x16.eq(v128.load(at, 3), b)));
    if (v128.any_true(found) && at + <usize>ctz<u32>(<u32>i8x16.bitmask(found)) + 4 <= to) return true;
  }
  return false;
}
