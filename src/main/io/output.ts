import {
  accessSync,
  close,
  constants,
  fchmodSync,
  fchownSync,
  fdatasync,
  fstatSync,
  fsync,
  lstatSync,
  open,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  write,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { cannotWrite, sameFile } from '../base/errors.js';
import { call, mayBlock } from './call.js';
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

export interface OutputOptions {
  /** Whether what is written has reached the disk before it takes its place: after a power cut it is there whole, or what was there before is. */
  readonly fsync?: boolean | undefined;
}

/** Opens a file, a device, or `-`. Throws if it cannot be written, or is one of the inputs. */
export async function openOutput(
  path: string,
  inputs: readonly Pick<Input, 'name' | 'stats'>[],
  { fsync: isSynced = false }: OutputOptions = {},
): Promise<Output> {
  if (path === STANDARD_OUTPUT) {
    refuseInputs(path, fstatSync(STDOUT_FD), inputs);
    return standardOutput();
  }
  try {
    const existing = statSync(path, { throwIfNoEntry: false });
    refuseInputs(path, existing, inputs);
    if (!existing) return temporaryFile(path, isLink(path) ? linkTarget(path) : path, existing, isSynced);
    // What is opened already (/dev/fd/N) cannot be replaced, and neither can a device or a FIFO.
    if (!existing.isFile() || isOpenFile(path)) {
      return openedFile(path, await mayBlock(call<number>((done) => open(path, 'w', done))));
    }
    // Without the right to write a file there is none to replace it.
    accessSync(path, constants.W_OK);
    return temporaryFile(path, isLink(path) ? realpathSync(path) : path, existing, isSynced);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code?.startsWith('E') ? cannotWrite(path, error) : error;
  }
}

function refuseInputs(path: string, output: Stats | undefined, inputs: readonly Pick<Input, 'name' | 'stats'>[]): void {
  if (!output?.isFile()) return;
  const same = inputs.find(({ stats }) => output.dev === stats?.dev && output.ino === stats.ino);
  if (same) throw sameFile(same.name, path);
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

/** Where a link points to that has no file yet. */
function linkTarget(path: string): string {
  return resolve(dirname(path), readlinkSync(path));
}

function isOpenFile(path: string): boolean {
  return /^\/(dev|proc\/[^/]+)\/fd\/\d+$|^\/dev\/std(out|err)$/.test(path);
}

/** Writes beside the target and takes its place at the end. */
function temporaryFile(path: string, target: string, existing: Stats | undefined, isSynced: boolean): Output {
  const temporary = join(dirname(target), `.pageowner-${process.pid}-${Math.random().toString(36).slice(2)}.tmp`);
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
      if (!isSynced || unsynced < SYNC_BYTES) return;
      unsynced = 0;
      await syncing;
      // What it says it says again in the end.
      syncing = call((done) => fdatasync(fd, done)).catch(() => {});
    },
    async commit() {
      try {
        if (existing) keepOwner(fd, existing);
        await syncing;
        if (isSynced) await call((done) => fsync(fd, done));
        // Some file systems tell only here that the disk is full.
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

/** Mode and, for root, owner stay those of the file that is replaced. */
function keepOwner(fd: number, { uid, gid, mode }: Stats): void {
  if (process.getuid?.() === 0) fchownSync(fd, uid, gid);
  fchmodSync(fd, mode & PERMISSIONS);
}

/** Writes where there is nothing to replace: a device or a FIFO. */
function openedFile(path: string, fd: number): Output {
  let isOpen = true;
  const closeOnce = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await call((done) => close(fd, done));
  };
  return {
    async write(bytes) {
      try {
        for (let done = 0; done < bytes.length; ) {
          done += await mayBlock(
            call<number>((callback) => write(fd, bytes, done, bytes.length - done, null, callback)),
          );
        }
      } catch (error) {
        throw cannotWrite(path, error);
      }
    },
    commit: closeOnce,
    discard: closeOnce,
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
    async commit() {
      process.stdout.off('error', onError);
    },
    async discard() {
      process.stdout.off('error', onError);
    },
  };
}
