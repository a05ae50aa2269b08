import {
  close,
  fchmodSync,
  fdatasync,
  fstatSync,
  fsync,
  lstatSync,
  open,
  openSync,
  realpathSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  write,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { call } from './call.js';
import { cannotWrite, sameFile } from './errors.js';
import type { Input } from './input.js';
import { undoAtEnd } from './undo.js';

const STANDARD_OUTPUT = '-';
const STDOUT_FD = 1;
const PERMISSIONS = 0o7777;

/** After so many bytes the disk is asked to take what it has, while more is written: a GB at the end takes half a second. */
const SYNC_BYTES: number = 1 << 26;

/** Where a report goes. It is there whole after `commit`, or not at all. */
export interface Output {
  write(bytes: Uint8Array): Promise<void>;
  commit(): Promise<void>;
  /** Leaves everything as it was. Does nothing after `commit`. */
  discard(): Promise<void>;
}

/** Writes all pieces. While one is put out the next is made, so each must be valid until the next but one. */
export async function writeAll(output: Output, pieces: Iterable<Uint8Array>): Promise<void> {
  let written: Promise<void> = Promise.resolve();
  try {
    for (const piece of pieces) {
      await written;
      written = output.write(piece);
    }
  } finally {
    await written;
  }
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
    return openedFile(path, await call<number>((done) => open(target, 'w', done)));
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
  const fd = openSync(temporary, 'wx', existing ? existing.mode & PERMISSIONS : 0o666);
  const forget = undoAtEnd(() => unlinkSync(temporary));
  const output = openedFile(path, fd);
  let isOpen = true;
  let unsynced = 0;
  let syncing: Promise<void> = Promise.resolve();
  return {
    async write(bytes) {
      await output.write(bytes);
      unsynced += bytes.length;
      if (unsynced < SYNC_BYTES) return;
      unsynced = 0;
      await syncing;
      // What it says it says again in the end.
      syncing = call((done) => fdatasync(fd, done)).catch(() => {});
    },
    async commit() {
      try {
        if (existing) fchmodSync(fd, existing.mode & PERMISSIONS);
        await syncing;
        // Some file systems tell only here that the disk is full.
        await call((done) => fsync(fd, done));
        await output.commit();
        renameSync(temporary, target);
        forget();
        isOpen = false;
      } catch (error) {
        throw cannotWrite(path, error);
      }
    },
    async discard() {
      if (!isOpen) return;
      isOpen = false;
      forget();
      unlinkSync(temporary);
      await syncing;
      await output.discard();
    },
  };
}

/** Writes where there is nothing to replace: a device or a FIFO. */
function openedFile(path: string, fd: number): Output {
  return {
    async write(bytes) {
      try {
        for (let done = 0; done < bytes.length; ) {
          done += await call<number>((callback) => write(fd, bytes, done, bytes.length - done, null, callback));
        }
      } catch (error) {
        throw cannotWrite(path, error);
      }
    },
    commit: () => call((done) => close(fd, done)),
    discard: () => call((done) => close(fd, done)),
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
