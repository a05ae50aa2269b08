import { formatOf } from '../compression.js';

/** What is looked at, if there is so much. */
export const START_BYTES = 256;

/** A saved aggregate, a block of a dump, a frame of show_stacks. */
const DUMP = /^(?:PAR1|\s*Page allocated via |\n* \S+\+0x)/;

/** Whether content that begins so is a dump, and no list of dumps. Throws for what is packed in a way that is not read here. */
export function isDumpStart(input: string, start: Buffer): boolean {
  return formatOf(input, start) !== undefined || DUMP.test(start.toString('latin1', 0, START_BYTES));
}
