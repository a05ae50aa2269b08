import { fstatSync, lstatSync, realpathSync, type Stats, statSync, unlinkSync } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { cannotWrite, sameFile } from './errors.js';
import type { Input } from './input.js';
import { undoAtEnd } from './undo.js';

const STANDARD_OUTPUT = '-';
const STDOUT_FD = 1;
const PERMISSIONS = 0o7777;

/** Where a report goes. It is there whole after `commit`, or not at all. */
export interface Output {
  write(bytes: Uint8Array): Promise<void>;
  commit(): Promise<void>;
  /** Leaves everything as it was. Does nothing after `commit`. */
  discard(): Promise<void>;
}

/** Opens a file, a device, or `-`. Throws if it cannot be written, or is the input itself. */
export async function openOutput(path: string, input: Input): Promise<Output> {
  if (path === STANDARD_OUTPUT) {
    refuseInput(path, fstatSync(STDOUT_FD), input);
    return standardOutput();
  }
  try {
    const target = resolveLinks(path);
    const existing = statSync(target, { throwIfNoEntry: false });
    refuseInput(path, existing, input);
    if (!existing || existing.isFile()) return await temporaryFile(path, target, existing);
    return openedFile(path, await open(target, 'w'));
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code?.startsWith('E') ? cannotWrite(path, error) : error;
  }
}

function refuseInput(path: string, output: Stats | undefined, input: Input): void {
  const isSame = output?.isFile() && output.dev === input.stats.dev && output.ino === input.stats.ino;
  if (isSame) throw sameFile(input.name, path);
}

/** The file behind symbolic links, so that a link stays one. */
function resolveLinks(path: string): string {
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink();
  return isLink && statSync(path, { throwIfNoEntry: false }) ? realpathSync(path) : path;
}

/** Writes beside the target and takes its place at the end. */
async function temporaryFile(path: string, target: string, existing: Stats | undefined): Promise<Output> {
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.${Date.now().toString(36)}.tmp`);
  const file = await open(temporary, 'wx', existing ? existing.mode & PERMISSIONS : 0o666);
  const forget = undoAtEnd(() => unlinkSync(temporary));
  let isOpen = true;
  const discard = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    forget();
    unlinkSync(temporary);
    await file.close();
  };
  const output = openedFile(path, file);
  return {
    write: output.write,
    async commit() {
      try {
        if (existing) await file.chmod(existing.mode & PERMISSIONS);
        // Some file systems tell only here that the disk is full.
        await file.close();
        await rename(temporary, target);
        forget();
        isOpen = false;
      } catch (error) {
        throw cannotWrite(path, error);
      }
    },
    discard,
  };
}

/** Writes where there is nothing to replace: a device or a FIFO. */
function openedFile(path: string, file: FileHandle): Output {
  return {
    async write(bytes) {
      try {
        for (let done = 0; done < bytes.length; ) {
          const { bytesWritten } = await file.write(bytes, done);
          done += bytesWritten;
        }
      } catch (error) {
        throw cannotWrite(path, error);
      }
    },
    commit: () => file.close(),
    discard: () => file.close(),
  };
}

/** Writes to stdout. A reader that has seen enough (`| head`) closes the pipe, which is no error. */
function standardOutput(): Output {
  let isClosed = false;
  const onError = (): void => {};
  process.stdout.on('error', onError);
  return {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        if (isClosed) return resolve();
        process.stdout.write(bytes, (error) => {
          isClosed = (error as NodeJS.ErrnoException | null)?.code === 'EPIPE';
          if (error && !isClosed) reject(cannotWrite('standard output', error));
          else resolve();
        });
        return undefined;
      }),
    async commit() {},
    async discard() {},
  };
}
