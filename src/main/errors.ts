/** All errors that a user can meet: one line each, which says what, where, and what to do about it. */
import { LONGEST_BLOCK } from '../workers/chunk-runner.js';
import { END, LONG_BLOCK, type ReadFailure } from '../workers/task.js';

export type ErrorCode = 'usage' | 'input' | 'output' | 'worker' | 'memory';

export class PageownerError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'PageownerError';
    this.code = code;
  }
}

/** Printable, on one line, and not too long: names from the command line and from other programs may be anything. */
export function quoted(text: string): string {
  const line = JSON.stringify(text).slice(1, -1);
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

const ERRNO_TEXTS: Readonly<Record<string, string>> = {
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
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

export const outOfMemory = (error: Error): PageownerError =>
  new PageownerError(
    'memory',
    `out of memory (${quoted(error.message)}): try a lower --max-memory, so that groups are put aside earlier, or fewer --threads`,
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

export const noBlocks = (input: string): PageownerError =>
  new PageownerError(
    'input',
    `${quoted(input)} has no block of page_owner (is page_owner=on in the kernel command line of where it was taken?)`,
  );

export const cannotCut = (input: string, reason: string): PageownerError =>
  usageError(`${quoted(input)} cannot be cut into parts: ${reason}`);

/** `what`: what the input was taken for. */
export const unreadable = (input: string, what: string, error: unknown): PageownerError =>
  new PageownerError('input', `cannot read ${quoted(input)} as ${what}: ${quoted((error as Error).message)}`, error);

/** What a thread could not read, or not put aside. */
export const scanFailed = (input: string, { offset, code, folder }: ReadFailure): PageownerError =>
  folder !== undefined
    ? cannotSpill(folder, { code })
    : new PageownerError(
        'input',
        code === LONG_BLOCK
          ? `${quoted(input)} has a block of more than ${LONGEST_BLOCK} bytes before byte ${offset}: this is no page_owner dump`
          : code === END
            ? `${quoted(input)} got shorter while it was read: it ends at byte ${offset}; run again when it is complete`
            : `cannot read ${quoted(input)} at byte ${offset}: ${errnoText({ code })}`,
      );

export const cannotSpill = (folder: string, error: unknown): PageownerError =>
  new PageownerError(
    'output',
    `cannot put groups aside in ${quoted(folder)}: ${errnoText(error)} (choose another place with --tmp-dir, or more memory with --max-memory)`,
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
