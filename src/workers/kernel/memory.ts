/**
 * The kernel's memory. Nothing is freed but all at once, by startAnew: tables grow by leaving their old place behind, which costs at most as much again
 * as they take.
 *
 *     │static data│control│ window ───── │ entries, records, slots as they come ──→
 */

const PAGE_BITS: usize = 16;
/** To grow takes as long as to fill some 64 KiB, so it is done for a few MiB at a time. What no one uses of them costs nothing. */
const FEWEST_PAGES: i32 = 64;
/** Room behind the last byte in use, so that 16-byte loads near the end stay inside. */
const MARGIN: usize = 1024;

let top: usize = __heap_base;
/** Where what is freed begins. */
let floor: usize = 0;

/** `size` bytes of zeros, aligned to 16. Traps when 4 GiB are full. */
export function allocate(size: usize): usize {
  const at = (top + 15) & ~15;
  if (size > 0xfff00000 - at) unreachable();
  top = at + size;
  const pages = <i32>((top + MARGIN + 0xffff) >>> PAGE_BITS);
  const more = pages - memory.size();
  if (more > 0 && memory.grow(max(more, FEWEST_PAGES)) < 0 && memory.grow(more) < 0) unreachable();
  return at;
}

/** Bytes in use. */
export function getBytesInUse(): usize {
  return top;
}

/** Keeps what was allocated before the first call, and frees all that was allocated since. */
export function startAnew(): void {
  if (!floor) floor = top;
  memory.fill(floor, 0, top - floor);
  top = floor;
}
