/** A line of a stack, taken apart. */
export interface SplitFrame {
  readonly symbol: string;
  /** `0x20/0x40`: the place in the function, and the function's length. */
  readonly offset: string | undefined;
  readonly module: string | undefined;
}

/** The one frame of a stack that has none: viewers leave out a sample without frames, and its pages with it. */
export const NO_STACK = '[no_stack]';

const UNKNOWN = '[unknown]';

// Kernels before 4.16 print the address in front. The repeated sets exclude what they are followed by: lines of any length take linear time.
const FRAME = /^ ?(?:\[<[^<>]*>\] )?(.*?)(?:\+(0x[0-9a-f]+\/0x[0-9a-f]+))?(?: \[([^[\] ]+)\])?$/s;

/** Takes any text: what does not look like a frame is a symbol as a whole. */
export function splitFrame(line: string): SplitFrame {
  const [, symbol, offset, module] = FRAME.exec(line) ?? [];
  return { symbol: symbol || UNKNOWN, offset, module };
}

/** As the dump has it, without the address, and without the offset if that is not wanted. */
export function frameText({ symbol, offset, module }: SplitFrame, withOffset: boolean): string {
  return `${symbol}${withOffset && offset ? `+${offset}` : ''}${module ? ` [${module}]` : ''}`;
}
