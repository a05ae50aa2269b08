import { writeSync } from 'node:fs';
import { cannotWrite } from '../base/errors.js';

const STDOUT_FD = 1;

/** Prints text on stdout. A reader that has seen enough is no error. Throws a PageownerError. */
export function print(text: string): void {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(STDOUT_FD, bytes, done);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') return;
      // A pipe that someone else made non-blocking is full.
      if (code !== 'EAGAIN') throw cannotWrite('standard output', error);
    }
  }
}
