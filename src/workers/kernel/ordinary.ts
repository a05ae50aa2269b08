/**
 * Most stacks and tail lines say nothing but what they are. This finds those for which that is sure, so that the main program (format/stack.ts) need
 * not read them: no `PF` in them, which could begin a PFN line; no number behind a word that ends as `order`, `pid`, `tgid` and `ts` do; no `__vm`.
 */

@inline
function is(bytes: v128, letter: u8): v128 {
  return i8x16.eq(bytes, i8x16.splat(letter));
}

/** Whether the lines [from, to) are ordinary. Says no also where that is not so sure. */
export function isOrdinary(from: usize, to: usize): bool {
  let odd = i8x16.splat(0);
  for (let at = from; at < to; at += 16) {
    const first = v128.load(at);
    const second = v128.load(at, 1);
    const third = v128.load(at, 2);
    const pfn = v128.and(is(first, 0x50 /* P */), is(second, 0x46 /* F */));
    const letter = v128.or(is(first, 0x72 /* r */), v128.or(is(first, 0x64 /* d */), is(first, 0x73 /* s */)));
    const digit = i8x16.lt_u(i8x16.sub(third, i8x16.splat(0x30)), i8x16.splat(10));
    const field = v128.and(letter, v128.and(is(second, 0x20), digit));
    const underscores = v128.and(is(first, 0x5f /* _ */), is(second, 0x5f));
    const vmalloc = v128.and(underscores, v128.and(is(third, 0x76 /* v */), is(v128.load(at, 3), 0x6d /* m */)));
    odd = v128.or(odd, v128.or(pfn, v128.or(field, vmalloc)));
  }
  return !v128.any_true(odd);
}
