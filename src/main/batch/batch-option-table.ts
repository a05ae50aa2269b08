import { ALARMS } from './results/alarms.js';

/** An option of `pageowner batch`. The table makes the parser, --help, and the keys of --config. */
export interface BatchOption {
  /** As typed, without `--`; also its key in a config file. */
  readonly name: string;
  /** Placeholder of its value; absent: it has none. */
  readonly value?: string;
  /** Whether it may be given several times (in a config file: a list). */
  readonly isList?: true;
  readonly choices?: readonly string[];
  /** What its value begins with. */
  readonly words?: readonly string[];
  readonly group: string;
  readonly help: string;
}

const WHAT = 'What is made:';
const COMPARED = 'Compared with other nights:';
const RUNNING = 'Run:';

export const BATCH_OPTIONS: readonly BatchOption[] = [
  { name: 'out', value: 'FOLDER', group: WHAT, help: 'where results and reports go: a night' },
  {
    name: 'run',
    value: 'COMMAND',
    isList: true,
    group: WHAT,
    help: "a report on each dump: 'top --by kind', 'sort --cull=st -o stacks.txt'; also age, frag, export, diff; repeatable (default: top --by kind, top, frag)",
  },
  {
    name: 'metrics',
    value: 'FILE',
    group: WHAT,
    help: "OpenMetrics text, for node_exporter's textfile collector (docs/metrics.md)",
  },
  {
    name: 'previous',
    value: 'FOLDER',
    group: COMPARED,
    help: 'a night, or the folder of nights (the newest counts): adds what changed',
  },
  {
    name: 'fail-on',
    value: 'ALARM',
    words: ALARMS,
    isList: true,
    group: COMPARED,
    help: 'exit with 1 on leak[:PAGES] (a stack leaked so many), frag:BLOCKS (mixed pageblocks), malformed[:BLOCKS], missing[:DUMPS]; repeatable',
  },
  {
    name: 'keep',
    value: 'N',
    group: COMPARED,
    help: 'afterwards remove older nights beside this one, so that N are left',
  },
  { name: 'config', value: 'FILE', group: RUNNING, help: 'these options in JSON; the command line takes precedence' },
  { name: 'resume', group: RUNNING, help: 'continue the batch that stopped in this folder' },
  {
    name: 'timeout',
    value: 'SECONDS',
    group: RUNNING,
    help: 'give up a dump that takes longer than this (default: 3600; 0: never)',
  },
  {
    name: 'grace',
    value: 'SECONDS',
    group: RUNNING,
    help: 'after SIGTERM or SIGINT, wait this long for dumps in progress (default: 10)',
  },
  {
    name: 'queue',
    value: 'URL',
    group: RUNNING,
    help: 'let workers on any hosts read the dumps (pageowner worker): redis://HOST/DB, rediss://…, postgres://HOST/DATABASE; @FILE has it',
  },
  {
    name: 'split',
    value: 'BYTES',
    group: RUNNING,
    help: 'with --queue, read a larger dump in parts of this size by several workers, unless it is packed or to be sorted (default: 4G)',
  },
  { name: 'threads', value: 'N', group: RUNNING, help: 'threads (default: one for each CPU)' },
  {
    name: 'max-memory',
    value: 'BYTES',
    group: RUNNING,
    help: 'limit for the whole batch, also as 512M, 4G (default: half of the memory)',
  },
  { name: 'chunk-size', value: 'BYTES', group: RUNNING, help: 'bytes in a chunk, also as 64K, 4M (default: 4M)' },
  {
    name: 'log',
    value: 'FORM',
    choices: ['text', 'json'],
    group: RUNNING,
    help: 'on stderr: text, warnings and errors (default); json, every dump, for journald',
  },
  {
    name: 'no-progress',
    group: RUNNING,
    help: 'no progress line (there is none unless stderr is a terminal)',
  },
];
