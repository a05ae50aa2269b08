import { randomUUID } from 'node:crypto';
import {
  existsSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cannotWrite, isLocked } from '../../base/errors.js';
import { undoAtEnd } from '../../io/undo.js';

const LOCK_FILE = '.lock';

/** Of a holder that cannot be seen from here, a sign of life is waited for: it gives one every so often, and is dead after so long. */
const SIGN_MS = 5000;
const DEAD_MS = 30_000;
const LOOK_MS = 200;

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
export async function lock(folder: string): Promise<() => void> {
  const path = join(folder, LOCK_FILE);
  const stale = `${path}-${process.pid}`;
  try {
    while (!tryCreate(path)) {
      if (await isAlive(path)) throw isLocked(folder, readHolder(path)?.pid, path);
      if (!tryRename(path, stale)) continue;
      // Another may have found it stale too, and put its own there meanwhile.
      if (isSeen(stale)) renameSync(stale, path);
      else unlinkSync(stale);
    }
  } catch (error) {
    throw (error as NodeJS.ErrnoException).syscall === undefined ? error : cannotWrite(path, error);
  }
  const signs = setInterval(() => trySign(path), SIGN_MS).unref();
  const unlock = (): void => {
    clearInterval(signs);
    // Someone may have taken it away by hand, and another batch begun.
    if (JSON.stringify(readHolder(path)) === JSON.stringify(self())) tryUnlink(path);
  };
  const forget = undoAtEnd(unlock);
  return () => {
    forget();
    unlock();
  };
}

/** Whether a process works in a folder now, or may do so. */
export function isLockedNow(folder: string): boolean {
  const path = join(folder, LOCK_FILE);
  return isSeen(path) ?? Date.now() - signOf(path) < DEAD_MS;
}

let own: Holder | undefined;

/** Without /proc no process can be seen from any other, which waits for signs of life then. */
function self(): Holder {
  const { pid } = process;
  try {
    own ??= {
      boot: readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim(),
      namespace: readlinkSync('/proc/self/ns/pid'),
      pid,
      started: startOf(pid) ?? '',
    };
  } catch {
    own = { boot: randomUUID(), namespace: '', pid, started: '' };
  }
  return own;
}

/** undefined: there is no such process. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name, in parentheses, may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie does nothing any more: no one has asked yet how it ended.
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** Whether the holder of a lock lives; undefined: it cannot be seen from here. */
function isSeen(path: string): boolean | undefined {
  const holder = readHolder(path);
  const { boot, namespace } = self();
  if (holder?.boot !== boot || holder.namespace !== namespace) return existsSync(path) ? undefined : false;
  return (startOf(holder.pid) ?? '') === holder.started;
}

/** Waits for a sign of life where there is no other way. */
async function isAlive(path: string): Promise<boolean> {
  const first = signOf(path);
  for (;;) {
    const isThere = isSeen(path);
    if (isThere !== undefined) return isThere;
    if (signOf(path) !== first) return true;
    if (Date.now() - first >= DEAD_MS) return false;
    await sleep(LOOK_MS);
  }
}

/** When the holder last gave a sign of life, in ms since 1970. */
function signOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
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
