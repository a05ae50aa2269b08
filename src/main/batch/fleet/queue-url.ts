import { readFileSync } from 'node:fs';
import { cannotRead, quoted, usageError } from '../../base/errors.js';

/** Where a queue is. */
export interface QueueUrl {
  readonly engine: 'redis' | 'postgres';
  readonly url: URL;
  /** For messages: without a password. */
  readonly shown: string;
}

const ENGINES: Readonly<Record<string, QueueUrl['engine']>> = {
  'redis:': 'redis',
  'rediss:': 'redis',
  'postgres:': 'postgres',
  'postgresql:': 'postgres',
};

/**
 * Reads what stands after --queue: a URL, or `@FILE` with one in its first line, so that a password is in no command line.
 * @throws PageownerError for what is no such URL, without its password
 */
export function parseQueueUrl(typed: string): QueueUrl {
  const text = typed.startsWith('@') ? firstLineOf(typed.slice(1)) : typed;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const engine = url && ENGINES[url.protocol];
  const what = typed.startsWith('@') ? `what ${quoted(typed)} has` : quoted(withoutPassword(typed));
  if (!url || !engine)
    throw usageError(`--queue takes redis://HOST[:PORT]/DB, rediss://… or postgres://HOST/DATABASE, not ${what}`);
  if (engine === 'redis' && !/^\/?\d*$/.test(url.pathname))
    throw usageError(`--queue ${shownOf(url)}: the path of a redis URL is the number of a database`);
  return { engine, url, shown: shownOf(url) };
}

function firstLineOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').split('\n', 1)[0]?.trim() ?? '';
  } catch (error) {
    throw cannotRead(path, error);
  }
}

/** Of parameters only the names of files are shown, so all are left out. */
function shownOf(url: URL): string {
  const shown = new URL(url);
  shown.password = '';
  shown.search = '';
  return shown.href;
}

/** Whatever may be a password of what is no URL. */
function withoutPassword(text: string): string {
  return text.replace(/\/\/[^@]*@/, '//…@');
}

/** A file that a parameter of the URL names: certificates. Throws a PageownerError. */
export function fileOf(url: URL, parameter: string): Buffer | undefined {
  const path = url.searchParams.get(parameter);
  if (path === null) return undefined;
  try {
    return readFileSync(path);
  } catch (error) {
    throw cannotRead(path, error);
  }
}
