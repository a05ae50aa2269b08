import { Command, Option } from 'commander';
import { INSIGHT_KEYS } from '../../merge/insight/insight-keys.js';
import { VERDICTS } from '../../merge/insight/verdict.js';
import { anyOf, takesWords } from '../command-line/value-words.js';
import { BY_KEYS, EXPORT_FORMS, type Makes, sharedOptions } from './insight-option-table.js';
import type { Values } from './insight-options.js';

/** A command of this folder: what it is, and what it does with its arguments. */
interface Form {
  readonly name: string;
  readonly description: string;
  readonly argument: string;
  /** What the argument is, if it is not INPUT. */
  readonly input?: string;
  readonly makes: Makes;
  readonly own: readonly Option[];
  readonly examples: readonly string[];
  /** Loaded when it is run: most runs need one of them. */
  readonly load: () => Promise<{ readonly run: (paths: string[], values: Values) => Promise<void> }>;
}

const INPUT =
  'a dump (plain or packed; a URL, or - for standard input), a saved aggregate, or another form that info names';

const FORMS: readonly Form[] = [
  {
    name: 'overview',
    description: 'One screen of first answers, without a command too: of two dumps or more, what grows first.',
    argument: '<dumps...>',
    makes: 'screen',
    own: [],
    examples: ['pageowner dump.txt', 'pageowner monday.txt tuesday.txt', 'pageowner overview --format json dump.txt'],
    load: () => import('./overview-command.js'),
  },
  {
    name: 'top',
    description: 'Who holds the memory: groups by the pages that they hold.',
    argument: '<dumps...>',
    makes: 'groups',
    own: [
      new Option('--meminfo <FILE>', '/proc/meminfo of the same moment: says what is not accounted for'),
      new Option('--allocinfo <FILE>', '/proc/allocinfo of the same moment: its sites beside the pages of the dump'),
    ],
    examples: [
      'pageowner top page_owner_full.txt.zst                    stacks (--by stack)',
      'pageowner top --by kind,node dump.txt                    what the memory is for, on each NUMA node',
      'pageowner top --by command --match tcp_sendmsg dump.txt  who sends',
    ],
    load: () => import('./top-command.js'),
  },
  {
    name: 'tree',
    description: 'The call tree: which calls the memory comes from, with what each branch holds.',
    argument: '<dump>',
    makes: 'screen',
    own: [
      new Option('--inverted', 'begin with the functions that allocate, and go on to their callers'),
      new Option('--min-share <PERCENT>', 'sum up smaller branches (default: 0.5)'),
      new Option('--depth <N>', 'levels to print (default: all)'),
      takesWords(new Option('--by <KEY,…>', 'a tree for each value of these keys, as in top: kind'), BY_KEYS),
    ],
    examples: [
      'pageowner tree --match ext4 dump.txt',
      'pageowner tree --by kind --min-share 5 dump.txt',
      'pageowner tree --inverted --depth 3 dump.txt',
    ],
    load: () => import('./tree-command.js'),
  },
  {
    name: 'diff',
    description: 'What grows and what leaks: what was born and freed from each snapshot to the next.',
    argument: '<dumps...>',
    makes: 'groups',
    own: [
      takesWords(
        new Option(
          '--fail-on <VERDICT[:PAGES]>',
          'exit with 1 if a group has this verdict (and grew by as many pages)',
        ).argParser((value, before: readonly string[] = []) => [...before, value]),
        anyOf(VERDICTS),
      ),
    ],
    examples: [
      'pageowner diff monday.txt.zst tuesday.txt.zst           stacks, the most suspect first',
      'pageowner diff --by module --fail-on leak:1000 a.parquet b.txt',
    ],
    load: () => import('./diff-command.js'),
  },
  {
    name: 'trend',
    description: 'What grows from night to night: a row for each machine and group, with a confidence.',
    argument: '<nights...>',
    input: 'folders that batch wrote, folders of such, or files (each a night, of when it was last written)',
    makes: 'groups',
    own: [
      new Option('--dump <NAME,…>', 'only the dumps of these names').argParser((value, before: string | undefined) =>
        before === undefined ? value : `${before},${value}`,
      ),
      new Option(
        '--together',
        'one row for each group: sums of all dumps of a night (always so for files with different names)',
      ),
      new Option(
        '--at <TIME,…>',
        'when the files were taken, in their order (ISO 8601), instead of when they were last written',
      ),
    ],
    examples: [
      'pageowner trend nights                                   each machine by itself, the most suspect first',
      'pageowner trend --together --by kind nights/2026-11-*    all machines as one',
      'pageowner trend --stacks stacks.txt handles-*.txt          show_handles of every minute',
      'pageowner trend --format csv nights > trend.csv          a row for each group, a column for each night',
    ],
    load: () => import('./trend-command.js'),
  },
  {
    name: 'age',
    description: 'How old the memory is: pages by when they were allocated.',
    argument: '<dumps...>',
    makes: 'groups',
    own: [],
    examples: ['pageowner age --by kind dump.txt'],
    load: () => import('./age-command.js'),
  },
  {
    name: 'frag',
    description: 'What keeps huge pages from forming: mixed pageblocks as the kernel counts them, and who mixes them.',
    argument: '<dump>',
    makes: 'report',
    own: [new Option('--map', 'draw the pageblocks')],
    examples: ['pageowner frag dump.txt', 'pageowner frag --map dump.txt'],
    load: () => import('./frag-command.js'),
  },
  {
    name: 'report',
    description:
      'One HTML file to look at in a browser: flame graph, tables, ages, a map of the memory; of two dumps or more, what grows.',
    argument: '<dumps...>',
    makes: 'file',
    own: [
      new Option('--title <TEXT>', 'heading of the page (default: names of the files)'),
      new Option('--meminfo <FILE>', '/proc/meminfo of the moment of the last dump: says what is not accounted for'),
      new Option('--max-size <BYTES>', 'sum up the smallest stacks, so that the file is no larger (default: 5M)'),
      new Option('--open', 'show it in the browser'),
    ],
    examples: [
      'pageowner report dump.txt -o report.html',
      'pageowner report --title "web1, Tuesday" monday.txt tuesday.txt -o growth.html',
    ],
    load: () => import('./report-command.js'),
  },
  {
    name: 'export',
    description: 'Writes a dump in another form: as a saved aggregate, a flame graph or a profile.',
    argument: '<dumps...>',
    makes: 'file',
    own: [
      takesWords(
        new Option('--to <FORM>', 'parquet, folded, pprof, speedscope or csv (default: by the name of the output)'),
        anyOf(EXPORT_FORMS),
      ),
      new Option('--since <NS|FILE>', 'parquet: count what was born after this time, or after that snapshot'),
      new Option('--offsets', 'folded, pprof, speedscope: frames at two places in a function are two'),
      new Option('--unit <UNIT>', 'folded: what to count').choices(['pages', 'bytes', 'blocks']),
    ],
    examples: [
      'pageowner export dump.txt -o dump.parquet      for DuckDB, pandas, and every command here',
      'pageowner export dump.txt -o dump.pb.gz        go tool pprof dump.pb.gz',
      'pageowner export --to folded dump.txt | flamegraph.pl > dump.svg',
    ],
    load: () => import('./export-command.js'),
  },
  {
    name: 'info',
    description:
      'What an input is: its form, likely kernel, size, blocks, span of time, nodes, modules, and what is damaged.',
    argument: '<files...>',
    input:
      'anything: dumps, reports of page_owner_sort, kernel logs, show_stacks, show_handles, allocinfo, saved aggregates',
    makes: 'info',
    own: [],
    examples: ['pageowner info unknown.txt', 'pageowner info --format json *.zst'],
    load: () => import('./info-command.js'),
  },
  {
    name: 'map',
    description:
      'Saves the aggregate of a part of a dump: merge makes the whole of all parts, wherever they were made.',
    argument: '<dump>',
    input: 'a dump, as a plain file',
    makes: 'file',
    own: [
      new Option('--part <I/N>', 'which part, of how many: 1/8 to 8/8'),
      new Option('--since <NS|FILE>', 'count what was born after this time, or after that snapshot'),
    ],
    examples: [
      'pageowner map --part 1/2 dump.txt -o part1.parquet',
      'pageowner map --part 2/2 dump.txt -o part2.parquet',
      'pageowner merge part1.parquet part2.parquet -o whole.parquet',
    ],
    load: () => import('./map-command.js'),
  },
  {
    name: 'merge',
    description: 'Joins saved aggregates (or dumps) into one.',
    argument: '<dumps...>',
    makes: 'file',
    own: [],
    examples: ['pageowner merge part1.parquet part2.parquet -o whole.parquet'],
    load: () => import('./merge-command.js'),
  },
];

/** Their names, and how each is made. */
export const INSIGHT_COMMANDS: Readonly<Record<string, () => Command>> = Object.fromEntries(
  FORMS.map((form) => [form.name, () => insightCommand(form)]),
);

function insightCommand(form: Form): Command {
  const command = commandOf(form)
    .description(form.description)
    .usage(`[OPTIONS] ${form.argument}`)
    .argument(form.argument, form.input ?? INPUT)
    .helpOption('-h, --help', 'show this help');
  const keys = form.makes === 'groups' ? `\nKeys of --by:\n${keysHelp()}` : '';
  command.addHelpText('after', `${keys}\nExamples:\n${form.examples.map((line) => `  ${line}\n`).join('')}`);
  command.action(async (typed: string | string[]) => {
    const { run } = await form.load();
    await run([typed].flat(), command.opts());
  });
  return command;
}

/** What a command's parser makes of its options, where no dump is named. Throws a CommanderError. */
export function insightValues(name: string, args: readonly string[]): Values {
  const form = FORMS.find((known) => known.name === name);
  if (!form) throw new Error(`internal error: no command ${name}`);
  return commandOf(form)
    .helpOption(false)
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .parse(args, { from: 'user' })
    .opts();
}

function commandOf(form: Form): Command {
  const command = new Command(form.name);
  for (const option of [...form.own, ...sharedOptions(form.makes)]) command.addOption(option);
  return command;
}

function keysHelp(): string {
  return INSIGHT_KEYS.map(({ name, help }) => `  ${name.padEnd(14)}${help}\n`).join('');
}
