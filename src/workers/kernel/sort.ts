/** Strings of a dictionary in bytewise order: merge sort, since most comparisons of stacks run over hundreds of equal bytes. */
import { BYTES, Dictionary, firstOf, idOf, lengthOf, nextOf } from './kernel-dictionary';
import { compare } from './kernel-bytes';

/** Writes the ids of all strings at `into`, in order. At `into` and at `scratch` is room for 4 bytes a string. */
export function sortedIds(dictionary: Dictionary, into: usize, scratch: usize): void {
  let end = into;
  for (let entry = firstOf(dictionary); entry; entry = nextOf(entry), end += 4) store<u32>(end, <u32>entry);
  sort(into, end, scratch);
  for (; into < end; into += 4) store<u32>(into, idOf(load<u32>(into)));
}

/** Sorts the entries [from, to). */
function sort(from: usize, to: usize, scratch: usize): void {
  if (to - from <= 4) return;
  const middle = from + (((to - from) >> 3) << 2);
  sort(from, middle, scratch);
  sort(middle, to, scratch);
  if (!isAfter(load<u32>(middle - 4), load<u32>(middle))) return;
  // The left half goes aside, and both are merged into the place that they have together.
  memory.copy(scratch, from, middle - from);
  const leftEnd = scratch + (middle - from);
  let left = scratch;
  let right = middle;
  for (let place = from; left < leftEnd; place += 4) {
    const takesRight = right < to && isAfter(load<u32>(left), load<u32>(right));
    store<u32>(place, load<u32>(takesRight ? right : left));
    if (takesRight) right += 4;
    else left += 4;
  }
}

function isAfter(a: usize, b: usize): bool {
  return compare(a + BYTES, lengthOf(a), b + BYTES, lengthOf(b)) > 0;
}
