/** All errors that a user can meet: one line each, which says what, where, and what to do about it. */

import { END, LONG_BLOCK, OVER_MEMORY, type ReadFailure } from '../../workers/read-error.js';
import { suggestion } from './suggestion.js';

export type ErrorCode = 'usage' | 'input' | 'output' | 'worker' | 'memory' | 'timeout';

export class PageownerError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'PageownerError';
    this.code = code;
  }
}

/** Printable, on one line, and not too long: names from the command line and from other programs may be anything. A URL is shown without its password. */
export function quoted(text: string): string {
  const line = JSON.stringify(text.replace(/(\/\/[^\s/:@]*:)[^\s/]*@/g, '$1…@')).slice(1, -1);
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

const ERRNO_TEXTS: Readonly<Record<string, string>> = {
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EEXIST: 'something else has this name',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is not a directory',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'disk quota exceeded',
  EFBIG: 'file too large',
  EROFS: 'read-only file system',
  EIO: 'input/output error',
  ENOMEM: 'out of memory (of page_owner itself: one of its records is longer than a page)',
  EMFILE: 'too many open files',
  ENXIO: 'no such device or address',
  EINVAL: 'the kernel refused (is page_owner=on in the kernel command line?)',
};

function errnoText(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code && ERRNO_TEXTS[code]) || code || quoted(String(message));
}

export const noCommand = (): PageownerError => new PageownerError('usage', 'no such command (try --help)');

const outOfMemory = (error: Error): PageownerError =>
  new PageownerError(
    'memory',
    `out of memory (${quoted(error.message)}): try a lower --max-memory, so that groups are moved to temporary files earlier, or fewer --threads`,
    error,
  );

export const usageError = (message: string): PageownerError => new PageownerError('usage', message);

export const unknownKey = (option: string, typed: string, bad: string, known: readonly string[]): PageownerError =>
  usageError(
    `wrong argument after --${option} option:${quoted(typed)} (no key "${quoted(bad)}"; known keys: ${known.join(', ')})`,
  );

export const badPidList = (option: 'pid' | 'tgid', typed: string): PageownerError =>
  usageError(
    `wrong/invalid ${option} in from the command line:${quoted(typed)} (--${option} takes whole numbers, separated by commas)`,
  );

export const cannotRead = (input: string, error: unknown): PageownerError =>
  new PageownerError('input', `cannot read ${quoted(input)}: ${errnoText(error)}`, error);

/** `url` as it is shown; `what`: what is wrong, and what to do. */
export const cannotFetch = (url: string, what: string): PageownerError =>
  new PageownerError('input', `cannot read ${quoted(url)}: ${quoted(what)}`);

export const remoteChanged = (url: string): PageownerError =>
  cannotFetch(url, 'it changed on the server since reading was begun or planned; run again when it is complete');

/** A key of --by that there is not. */
export const noSuchKey = (typed: string, known: readonly string[]): PageownerError =>
  usageError(`--by has no key ${quoted(typed)}${suggestion(typed, known)}; it takes ${known.join(', ')}`);

/** `where`: a line of a manifest, or a path. */
export const badEntry = (where: string, what: string): PageownerError =>
  new PageownerError('input', `${quoted(where)}: ${what}`);

export const longLine = (where: string, mostBytes: number): PageownerError =>
  badEntry(
    where,
    `longer than ${mostBytes} bytes; the manifest was read no further (each line is a path or a JSON object)`,
  );

export const noFileMatches = (glob: string): PageownerError =>
  new PageownerError('input', `no file matches ${quoted(glob)} (end it with /** for all below a folder)`);

export const noFiles = (folder: string): PageownerError =>
  new PageownerError('input', `${quoted(folder)} has no files (hidden ones do not count)`);

export const emptyFile = (path: string): PageownerError =>
  new PageownerError(
    'input',
    `${quoted(path)} is empty: neither a dump nor a list of dumps; take the dump again, or leave it out`,
  );

export const dumpForManifest = (input: string): PageownerError =>
  new PageownerError('input', `${quoted(input)} is a dump, not a list of dumps; save it to a file, and name the file`);

/** `what`: what it is, and what to do with it. */
export const notOurs = (input: string, { name, advice }: { name: string; advice: string }): PageownerError =>
  new PageownerError('input', `${quoted(input)} is ${name}, not a page_owner dump: ${advice}`);

export const noBlocks = (input: string): PageownerError =>
  new PageownerError(
    'input',
    `${quoted(input)} has no block of page_owner (is page_owner=on in the kernel command line of where it was taken?)`,
  );

export const mixedForms = (one: string, other: string): PageownerError =>
  usageError(
    `${quoted(one)} and ${quoted(other)} are of two kinds, bytes by place and pages by stack: top --allocinfo FILE DUMP shows both in one table`,
  );

export const samePart = (one: string, other: string): PageownerError =>
  usageError(`${quoted(one)} and ${quoted(other)} have the same part of a dump, which would count twice: give it once`);

export const hasNoTimes = (input: string): PageownerError =>
  usageError(`${quoted(input)} does not say when pages were allocated`);

/** `title`: the form of the input. */
export const noPages = (input: string, title: string): PageownerError =>
  new PageownerError(
    'input',
    `${quoted(input)} is ${title}, which counts bytes by place in the source, not pages; top, diff and info read it`,
  );

export const cannotCut = (input: string, reason: string): PageownerError =>
  usageError(`${quoted(input)} cannot be cut into parts: ${reason}`);

/** `what`: what the input was taken for. */
export const unreadable = (input: string, what: string, error: unknown): PageownerError =>
  new PageownerError('input', `cannot read ${quoted(input)} as ${what}: ${quoted((error as Error).message)}`, error);

/** What a thread could not read, or not put aside. */
export const scanFailed = (input: string, { offset, code, folder, longestBlock }: ReadFailure): PageownerError => {
  if (folder !== undefined) return cannotSpill(folder, { code });
  switch (code) {
    case OVER_MEMORY:
      return new PageownerError(
        'memory',
        `what ${quoted(input)} has in distinct stacks, tasks and masks takes more than its share of --max-memory, at byte ${offset}: give more memory, or fewer --threads`,
      );
    case LONG_BLOCK:
      return new PageownerError(
        'input',
        `${quoted(input)} has a block of more than ${longestBlock} bytes before byte ${offset}: this is no page_owner dump`,
      );
    case END:
      return new PageownerError(
        'input',
        `${quoted(input)} got shorter while it was read: it ends at byte ${offset}; run again when it is complete`,
      );
    default:
      return new PageownerError('input', `cannot read ${quoted(input)} at byte ${offset}: ${errnoText({ code })}`);
  }
};

export const cannotSpill = (folder: string, error: unknown): PageownerError =>
  new PageownerError(
    'output',
    `cannot write temporary groups to ${quoted(folder)}: ${errnoText(error)} (choose another place with --tmp-dir, or more memory with --max-memory)`,
    error,
  );

export const inputChanged = (input: string, before: number, after: number): PageownerError =>
  new PageownerError(
    'input',
    `${quoted(input)} changed while it was read (${before === after ? 'someone wrote to it' : `from ${before} to ${after} bytes`}); run again when it is complete`,
  );

export const cannotUnpack = (input: string, format: string, reason: string): PageownerError =>
  new PageownerError('input', `cannot unpack ${quoted(input)} (${format}): ${quoted(reason)}`);

export const missingProgram = (input: string, program: string, debianPackage: string): PageownerError =>
  new PageownerError(
    'input',
    `${quoted(input)} is packed with ${program}, which is not installed; install the package ${debianPackage}, or unpack the dump first`,
  );

export const cannotWrite = (output: string, error: unknown): PageownerError =>
  new PageownerError('output', `cannot write ${quoted(output)}: ${errnoText(error)}`, error);

export const sameFile = (input: string, output: string): PageownerError =>
  new PageownerError(
    'output',
    `input ${quoted(input)} and output ${quoted(output)} are the same file; name another output`,
  );

export const workerDied = (cause: unknown): PageownerError =>
  new PageownerError(
    'worker',
    `a worker thread died: ${quoted((cause as Error).message ?? String(cause))}; nothing was written`,
    cause,
  );

/** A dump of a batch that was ended; `why`: what it took too long for. */
export const cannotEndInTime = (input: string, why: string): PageownerError =>
  new PageownerError('timeout', `gave up ${quoted(input)}: ${why}`);

export const dumpTooLarge = (input: string): PageownerError =>
  new PageownerError(
    'memory',
    `the reports on ${quoted(input)} take more than its share of --max-memory: give more memory, or fewer --threads`,
  );

export const noThreads = (): PageownerError =>
  new PageownerError('worker', 'no thread can be started (is there too little memory?): continue with --resume');

export const isLocked = (folder: string, pid: number | undefined, lock: string): PageownerError =>
  new PageownerError(
    'output',
    `another batch (process ${pid ?? 'unknown'}) works in ${quoted(folder)}; wait until it ends (if no such process runs, remove ${quoted(lock)})`,
  );

/** What a run ended with. */
export interface Failure {
  readonly code: ErrorCode | 'internal';
  /** One line. */
  readonly message: string;
}

/** Any error, as it is told to people. */
export function failureOf(error: unknown): Failure {
  if (error instanceof PageownerError) return { code: error.code, message: error.message };
  if (isOutOfMemory(error)) return failureOf(outOfMemory(error as Error));
  const message = `internal error: ${(error as Error).stack?.split('\n').slice(0, 3).join(' ') ?? String(error)}`;
  return { code: 'internal', message };
}

/** As V8 says it, and as the kernel of the scan does, whose memory ends at 4 GiB. */
function isOutOfMemory(error: unknown): boolean {
  return (
    error instanceof WebAssembly.RuntimeError || (error instanceof RangeError && /alloc|memory/i.test(error.message))
  );
}
