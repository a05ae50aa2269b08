import { callerOf } from '../../format/allocators.js';
import { parseFrame } from '../../format/frame.js';
import { cutEnd, displayWidth } from './display-width.js';
import { visible } from './escape.js';
import { frameText } from './frame-text.js';

export const CALLED_BY = ' <- ';

/**
 * A stack on one line, without offsets, of `width` columns. If it is too long, the allocator's frames at the leaf give way first (`…`), then the outermost callers, which
 * are counted.
 *
 *     … shmem_alloc_folio <- shmem_get_folio_gfp <- 9 more
 */
export function stackLine(stack: readonly string[], width: number): string {
  const read = stack.map(parseFrame);
  const frames = read.map((frame) => visible(frameText(frame, false)));
  const whole = frames.join(CALLED_BY);
  if (displayWidth(whole) <= width) return whole;
  const from = Math.max(0, callerOf(read));
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
