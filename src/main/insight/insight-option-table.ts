import { Option } from 'commander';
import { INSIGHT_KEYS } from '../../merge/insight/insight-keys.js';
import { takesWords, type WordList } from '../command-line/value-words.js';

/** Options that the commands of this folder share. The table makes the parser and --help. */
const READING = 'Read:';
const SELECTING = 'Select (all that are given must hold):';
const WRITING = 'Write:';

interface Entry {
  readonly flags: string;
  readonly help: string;
  readonly group: string;
  /** Values of a repeated option are joined into one comma list, or kept as a list. */
  readonly repeats?: 'joined' | 'listed';
  readonly choices?: readonly string[];
  /** Keys that the value is a list of. */
  readonly list?: WordList;
}

/** The keys of --by. */
export const BY_KEYS: WordList = {
  words: INSIGHT_KEYS.map(({ name, help }) => ({ word: name, help })),
  isList: true,
  hasSigns: false,
};

/** What export can write. */
export const EXPORT_FORMS = ['parquet', 'folded', 'pprof', 'speedscope', 'csv'] as const;

export const FORMATS = ['text', 'json', 'ndjson', 'csv', 'md'] as const;

const ENTRIES: readonly Entry[] = [
  { flags: '--match <REGEX>', help: 'only stacks of which a frame matches', group: SELECTING, repeats: 'listed' },
  { flags: '--not <REGEX>', help: 'only stacks of which no frame matches', group: SELECTING, repeats: 'listed' },
  { flags: '--pid <PID,…>', help: 'only these process ids', group: SELECTING, repeats: 'joined' },
  { flags: '--tgid <TGID,…>', help: 'only these thread group ids', group: SELECTING, repeats: 'joined' },
  { flags: '--name <NAME,…>', help: 'only exactly these command names', group: SELECTING, repeats: 'joined' },
  {
    flags: '--module <NAME,…>',
    help: 'only what these modules allocated (vmlinux: no module)',
    group: SELECTING,
    repeats: 'joined',
  },
  { flags: '--node <N,…>', help: 'only these NUMA nodes', group: SELECTING, repeats: 'joined' },
  { flags: '-f', help: 'leave out blocks of dumps that were released (ts < free_ts)', group: SELECTING },
  {
    flags: '--stacks <FILE>',
    help: 'show_stacks_handles, for dumps that have handles instead of stacks',
    group: READING,
  },
  { flags: '--page-size <BYTES>', help: "the machine's page size, also as 16K, 64K (default: 4K)", group: READING },
  { flags: '--threads <N>', help: 'threads that scan (default: one for each CPU)', group: READING },
  { flags: '--chunk-size <BYTES>', help: 'bytes in a chunk, also as 64K, 4M (default: 4M)', group: READING },
  { flags: '--no-progress', help: 'no progress line (there is none unless stderr is a terminal)', group: READING },
  { flags: '-o, --output <FILE>', help: 'where it goes (default: standard output)', group: WRITING },
  { flags: '--fsync', help: 'have the file on the disk before the end: it survives a power cut', group: WRITING },
];

const LIMIT = '--limit <N>';

const REPORTING: readonly Entry[] = [
  { flags: '--format <FORMAT>', help: `how it is written (default: ${FORMATS[0]})`, group: WRITING, choices: FORMATS },
  { flags: '--ignore-offsets', help: 'frames are equal if symbols are: compares builds of a kernel', group: WRITING },
  { flags: LIMIT, help: 'number of rows (default: 20 in text and md, else all; 0: all)', group: WRITING },
];

const GROUPING: readonly Entry[] = [
  { flags: '--by <KEY,…>', help: 'keys to group by', group: WRITING, repeats: 'joined', list: BY_KEYS },
];

/** What a command makes: groups by keys, another report, a screen, a file for programs, or what is known of inputs. */
export type Makes = 'groups' | 'report' | 'screen' | 'file' | 'info';

export function sharedOptions(makes: Makes): Option[] {
  if (makes === 'info')
    return [...ENTRIES.filter(({ group }) => group !== SELECTING), ...REPORTING.slice(0, 1)].map(optionOf);
  const own = {
    groups: [...GROUPING, ...REPORTING],
    report: REPORTING,
    screen: REPORTING.filter(({ flags }) => flags !== LIMIT),
    file: [],
  }[makes];
  return [...ENTRIES, ...own].map(optionOf);
}

function optionOf({ flags, help, group, repeats, choices, list }: Entry): Option {
  const option = new Option(flags, help).helpGroup(group);
  if (list) takesWords(option, list);
  if (choices) return option.choices(choices);
  if (repeats === 'joined')
    return option.argParser((value, before: string | undefined) =>
      before === undefined ? value : `${before},${value}`,
    );
  if (repeats === 'listed') return option.argParser((value, before: readonly string[] = []) => [...before, value]);
  return option;
}
