import type { Frame } from '../../format/frame.js';

/** The one frame of a stack that has none: viewers leave out a sample without frames, and its pages with it. */
export const NO_STACK = '[no_stack]';

const UNKNOWN = '[unknown]';

/** A frame as people read it: `leak_order0 [polleak]`. */
export function frameText({ symbol, offset, module }: Frame, withOffset: boolean): string {
  return `${symbol || UNKNOWN}${withOffset && offset ? `+${offset}` : ''}${module ? ` [${module}]` : ''}`;
}
