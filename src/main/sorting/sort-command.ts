import { Command, Option } from 'commander';
import { KEYS } from '../../merge/sort-keys.js';
import { usageError } from '../base/errors.js';
import { expandArguments } from '../command-line/abbreviations.js';
import type { OptionEntry } from '../command-line/option-entry.js';
import { Progress } from '../command-line/progress.js';
import { takesWords } from '../command-line/value-words.js';
import { inputName } from '../io/input.js';
import { summaryText, summaryWarnings } from './run-summary.js';
import { sortDump } from './sort-dump.js';
import { OPTIONS, SORT_FLAGS } from './sort-option-table.js';
import { planSort, type SortOptions } from './sort-options.js';

/** What differs between the two programs that sort. */
export interface SortCommandForm {
  readonly name: string;
  readonly description: string;
  /** Whether the output may be left out (standard output then). */
  readonly outputIsOptional: boolean;
  readonly mergeFreeTs: boolean;
  /** Whether the dump in a kernel log is taken out: the kernel's tool does not. */
  readonly fromLogs: boolean;
  readonly examples: readonly string[];
}

export const PAGE_OWNER_SORT: SortCommandForm = {
  name: 'page_owner_sort',
  description: "Groups and sorts the blocks of a page_owner dump: the kernel's page_owner_sort, faster.",
  outputIsOptional: false,
  mergeFreeTs: false,
  fromLogs: false,
  examples: [
    'page_owner_sort page_owner_full.txt sorted.txt              most frequent blocks first',
    'page_owner_sort -m --cull=st page_owner_full.txt.zst -      stacks, by the pages they hold',
    'page_owner_sort --name sshd --cull=pid,st dump.txt out.txt  who in sshd holds what',
    'page_owner_sort --cull=tg,n --sort=-pages,n dump.txt -      processes, largest first',
  ],
};

export const PAGEOWNER_SORT: SortCommandForm = {
  name: 'sort',
  description:
    'Groups and sorts the blocks of a dump. Like page_owner_sort, but blocks that differ in free_ts only are one group.',
  outputIsOptional: true,
  mergeFreeTs: true,
  fromLogs: true,
  examples: [
    'pageowner sort page_owner_full.txt | head -50      most frequent blocks first',
    'pageowner sort -m --cull=st dump.txt.zst top.txt   stacks, by the pages they hold',
    'ssh HOST cat /sys/kernel/debug/page_owner | pageowner sort --cull=n -',
  ],
};

type Values = Readonly<Record<string, unknown>>;

/** The command that sorts a dump; `run` gets its parsed values. */
export function sortCommand(form: SortCommandForm): Command {
  const command = withOptions(new Command(form.name))
    .description(form.description)
    .usage(`[OPTIONS] <input> ${form.outputIsOptional ? '[output]' : '<output>'}`)
    .argument(
      '<input>',
      'the dump: a file or URL (http, https), plain or packed (gzip, zstd, xz); - for standard input',
    )
    .argument(form.outputIsOptional ? '[output]' : '<output>', 'the report: a file; - for standard output')
    .helpOption('-h, --help', 'show this help');
  command.addHelpText('after', `\n${keysHelp()}\nExamples:\n${form.examples.map((line) => `  ${line}\n`).join('')}`);
  command.action((input: string, output: string | undefined) => {
    const speaker = (command.parent ?? command).name();
    return run(speaker, form, input, output ?? '-', command.opts());
  });
  return command;
}

/** Where no dump is named there is no operand for the report either. */
const OUTPUT: OptionEntry = { id: 'output', short: 'o', long: 'output', value: 'FILE', group: '', help: '' };

/** What the parser makes of the options of `pageowner sort`, where no dump is named. Throws a CommanderError or a usage error. */
export function sortValues(typed: readonly string[]): Values {
  const args = expandArguments(typed, [...OPTIONS, OUTPUT]);
  const command = withOptions(new Command(PAGEOWNER_SORT.name).option('-o, --output <FILE>'));
  return command
    .helpOption(false)
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .parse(args, { from: 'user' })
    .opts();
}

/** What a caller would say in SortOptions for what was typed; input and output are theirs. */
export function sortOptionsOf(form: SortCommandForm, values: Values): Omit<SortOptions, 'input' | 'output'> {
  return {
    ...(values as Partial<SortOptions>),
    ...sortOf(values),
    mergeFreeTs: form.mergeFreeTs,
    fromLogs: form.fromLogs,
  };
}

function withOptions(command: Command): Command {
  for (const entry of OPTIONS) {
    const flags = [entry.short && `-${entry.short}`, entry.long && `--${entry.long}`].filter(Boolean).join(', ');
    const value = entry.value && (entry.impliedValue ? `[${entry.value}]` : `<${entry.value}>`);
    const option = new Option(value ? `${flags} ${value}` : flags, entry.help).helpGroup(entry.group);
    if (entry.list) takesWords(option, entry.list);
    option.attributeName = () => entry.id;
    if (entry.choices) option.choices(entry.choices);
    else if (entry.joins)
      option.argParser((value, before: string | undefined) => (before === undefined ? value : `${before},${value}`));
    command.addOption(option);
  }
  return command;
}

function keysHelp(): string {
  const rows = KEYS.map(({ names, help, sorts, identify }) => {
    const use = [identify && '--cull', sorts && '--sort'].filter(Boolean).join(' ');
    return `  ${names.join('|').padEnd(16)}${use.padEnd(15)}${help}\n`;
  });
  return `Keys:\n${rows.join('')}`;
}

async function run(
  speaker: string,
  form: SortCommandForm,
  input: string,
  output: string,
  values: Values,
): Promise<void> {
  const progress = { bar: undefined as Progress | undefined };
  const terminal = values.progress === false ? undefined : Progress.terminal();
  const options: SortOptions = {
    ...sortOptionsOf(form, values),
    input,
    output,
    latencies: values.stats !== undefined,
    onProgress(bytes, size) {
      progress.bar ??= new Progress(terminal, size);
      progress.bar.advance(bytes);
    },
  };
  if (values.debug) process.stderr.write(`${speaker}: ${debugText(options)}\n`);
  const summary = await sortDump(options).finally(() => progress.bar?.end());
  for (const warning of summaryWarnings(inputName(input), summary)) process.stderr.write(`${speaker}: ${warning}\n`);
  if (values.stats === 'json') process.stderr.write(`${JSON.stringify(summary)}\n`);
  if (values.stats === 'text') process.stderr.write(summaryText(summary));
}

function debugText(options: SortOptions): string {
  const isBytes = (value: unknown): value is { data: number[] } =>
    (value as { type?: unknown } | null)?.type === 'Buffer';
  return JSON.stringify(planSort(options), (_, value) => (isBytes(value) ? Buffer.from(value.data).toString() : value));
}

/** The sort order that was typed, as a flag or after --sort. */
function sortOf(values: Values): { sort?: string } {
  const flags = SORT_FLAGS.filter(({ id }) => values[id]);
  if (flags.length > 1 || (flags.length === 1 && values.sort !== undefined)) {
    const typed = [...flags.map(({ short }) => `-${short}`), ...(values.sort === undefined ? [] : ['--sort'])];
    throw usageError(`two sort orders: ${typed.join(' and ')}; give one`);
  }
  return flags[0] ? { sort: flags[0].id } : {};
}
