/** What the manual says of the programs as a whole. A command whose help has a section of the same heading says it itself. */

import type { HelpSection } from '../definition.js';

const SIGNALS = [
  ['130', 'ended by SIGINT; no output is left half-written'],
  ['143', 'ended by SIGTERM; no output is left half-written'],
];

const DONE = ['0', 'all was done'];

/** @param canFind whether the command has --fail-on */
export function exitStatus(program: string, canFind: boolean): HelpSection {
  const found = ['1', 'what --fail-on looks for was found; of batch, also: a dump failed'];
  const error = 'an error of usage, input or output; one line on standard error says which';
  const rows =
    program === 'page_owner_sort'
      ? [DONE, ['1', error], ...SIGNALS]
      : [DONE, ...(canFind ? [found] : []), ['2', error], ...SIGNALS];
  return { heading: 'Exit status', rows };
}

export const ENVIRONMENT: HelpSection = {
  heading: 'Environment',
  rows: [
    ['COLUMNS', 'width of tables, where standard output is no terminal'],
    ['NO_COLOR, TERM', 'no colors if NO_COLOR is set or TERM is dumb; no progress line if TERM is dumb'],
    ['TMPDIR', 'folder of temporary files (default: /tmp)'],
    ['PATH', 'where zstd and xz are looked for, which unpack dumps'],
    ['PAGEOWNER_HTTP_TIMEOUT', 'seconds that the server of a URL may say nothing (default: 30)'],
    ['NODE_EXTRA_CA_CERTS', 'file with certificates of authorities that are trusted, for https:// too'],
    ['PAGEOWNER_SCANNER', 'typescript: scan with the plain reference scanner, to compare'],
  ],
};

export const FILES: HelpSection = {
  heading: 'Files',
  rows: [
    ['/sys/kernel/debug/page_owner', 'the dump of the running kernel, if it was started with page_owner=on'],
    ['/sys/kernel/debug/page_owner_stacks/', 'show_stacks: pages by stack; newer kernels also have show_handles'],
    ['/proc/meminfo, /proc/allocinfo', 'what some commands compare a dump with'],
  ],
};
