import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { cannotWrite } from '../../base/errors.js';

/** Fills a folder that no one else looks at yet. */
export class FolderWriter {
  private readonly folder: string;
  /** SHA-256 by name. */
  readonly hashes: Record<string, string> = {};

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Writes a file. Throws a PageownerError. */
  write(name: string, pieces: Iterable<Uint8Array>): void {
    const path = join(this.folder, name);
    const hash = createHash('sha256');
    let fd = -1;
    try {
      fd = openSync(path, 'wx');
      for (const piece of pieces) {
        hash.update(piece);
        writeAll(fd, piece);
      }
    } catch (error) {
      throw (error as NodeJS.ErrnoException).syscall === undefined ? error : cannotWrite(path, error);
    } finally {
      if (fd >= 0) closeSync(fd);
    }
    this.hashes[name] = hash.digest('hex');
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
}
