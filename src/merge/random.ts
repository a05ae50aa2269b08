import { closeSync, openSync, readSync } from 'node:fs';

/** Fills an array with random bytes. Read from where Node has them too, since its own way takes 5 ms to load; there it is where this one is missing. */
export function fillRandomly(bytes: Uint8Array<ArrayBuffer>): void {
  try {
    const fd = openSync('/dev/urandom', 'r');
    readSync(fd, bytes);
    closeSync(fd);
  } catch {
    crypto.getRandomValues(bytes);
  }
}
