/**
 * Where blocks end. The kernel prints an empty line after each record (print_page_owner in mm/page_owner.c); a copy with
 * CRLF line ends reads as if it had LF, so "\n\r\n" ends a block too.
 */
const EMPTY_LINES = [Buffer.from('\n\n'), Buffer.from('\n\r\n')];

/** The end of the first empty line that ends at or behind `from`, or -1. `from` may be any place in a block. */
export function boundaryAfter(bytes: Buffer, from: number): number {
  let first = -1;
  for (const line of EMPTY_LINES) {
    const reach = first < 0 ? bytes : bytes.subarray(0, first);
    const at = reach.indexOf(line, Math.max(0, from - line.length));
    if (at >= 0) first = at + line.length;
  }
  return first;
}
