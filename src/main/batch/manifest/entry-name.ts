import { createHash } from 'node:crypto';

/** In bytes: a file system takes 255, and what is made of a name may be somewhat longer. */
const LONGEST = 200;
const HASH_DIGITS = 8;

const SUFFIXES = /(?<=[^/])(?:\.(?:gz|zst|xz|txt|parquet))+$/;

/** Whether a folder of a night can have this name. */
export function isFolderName(name: unknown): name is string {
  return (
    typeof name === 'string' && name !== '' && !/^\.|[/\p{Cc}\p{Cs}]/u.test(name) && Buffer.byteLength(name) <= LONGEST
  );
}

/** The name of a dump that was given none: `host1_page_owner` of `./host1/page_owner.txt.gz`. It can name a folder. */
export function nameOfPath(path: string): string {
  const name = path
    .replace(/^(?:\.?\/)+/, '')
    .replace(SUFFIXES, '')
    .replace(/[^\w.-]/gu, '_')
    .replace(/^\.+/, '');
  if (name !== '' && name.length <= LONGEST) return name;
  const hash = createHash('sha256').update(path).digest('hex').slice(0, HASH_DIGITS);
  return `${name.slice(0, LONGEST - HASH_DIGITS - 1)}-${hash}`;
}
