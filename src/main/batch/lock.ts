import { readFileSync, readlinkSync, renameSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cannotWrite, isLocked } from '../errors.js';
import { undoAtEnd } from '../undo.js';

const LOCK_FILE = '.lock';

/** Of a holder that cannot be seen from here, a sign of life is looked for: it gives one every so often, and is dead after so long. */
const SIGN_MS = 10_000;
const DEAD_MS = 60_000;

/** A process that can be told from all others, also from a later one of the same number. */
interface Holder {
  /** Processes of the same boot and namespace see each other. */
  readonly boot: string;
  readonly namespace: string;
  readonly pid: number;
  /** In clock ticks since boot: field 22 of /proc/PID/stat (proc(5)). */
  readonly started: string;
}

/**
 * Takes a folder for this process, until it ends, or the function that is returned is called. Throws a PageownerError if another process has it. What
 * one that was killed has left is taken away.
 */
export function lock(folder: string): () => void {
  const path = join(folder, LOCK_FILE);
  const stale = `${path}-${process.pid}`;
  try {
    while (!tryCreate(path)) {
      refuseIfAlive(folder, path);
      if (!tryRename(path, stale)) continue;
      // Another may have found it stale too, and put its own there meanwhile.
      if (isAlive(stale)) renameSync(stale, path);
      else unlinkSync(stale);
      refuseIfAlive(folder, path);
    }
  } catch (error) {
    throw (error as NodeJS.ErrnoException).syscall === undefined ? error : cannotWrite(path, error);
  }
  const signs = setInterval(() => trySign(path), SIGN_MS).unref();
  const unlock = (): void => {
    clearInterval(signs);
    tryUnlink(path);
  };
  const forget = undoAtEnd(unlock);
  return () => {
    forget();
    unlock();
  };
}

/** Whether a process works in a folder now. */
export function isLockedNow(folder: string): boolean {
  return isAlive(join(folder, LOCK_FILE));
}

function refuseIfAlive(folder: string, path: string): void {
  if (isAlive(path)) throw isLocked(folder, readHolder(path)?.pid, path);
}

function self(): Holder {
  return {
    boot: readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim(),
    namespace: readlinkSync('/proc/self/ns/pid'),
    pid: process.pid,
    started: startOf(process.pid) ?? '',
  };
}

/** undefined: there is no such process. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name, in parentheses, may hold anything.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function isAlive(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return false;
  const holder = readHolder(path);
  const own = self();
  if (holder?.boot === own.boot && holder.namespace === own.namespace) return startOf(holder.pid) === holder.started;
  return Date.now() - stats.mtimeMs < DEAD_MS;
}

/** undefined: there is no lock, or one that was not written whole. */
function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

function tryCreate(path: string): boolean {
  try {
    writeFileSync(path, JSON.stringify(self()), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function tryRename(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function tryUnlink(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It is not there.
  }
}

function trySign(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // The folder was taken away: what is written there next will say so.
  }
}
