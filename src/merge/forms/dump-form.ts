import { EVERYTHING, type Form } from './form.js';

/** A header at the beginning of a line: what stands before the first one is the rest of a block, or no text of page_owner. */
const HEADER = /^Page allocated via order/m;

/** One read of /sys/kernel/debug/page_owner. */
export const DUMP: Form = {
  id: 'dump',
  title: 'a page_owner dump',
  answers: EVERYTHING,
  isIt: (start) => HEADER.test(start),
  reading: { kind: 'blocks' },
};
