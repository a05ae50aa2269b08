import { firstCaller } from '../../format/allocator-frames.js';
import { cutEnd, displayWidth } from './display-width.js';

export const CALLED_BY = ' <- ';

/**
 * A stack on one line of `width` columns. If it is too long, the allocator's frames at the leaf give way first (`…`), then the outermost callers, which
 * are counted.
 *
 *     … shmem_alloc_folio <- shmem_get_folio_gfp <- 9 more
 */
export function stackLine(frames: readonly string[], width: number): string {
  const whole = frames.join(CALLED_BY);
  if (displayWidth(whole) <= width) return whole;
  const from = firstCaller(frames);
  let line = `${from > 0 ? '… ' : ''}${frames[from]}`;
  let shown = from + 1;
  for (; shown < frames.length; shown++) {
    const longer = line + CALLED_BY + frames[shown];
    if (displayWidth(longer + more(frames.length - shown - 1)) > width) break;
    line = longer;
  }
  return cutEnd(line + more(frames.length - shown), width);
}

function more(count: number): string {
  return count > 0 ? `${CALLED_BY}${count} more` : '';
}
