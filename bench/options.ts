import { Command, InvalidArgumentError, Option } from 'commander';
import { DIALECTS, type Dialect, SYNTHETIC_DUMP, type SyntheticDumpOptions } from '../src/format/synthetic-dump.js';
import { parseBytes } from '../src/main/command-line/byte-units.js';

/** What a benchmark run is told. Rounds have a default for each mode. */
export interface BenchOptions {
  /** A user's dump; without it one is generated. */
  readonly dump?: string;
  readonly synthetic: SyntheticDumpOptions;
  /** Arguments of page_owner_sort. */
  readonly args: readonly string[];
  readonly rounds?: number;
  readonly cTool?: string;
  readonly json?: string;
  readonly markdown?: string;
  readonly smoke?: true;
  readonly micro?: true;
  readonly crossing?: true;
  readonly sweep?: true;
  readonly reports?: true;
  readonly batch?: true;
  /** Path of the other checkout; true: the commit before. */
  readonly regress?: string | true;
}

const MODES = ['smoke', 'micro', 'crossing', 'sweep', 'reports', 'batch', 'regress'] as const;

/** The command line of `npm run bench --`. */
export function benchCommand(run: (options: BenchOptions) => Promise<void>): Command {
  const { bytes, dialect, stacks, skew, run: runLength, tails, seed } = SYNTHETIC_DUMP;
  const command = new Command('bench')
    .description('Measures page_owner_sort as a whole process beside cat, wc, the C tool and mawk, or one of:')
    .helpOption('-h, --help', 'show this help');
  const add = (
    group: string,
    flags: string,
    help: string,
    parse?: (text: string) => unknown,
    value?: unknown,
  ): void => {
    const option = new Option(flags, help).helpGroup(group);
    if (parse) option.argParser(parse);
    if (value !== undefined) option.default(value);
    command.addOption(option);
  };
  const mode = 'Instead of the comparison:';
  add(mode, '--micro', 'kernels of the program, with benchmark.js');
  add(mode, '--crossing', 'main thread against pool on rising sizes, up to --size');
  add(mode, '--sweep', 'chunk sizes and numbers of threads');
  add(mode, '--reports', 'the reports of pageowner beside page_owner_sort --cull=st');
  add(mode, '--batch', 'a batch over many small dumps beside single runs');
  add(
    mode,
    '--regress [checkout]',
    'this checkout against another one (built; default: the commit before); exit code 1 if something is 15 % slower',
  );
  add(mode, '--smoke', 'equal answers only, on small dumps; exit code 1 if some differ');
  const input = 'Dump:';
  add(input, '--dump <file>', 'a plain dump to measure with, instead of a generated one');
  add(input, '--size <bytes>', 'generate so much: 64M, 4G', size, bytes);
  add(input, '--dialect <kernel>', `its form: ${DIALECTS.join(' or ')}`, dialectOf, dialect);
  add(input, '--stacks <n>', 'distinct stacks', wholeNumber(1), stacks);
  add(input, '--skew <exponent>', 'zipf exponent of their frequencies', decimal(0, 10), skew);
  add(input, '--run <blocks>', 'mean number of blocks in a row with one stack', decimal(1, 1e9), runLength);
  add(input, '--tails <share>', 'share of blocks with tail lines', decimal(0, 1), tails);
  add(input, '--seed <n>', 'another dump of the same kind', wholeNumber(0), seed);
  const measuring = 'Measure:';
  add(measuring, '--args <arguments>', 'arguments of page_owner_sort', words, ['--cull=st']);
  add(measuring, '--rounds <n>', 'rounds in which all take their turn (default: 3 to 15, by mode)', wholeNumber(1));
  add(measuring, '--c-tool <file>', "the kernel's page_owner_sort (default: built from Debian's linux-source-6.12)");
  add(measuring, '--json <file>', 'write all numbers');
  add(measuring, '--markdown <file>', 'write the table');
  command.action(() => run(filled(command)));
  return command;
}

function filled(command: Command): BenchOptions {
  const { size, dialect, stacks, skew, run, tails, seed, ...options } = command.opts();
  const modes = MODES.filter((name) => options[name] !== undefined).map((name) => `--${name}`);
  if (modes.length > 1) throw new InvalidArgumentError(`${modes.join(' and ')} exclude each other`);
  const synthetic = { bytes: size, dialect, stacks, skew, run, tails, seed };
  return { ...options, synthetic } as BenchOptions;
}

function size(text: string): number {
  const bytes = parseBytes(text);
  if (!bytes) throw new InvalidArgumentError('It takes bytes from 1 on, also as 64K, 256M or 4G.');
  return bytes;
}

function dialectOf(text: string): Dialect {
  const found = DIALECTS.find((name) => name === text);
  if (!found) throw new InvalidArgumentError(`It takes ${DIALECTS.join(' or ')}.`);
  return found;
}

function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text);
    throw new InvalidArgumentError(`It takes a whole number from ${least} on.`);
  };
}

function decimal(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+(\.\d+)?$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It takes a number from ${least} to ${most}.`);
  };
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
