import { KEYS, type Key } from '../../merge/sort-keys.js';
import type { OptionEntry } from '../command-line/option-entry.js';
import type { Word } from '../command-line/value-words.js';
import { COMPATS } from './sort-options.js';

const SORTING = 'Sort by one of (default -t):';
const SELECTING = 'Select blocks (all that are given must hold):';
const GROUPING = 'Group and sort by keys:';
const RUNNING = 'Run:';

/** `-t` and its like. The id is also what --sort would take. */
export const SORT_FLAGS: readonly OptionEntry[] = KEYS.flatMap(({ names, flag, help }) =>
  flag
    ? [
        {
          id: `${flag.descending ? '-' : '+'}${names[0]}`,
          short: flag.letter,
          isKernels: true,
          group: SORTING,
          help: `${help}, ${flag.descending ? 'descending' : 'ascending'}`,
        },
      ]
    : [],
);

function wordsOf(keys: readonly Key[]): Word[] {
  return keys.flatMap(({ names, help }) => names.map((word) => ({ word, help })));
}

export const OPTIONS: readonly OptionEntry[] = [
  ...SORT_FLAGS,
  {
    id: 'cull',
    long: 'cull',
    value: 'KEY,…',
    joins: true,
    list: { words: wordsOf(KEYS.filter(({ identify }) => identify)), isList: true, hasSigns: false },
    isKernels: true,
    group: GROUPING,
    help: 'make one group of blocks that have equal keys (default: equal text)',
  },
  {
    id: 'sort',
    long: 'sort',
    value: '[+|-]KEY,…',
    list: { words: wordsOf(KEYS.filter(({ sorts }) => sorts)), isList: true, hasSigns: true },
    isKernels: true,
    group: GROUPING,
    help: 'sort by keys, ascending unless -',
  },
  {
    id: 'pid',
    long: 'pid',
    value: 'PID,…',
    isKernels: true,
    group: SELECTING,
    help: 'only blocks of these process ids',
  },
  {
    id: 'tgid',
    long: 'tgid',
    value: 'TGID,…',
    isKernels: true,
    group: SELECTING,
    help: 'only blocks of these thread group ids',
  },
  {
    id: 'name',
    long: 'name',
    value: 'NAME,…',
    isKernels: true,
    group: SELECTING,
    help: 'only blocks of exactly these command names',
  },
  {
    id: 'module',
    long: 'module',
    value: 'MODULE,…',
    isKernels: true,
    group: SELECTING,
    help: 'only blocks of these modules; vmlinux is the kernel itself',
  },
  {
    id: 'withoutReleased',
    short: 'f',
    isKernels: true,
    group: SELECTING,
    help: 'leave out blocks that were released (ts < free_ts)',
  },
  {
    id: 'compat',
    long: 'compat',
    value: 'KERNEL',
    choices: COMPATS,
    group: GROUPING,
    help: "text as that kernel's tool has it: 6.12 (default) leaves out the digits of ts, 6.1 keeps them",
  },
  {
    id: 'threads',
    long: 'threads',
    value: 'N',
    group: RUNNING,
    help: 'threads that scan (default: one for each CPU)',
  },
  {
    id: 'chunkSize',
    long: 'chunk-size',
    value: 'BYTES',
    group: RUNNING,
    help: 'bytes in a chunk, also as 64K, 4M (default: 4M)',
  },
  {
    id: 'maxMemory',
    long: 'max-memory',
    value: 'BYTES',
    group: RUNNING,
    help: 'past this, groups are moved to temporary files, also as 512M, 4G (default: a quarter of the memory)',
  },
  {
    id: 'tmpDir',
    long: 'tmp-dir',
    value: 'FOLDER',
    group: RUNNING,
    help: 'where those files go (default: TMPDIR, or /tmp)',
  },
  {
    id: 'fsync',
    long: 'fsync',
    group: RUNNING,
    help: 'have the report on the disk before the end: it survives a power cut',
  },
  {
    id: 'stats',
    long: 'stats',
    value: 'FORMAT',
    impliedValue: 'text',
    choices: ['text', 'json'],
    group: RUNNING,
    help: 'say on stderr what was read and how fast: --stats or --stats=json',
  },
  {
    id: 'progress',
    long: 'no-progress',
    group: RUNNING,
    help: 'no progress line (there is none unless stderr is a terminal)',
  },
  {
    id: 'debug',
    short: 'd',
    isKernels: true,
    group: RUNNING,
    help: 'print the options as parsed, on stderr',
  },
];
