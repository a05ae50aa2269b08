import { type Dirent, readdirSync, statSync } from 'node:fs';
import { cannotRead, type PageownerError, quoted, usageError } from '../../base/errors.js';

/** A file, or a folder that cannot be read. */
export interface Found {
  readonly path: string;
  /** Without the folder that was named, or the fixed part of the glob. */
  readonly relative: string;
  readonly error?: PageownerError | undefined;
}

const SPECIAL = /[*?[]/;

export function isGlob(text: string): boolean {
  return SPECIAL.test(text);
}

/** All that is no folder below a folder, sorted by path. Hidden ones are left out, and folders behind links: `latest` is there already. */
export function filesBelow(folder: string): Found[] {
  return find(folder.replace(/\/*$/, '/'), ['**', '*']);
}

/**
 * All that is no folder and matches, sorted by path: `*` and `?` in a name, `[a-z]`, `[!a-z]`, and `**` for folders at any depth. A dot at the start
 * of a name must be in the glob; links to folders are followed, except by `**`.
 */
export function filesOf(glob: string): Found[] {
  const fixed = glob.slice(0, glob.lastIndexOf('/', glob.search(SPECIAL)) + 1);
  const steps = glob.slice(fixed.length).replace(/\/+$/, '').split(/\/+/);
  if (steps.at(-1) === '**') steps.push('*');
  // Twice in a row it would find the same, often.
  const segments = steps.filter((step, i) => step !== '**' || steps[i - 1] !== '**');
  return find(fixed, segments);
}

/** `prefix` is a folder with its slash, or empty. */
function find(prefix: string, segments: readonly string[]): Found[] {
  const steps = segments.map((segment) => ({ segment, pattern: patternOf(segment) }));
  const byPath = new Map<string, Found>();
  for (const [path, error] of walk(prefix, steps))
    byPath.set(path, { path, relative: path.slice(prefix.length), error });
  return [...byPath.keys()].sort().map((path) => byPath.get(path) as Found);
}

interface Step {
  readonly segment: string;
  readonly pattern: RegExp;
}

function* walk(prefix: string, steps: readonly Step[]): Generator<[path: string, error?: PageownerError]> {
  const [{ segment, pattern }, ...rest] = steps as [Step, ...Step[]];
  const isAnyDepth = segment === '**';
  if (isAnyDepth) yield* walk(prefix, rest);
  let entries: Dirent[];
  try {
    entries = readdirSync(prefix || '.', { withFileTypes: true });
  } catch (error) {
    return yield [prefix, cannotRead(prefix, error)];
  }
  for (const entry of entries) {
    const path = prefix + entry.name;
    if (!pattern.test(entry.name) || (entry.name.startsWith('.') && !segment.startsWith('.'))) continue;
    if (isAnyDepth) {
      if (entry.isDirectory()) yield* walk(`${path}/`, steps);
    } else if (!isFolder(entry, path)) {
      if (rest.length === 0) yield [path];
    } else if (rest.length > 0) yield* walk(`${path}/`, rest);
  }
}

function isFolder(entry: Dirent, path: string): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  try {
    return statSync(path).isDirectory();
  } catch {
    // A link that leads nowhere is a file that cannot be read, which is said when it is.
    return false;
  }
}

function patternOf(segment: string): RegExp {
  const source = segment.replace(/\[!?\]?[^\]]*\]|./gsu, (part) => {
    if (part === '*') return '.*';
    if (part === '?') return '.';
    const [, not, members] = /^\[(!?)(.+)\]$/su.exec(part) ?? [];
    if (members === undefined) return part.replace(/[\\^$.+()[\]{}|/]/, '\\$&');
    return `[${not && '^'}${members.replace(/[\\[\]^]/g, '\\$&')}]`;
  });
  try {
    return new RegExp(`^${source}$`, 'su');
  } catch {
    throw usageError(`${quoted(segment)} is no pattern: a range in [] goes from the lower letter to the higher`);
  }
}
