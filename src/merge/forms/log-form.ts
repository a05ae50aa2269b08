import { findLogPrefix } from '../../format/log-prefix.js';
import { EVERYTHING, type Form } from './form.js';

/** What dump_page() prints of page_owner, of all kernels. */
const PAGE_REPORT =
  /^(?:page last allocated|page allocated) via order|^page_owner (?:tracks|info)|^page dumped because/m;
/** Blocks of a dump between which the console dropped all empty lines. */
const HEADER = /^Page allocated via order/gm;
const HEADER_BEHIND_EMPTY = /\n\r?\nPage allocated via order/;

/** A kernel log, as dmesg, journalctl, syslog, a console or a mail has it: page reports, or a whole dump. */
export const LOG: Form = {
  id: 'log',
  title: 'a kernel log',
  answers: EVERYTHING,
  isIt: (start) => PAGE_REPORT.test(start) || isDense(start) || findLogPrefix(start) !== undefined,
  reading: { kind: 'log' },
};

function isDense(start: string): boolean {
  return (start.match(HEADER)?.length ?? 0) > 1 && !HEADER_BEHIND_EMPTY.test(start);
}
