import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  badEntry,
  cannotRead,
  emptyFile,
  noFileMatches,
  noFiles,
  PageownerError,
  quoted,
  usageError,
} from '../../base/errors.js';
import { inputName, openAsItComes } from '../../io/input.js';
import { isUrl, shownUrl } from '../../io/url.js';
import { type Found, filesBelow, filesOf, isGlob } from './glob.js';
import { isDumpStart, START_BYTES } from './is-dump-start.js';
import { type BrokenEntry, type Entry, type EntryFields, entryOf } from './manifest-entry.js';
import { linesOf } from './manifest-lines.js';

export type { BrokenEntry, Entry } from './manifest-entry.js';

/** An entry that is not checked yet. */
interface Candidate {
  /** What messages call it. */
  readonly where: string;
  readonly line: number | null;
  /** Throws a PageownerError. */
  readonly read: () => Omit<Entry, 'line'>;
}

/** The entry that has a name. */
type Names = Map<string, { readonly source: string; readonly where: string }>;

type Candidates = Iterable<Candidate> | AsyncIterable<Candidate>;

const STANDARD_INPUT = '-';

/**
 * The entries of manifests (a file, a pipe, `-`), folders, globs and dumps, one after the other. A manifest is read as it comes, and no faster than entries
 * are asked for. Throws a PageownerError: at once, if an operand is no file and matches none, or is a folder without files; from the generator, if a manifest
 * cannot be read on.
 */
export function entriesOf(operands: readonly string[]): AsyncGenerator<Entry | BrokenEntry> {
  if (operands.filter((operand) => operand === STANDARD_INPUT).length > 1)
    throw usageError('standard input can be read only once');
  return checkedOf(operands.map(candidatesOf));
}

async function* checkedOf(all: readonly Candidates[]): AsyncGenerator<Entry | BrokenEntry> {
  const names: Names = new Map();
  for (const candidates of all) for await (const candidate of candidates) yield checked(candidate, names);
}

function candidatesOf(operand: string): Candidates {
  if (operand === STANDARD_INPUT) return manifestLines(operand);
  if (isUrl(operand)) return [namedUrl(operand)];
  try {
    const stats = statSync(operand, { throwIfNoEntry: false });
    if (stats?.isDirectory()) return foundFiles(filesBelow(operand), noFiles(operand));
    if (!stats && isGlob(operand)) return foundFiles(filesOf(operand), noFileMatches(operand));
    if (!stats) throw cannotRead(operand, { code: 'ENOENT' });
    const start = stats.isFile() ? startOf(operand) : undefined;
    // Likely a dump that failed, among others that a shell named.
    const error = start?.length === 0 ? emptyFile(operand) : undefined;
    if (error || (start && isDumpStart(operand, start))) return [found({ path: operand, relative: operand, error })];
    return manifestLines(operand);
  } catch (error) {
    throw error instanceof PageownerError ? error : cannotRead(operand, error);
  }
}

function startOf(path: string): Buffer {
  const fd = openSync(path, 'r');
  try {
    const start = Buffer.alloc(START_BYTES);
    return start.subarray(0, readSync(fd, start, 0, START_BYTES, 0));
  } finally {
    closeSync(fd);
  }
}

/** Throws if there is no file among them. */
function foundFiles(all: readonly Found[], none: PageownerError): Candidate[] {
  if (all.every(({ error }) => error)) throw all[0]?.error ?? none;
  return all.map(found);
}

function namedUrl(url: string): Candidate {
  const where = shownUrl(url);
  return { where, line: null, read: () => entryOf({ path: url }, where) };
}

function found({ path, relative, error }: Found): Candidate {
  const read = (): Omit<Entry, 'line'> => {
    if (error) throw error;
    return entryOf({ path }, path, relative);
  };
  return { where: path, line: null, read };
}

/** Empty lines and comments are nothing. */
async function* manifestLines(manifest: string): AsyncGenerator<Candidate> {
  const whereOf = (line: number): string => (manifest === STANDARD_INPUT ? `line ${line}` : `${manifest}:${line}`);
  let line = 0;
  for await (const text of linesOf(inputName(manifest), await openAsItComes(manifest), whereOf)) {
    const where = whereOf(++line);
    if (text !== '' && !text.startsWith('#')) yield { where, line, read: () => entryOf(fieldsOf(text, where), where) };
  }
}

/** A line is a path, or JSON. */
function fieldsOf(text: string, where: string): EntryFields {
  if (!text.startsWith('{')) return { path: text };
  try {
    const { path, name, host, taken_at: takenAt, ...extra } = JSON.parse(text) as Record<string, unknown>;
    return { path, name, host, takenAt, extra };
  } catch (error) {
    // What it quotes of the line may be of a password.
    const why = text.includes('://') ? 'it cannot be parsed' : quoted((error as Error).message);
    throw badEntry(where, `no JSON: ${why} (a path that begins with { is written ./{…)`);
  }
}

function checked({ where, line, read }: Candidate, names: Names): Entry | BrokenEntry {
  try {
    const entry = { ...read(), line };
    claim(names, entry, where);
    return entry;
  } catch (error) {
    if (!(error instanceof PageownerError)) throw error;
    return { name: where, line, error };
  }
}

/** Gives an entry its name. Throws if another has it. */
function claim(names: Names, { name, path, url }: Entry, where: string): void {
  const holder = names.get(name);
  const source = url ?? resolve(path);
  if (!holder) return void names.set(name, { source, where });
  const isSame = holder.source === source;
  if (isSame) throw badEntry(where, `repeated: ${quoted(holder.where)} has this dump already`);
  throw badEntry(
    where,
    `${quoted(holder.where)} has the name ${quoted(name)} already; give one of them another "name"`,
  );
}
