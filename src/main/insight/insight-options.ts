import { INSIGHT_KEYS, type InsightKey, type KeyRule } from '../../merge/insight/insight-keys.js';
import type { RowSelection } from '../../merge/insight/selection.js';
import { noSuchKey, quoted, usageError } from '../base/errors.js';
import { parseBytes } from '../command-line/byte-units.js';
import { parseChunkSize, parseThreads } from '../command-line/parse-values.js';
import { type LoadOptions, loadHandles } from '../reading/load-snapshot.js';
import type { FORMATS } from './insight-option-table.js';
import type { Destination } from './write-report.js';

/** What the parser makes of the command line. */
export type Values = Readonly<Record<string, unknown>>;

export type Format = (typeof FORMATS)[number];

export const DEFAULT_PAGE_BYTES = 4096;
const DEFAULT_LIMIT = 20;

/** Keys as typed after --by. `without`: one that says nothing here. */
export function keysOf(values: Values, byDefault: string, without?: string): InsightKey[] {
  return keysNamed(((values.by as string | undefined) ?? byDefault).split(','), without);
}

/** The keys with these names. Throws a usage error for one that there is not. */
export function keysNamed(names: readonly string[], without?: string): InsightKey[] {
  const keys = INSIGHT_KEYS.filter(({ name }) => name !== without);
  return names.map((name) => {
    const key = keys.find((known) => known.name === name);
    if (key) return key;
    throw noSuchKey(
      name,
      keys.map((known) => known.name),
    );
  });
}

export function keyRule(values: Values): KeyRule {
  return { ignoreOffsets: values.ignoreOffsets === true };
}

export function selectionOf(values: Values): RowSelection {
  return {
    ...list(values, 'pid', 'pids'),
    ...list(values, 'tgid', 'tgids'),
    ...list(values, 'node', 'nodes'),
    ...(values.name !== undefined && { names: (values.name as string).split(',') }),
    ...(values.module !== undefined && { modules: (values.module as string).split(',') }),
    ...patterns(values, 'match'),
    ...patterns(values, 'not'),
  };
}

function list(values: Values, option: string, name: string): Record<string, number[]> {
  const typed = values[option] as string | undefined;
  if (typed === undefined) return {};
  if (!/^\d{1,15}(,\d{1,15})*$/.test(typed))
    throw usageError(`--${option} takes whole numbers with commas between, not ${quoted(typed)}`);
  return { [name]: typed.split(',').map(Number) };
}

function patterns(values: Values, option: 'match' | 'not'): Record<string, RegExp[]> {
  const typed = values[option] as readonly string[] | undefined;
  if (!typed) return {};
  const expressions = typed.map((text) => {
    try {
      return new RegExp(text);
    } catch (error) {
      throw usageError(`--${option}: ${quoted((error as Error).message)}`);
    }
  });
  return { [option]: expressions };
}

/** Whether keys or the selection say something of tasks: else they need not be read. */
export function asksForTasks(values: Values): boolean {
  const { pid, tgid, name } = values;
  const keys = ((values.by as string | undefined) ?? '').split(',');
  return (
    [pid, tgid, name].some((value) => value !== undefined) ||
    INSIGHT_KEYS.some((key) => key.isOfTask && keys.includes(key.name))
  );
}

export function pageBytesOf(values: Values): number {
  const typed = values.pageSize as string | undefined;
  const bytes = typed === undefined ? DEFAULT_PAGE_BYTES : parseBytes(typed);
  if (bytes && Number.isInteger(Math.log2(bytes))) return bytes;
  throw usageError(`--page-size takes a power of two (4096, 16K, 64K), not ${quoted(typed as string)}`);
}

/** All files that a command reads: its output must be none of them. */
function inputsOf(paths: readonly string[], values: Values): string[] {
  const named = [values.stacks, values.since, values.meminfo, values.allocinfo].filter((value) => value !== undefined);
  return [...paths, ...(named as string[])];
}

/** Where the report on these inputs goes. */
export function destinationOf(paths: readonly string[], values: Values): Destination {
  return {
    path: (values.output as string | undefined) ?? '-',
    inputs: inputsOf(paths, values),
    fsync: values.fsync === true,
  };
}

/** The same for a command that needs to be told. Throws a usage error if it is not. */
export function namedDestination(command: string, paths: readonly string[], values: Values): Destination {
  if (values.output === undefined) throw usageError(`${command} needs -o FILE (- for standard output)`);
  return destinationOf(paths, values);
}

export function formatOf(values: Values): Format {
  return (values.format ?? 'text') as Format;
}

/** How many rows are shown: all where a program reads them, unless it is said. */
export function limitOf(values: Values): number {
  const typed = values.limit as string | undefined;
  const format = formatOf(values);
  if (typed === undefined) return format === 'text' || format === 'md' ? DEFAULT_LIMIT : Infinity;
  if (!/^\d{1,9}$/.test(typed)) throw usageError(`--limit takes a whole number, not ${quoted(typed)}`);
  return Number(typed) || Infinity;
}

export async function loadOptions(values: Values): Promise<LoadOptions> {
  return {
    threads: parseThreads(values.threads as string | undefined),
    chunkBytes: parseChunkSize(values.chunkSize as string | undefined),
    since: null,
    withoutReleased: values.f === true,
    ...(values.stacks !== undefined && { handles: await loadHandles(values.stacks as string) }),
  };
}
