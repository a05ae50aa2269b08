/** What a column needs: all of `wanted`, and never less than `least`. */
export interface WidthNeed {
  readonly least: number;
  readonly wanted: number;
}

/** Between two columns. */
export const GAP = 2;

/** Widths that fit into `width` together: no column takes more than the widest others have to be cut to. One of 0 is left out, with its gap. */
export function columnWidths(needs: readonly WidthNeed[], width: number): number[] {
  let level = Math.max(0, ...needs.map(({ wanted }) => wanted));
  if (lineWidth(atMost(needs, level)) > width) level = Math.max(0, Math.min(level, Math.floor(width)));
  while (level > 0 && lineWidth(atMost(needs, level)) > width) level--;
  const widths = atMost(needs, level);
  // What a whole number of columns for each leaves over goes to the last that was cut: the stack, if there is one.
  const cut = needs.findLastIndex(({ wanted }, i) => level > 0 && wanted > (widths[i] as number));
  if (cut >= 0) widths[cut] = Math.min(needs[cut]!.wanted, widths[cut]! + width - lineWidth(widths));
  return widths;
}

/** Columns of a terminal that a line takes. */
function lineWidth(widths: readonly number[]): number {
  const shown = widths.filter((width) => width > 0);
  return shown.reduce((sum, width) => sum + width, Math.max(0, shown.length - 1) * GAP);
}

function atMost(needs: readonly WidthNeed[], level: number): number[] {
  return needs.map(({ least, wanted }) => Math.min(wanted, Math.max(least, level)));
}
