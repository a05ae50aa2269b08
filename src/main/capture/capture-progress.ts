import { formatSeconds } from '../command-line/byte-units.js';
import type { CaptureCounts } from './captured-text.js';

/**
 * `PFN 0x40000 of 0x80000, 50 %, 3000 records, 3 s left`; without an end only what is known.
 * @param from the first PFN that is read
 * @param to the one behind the last; undefined: it is not known
 */
export function captureProgressText(
  { pfn, records }: CaptureCounts,
  { from, to }: { readonly from: number; readonly to: number | undefined },
  seconds: number,
): string {
  const at = `PFN 0x${pfn.toString(16)}`;
  if (to === undefined || pfn <= from) return `${at}, ${records} records`;
  const share = Math.min(1, (pfn - from) / (to - from));
  const left = formatSeconds((seconds * (1 - share)) / share);
  return `${at} of 0x${to.toString(16)}, ${Math.floor(100 * share)} %, ${records} records, ${left} left`;
}
