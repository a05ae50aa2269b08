import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { CommanderError } from 'commander';
import { PageownerError, quoted, usageError } from '../../base/errors.js';
import { insightValues } from '../../insight/insight-commands.js';
import type { Values } from '../../insight/insight-options.js';
import { sortValues } from '../../sorting/sort-command.js';
import { AGGREGATE_FILE, RECORD_FILE } from '../results/dump-record.js';
import { wordsOf } from './shell-words.js';

/** A report that is made of each dump, as typed after --run. Plain data: it crosses to the threads. */
export interface Run {
  readonly typed: string;
  readonly command: RunCommand;
  readonly values: Values;
}

/** A Run, and the file of a dump's folder that it fills. */
export interface NamedRun extends Run {
  readonly file: string;
  /** SHA-256 of the file of --stacks, on which the report depends too. */
  readonly stacksSha256?: string;
}

const COMMANDS = ['overview', 'top', 'tree', 'age', 'frag', 'diff', 'report', 'export', 'sort'] as const;
type RunCommand = (typeof COMMANDS)[number];

/** What makes no sense for one run of many: it is a matter of the whole batch, or of one dump. */
const NOT_HERE: Readonly<Record<string, string>> = {
  threads: 'give --threads to the batch',
  chunkSize: 'give --chunk-size to the batch',
  maxMemory: 'give --max-memory to the batch',
  tmpDir: 'give --tmp-dir to the batch',
  progress: 'give --no-progress to the batch',
  fsync: 'hashes tell whether the folder of a dump is whole',
  stats: 'results.ndjson has it',
  debug: 'it is for one dump',
  meminfo: 'it is for one dump',
  since: '--previous asks each dump for what was born since the night before',
  failOn: 'give --fail-on to the batch',
  open: 'it is for one dump',
};

/** Reads what stands after --run. Throws a usage error that shows it. */
export function parseRun(typed: string): Run {
  const [name, ...args] = wordsOf(typed);
  const command = COMMANDS.find((known) => known === name);
  if (!command) throw runError(typed, `it begins with one of ${COMMANDS.join(', ')}`);
  const values = valuesOf(command, args, typed);
  // Without --no-progress the parser says that there is progress.
  for (const [option, instead] of Object.entries(NOT_HERE))
    if (values[option] !== undefined && !(option === 'progress' && values[option] === true))
      throw runError(typed, instead);
  const output = values.output as string | undefined;
  if (output !== undefined && !/^[^./][^/\0]{0,199}$/.test(output))
    throw runError(typed, '-o takes the name of a file in the folder of a dump');
  return { typed, command, values };
}

function valuesOf(command: RunCommand, args: readonly string[], typed: string): Values {
  try {
    return command === 'sort' ? sortValues(args) : insightValues(command, args);
  } catch (error) {
    if (error instanceof CommanderError) throw runError(typed, error.message.replace(/^error: /, ''));
    throw error instanceof PageownerError ? runError(typed, error.message) : error;
  }
}

export function runError(typed: string, message: string): PageownerError {
  return usageError(`--run '${quoted(typed)}': ${message}`);
}

/** Longer names are cut. */
const LONGEST_NAME = 120;

/** Gives each run the file that it names, or one named after it. Throws a usage error if two have the same. `ends`: of the name, for each. */
export function nameRuns(runs: readonly Run[], ends: readonly string[]): NamedRun[] {
  const taken = new Set([AGGREGATE_FILE, RECORD_FILE]);
  return runs.map((run, i) => {
    const file = (run.values.output as string | undefined) ?? `${slug(run.typed)}${ends[i]}`;
    if (taken.has(file)) throw runError(run.typed, `the file ${quoted(file)} is taken; give another with -o NAME`);
    taken.add(file);
    return { ...run, file, ...stacksHash(run) };
  });
}

function stacksHash({ typed, values }: Run): Pick<NamedRun, 'stacksSha256'> {
  const path = values.stacks as string | undefined;
  if (path === undefined) return {};
  try {
    if (!statSync(path).isFile()) throw new Error('it is no file');
    return { stacksSha256: createHash('sha256').update(readFileSync(path)).digest('hex') };
  } catch (error) {
    throw runError(typed, `--stacks: ${quoted((error as Error).message)}`);
  }
}

/** `top --by kind,node` → `top-by-kind-node`. */
function slug(typed: string): string {
  const name = typed
    .replace(/[^A-Za-z0-9._]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .toLowerCase();
  if (name.length <= LONGEST_NAME) return name;
  return `${name.slice(0, LONGEST_NAME)}-${createHash('sha256').update(typed).digest('hex').slice(0, 8)}`;
}
