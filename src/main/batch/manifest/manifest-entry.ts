import { existsSync } from 'node:fs';
import { badEntry, type PageownerError, quoted } from '../../base/errors.js';
import { isoTime } from '../../command-line/iso-time.js';
import { isUrl, shownUrl } from '../../io/url.js';
import { isFolderName, nameOfPath } from './entry-name.js';

/** A dump that a batch is to read. */
export interface Entry {
  /** Of its folder in the night; no other entry has it. */
  readonly name: string;
  /** Absolute, or from the working directory; a URL as it may be shown. Never `-`. */
  readonly path: string;
  /** With its password. */
  readonly url?: string;
  readonly host: string | null;
  /** ISO 8601, UTC. */
  readonly takenAt: string | null;
  /** What else its line of the manifest has. */
  readonly extra: Readonly<Record<string, unknown>>;
  /** Of its manifest, from 1; null: no manifest has it. */
  readonly line: number | null;
}

/** What is no entry, in its place. */
export interface BrokenEntry {
  /** `line 17` (of standard input), `fleet.txt:17`, or a path: it may hold any characters. */
  readonly name: string;
  readonly line: number | null;
  readonly error: PageownerError;
}

/** What is said of an entry, of any type; null and undefined: nothing. */
export interface EntryFields {
  readonly path: unknown;
  readonly name?: unknown;
  readonly host?: unknown;
  readonly takenAt?: unknown;
  readonly extra?: Readonly<Record<string, unknown>>;
}

const NO_NAME =
  'cannot name a folder: it is a text of 1 to 200 bytes, without /, control characters, and a dot at its start';

/** Checks what is said of an entry; `named` is the part of its path that it has its name of. Throws a PageownerError that begins with `where`. */
export function entryOf(fields: EntryFields, where: string, named?: string): Omit<Entry, 'line'> {
  const { path, extra = {} } = fields;
  const [name, host, takenAt] = [fields.name ?? null, fields.host ?? null, fields.takenAt ?? null];
  const check: (holds: boolean, what: string) => asserts holds = (holds, what) => {
    if (!holds) throw badEntry(where, what);
  };
  check(typeof path === 'string' && path !== '', '"path" is missing, or no text: it is the path of a dump');
  check(!path.includes('\0'), 'the path has a NUL, which no path can have');
  check(isUtf8(path), 'the path is not UTF-8, and cannot be given to the system; rename the file, or link to it');
  check(host === null || typeof host === 'string', '"host" is no text');
  check(name === null || isFolderName(name), `"name" ${NO_NAME}`);
  check(name !== null || host === null || isFolderName(host), `"host" ${NO_NAME}; or give a "name"`);
  const time = takenAt === null ? null : isoTime(takenAt);
  check(
    time !== undefined,
    `"taken_at" is no time of ISO 8601: ${quoted(JSON.stringify(takenAt))} (like 2026-11-24T01:30:00Z)`,
  );
  const common = { host, takenAt: time, extra };
  if (isUrl(path)) {
    check(URL.canParse(path), 'the path is no URL: write http://HOST/PATH or https://HOST/PATH');
    const { host: server, pathname } = new URL(path);
    return { name: name ?? host ?? nameOfPath(server + pathname), path: shownUrl(path), url: path, ...common };
  }
  // Elsewhere that is standard input.
  const file = path === '-' ? './-' : path;
  return { name: name ?? host ?? nameOfPath(named ?? path), path: file, ...common };
}

/** What is not UTF-8 was read as U+FFFD, which a path may also have. */
function isUtf8(path: string): boolean {
  return !/\p{Cs}/u.test(path) && (!path.includes('\ufffd') || existsSync(path));
}
