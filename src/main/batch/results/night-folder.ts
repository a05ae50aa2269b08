import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cannotWrite, quoted, usageError } from '../../base/errors.js';
import { DUMPS_FOLDER } from './dump-record.js';
import { lock } from './night-lock.js';
import { isNight, type SavedDump, savedDump } from './read-nights.js';
import { RESULTS_FILE, type Result, resultsIn } from './results-file.js';

/** What is not whole, or no more of use, has a name that begins so. */
const PART = '.part-';

/** The folder of a batch, which no other process works in. All throw a PageownerError if it cannot be written. */
export class Night {
  readonly folder: string;
  /** By name: what earlier runs of this batch say of dumps whose folders are there. */
  readonly earlier: ReadonlyMap<string, Result>;
  readonly unlock: () => void;
  private readonly dumps: string;
  private parts = 0;

  private constructor(folder: string, unlock: () => void) {
    this.folder = folder;
    this.unlock = unlock;
    this.dumps = join(folder, DUMPS_FOLDER);
    writing(this.dumps, () => mkdirSync(this.dumps, { recursive: true }));
    this.sweep();
    this.earlier = new Map(
      resultsIn(folder)
        .filter(({ name, status }) => status === 'ok' && existsSync(this.folderOf(name)))
        .map((result) => [result.name, result]),
    );
  }

  /** Takes the folder. Throws if another batch has it, or if it has results and `resume` is not said. */
  static async open(folder: string, resume: boolean): Promise<Night> {
    writing(folder, () => mkdirSync(folder, { recursive: true }));
    const unlock = await lock(folder);
    try {
      if (!resume && (isNight(folder) || existsSync(join(folder, RESULTS_FILE))))
        throw usageError(`${quoted(folder)} has a batch already: go on with it (--resume), or name another --out`);
      return new Night(folder, unlock);
    } catch (error) {
      unlock();
      throw error;
    }
  }

  /** The dump of this name, if an earlier run has made it by the same options. Whether its files are whole is not looked at. */
  saved(name: string, optionsSha256: string): SavedDump | undefined {
    const saved = savedDump(this.folderOf(name));
    return saved?.record.options_sha256 === optionsSha256 ? saved : undefined;
  }

  /** A new folder, empty, to be filled. */
  newPart(): string {
    const part = join(this.dumps, `${PART}${process.pid}-${this.parts++}`);
    writing(part, () => mkdirSync(part));
    return part;
  }

  /** Gives a part that is whole its name. */
  publish(part: string, name: string): void {
    const folder = this.folderOf(name);
    writing(folder, () => {
      const old = `${part}-old`;
      if (existsSync(folder)) renameSync(folder, old);
      renameSync(part, folder);
      rmSync(old, { recursive: true, force: true });
    });
  }

  /** A thread that was ended may still have been writing there: what it leaves is swept in the end. */
  discard(part: string): void {
    try {
      rmSync(part, { recursive: true, force: true });
    } catch {
      // It goes with the sweep.
    }
  }

  /** Takes away what an earlier run made of a dump that cannot be read any more. */
  forget(name: string): void {
    writing(this.dumps, () => rmSync(this.folderOf(name), { recursive: true, force: true }));
  }

  /** Removes what is not whole. */
  sweep(): void {
    writing(this.dumps, () => {
      for (const name of readdirSync(this.dumps)) if (name.startsWith(PART)) this.discard(join(this.dumps, name));
    });
  }

  folderOf(name: string): string {
    return join(this.dumps, name);
  }
}

function writing(path: string, step: () => void): void {
  try {
    step();
  } catch (error) {
    throw cannotWrite(path, error);
  }
}
