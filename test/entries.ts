/** Entries of operands of batch, for tests: all that come, what is wrong with one, and folders to find them in. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PageownerError } from '../src/main/base/errors.js';
import { type BrokenEntry, type Entry, entriesOf } from '../src/main/batch/manifest/manifest.js';
import { temporaryFolder, writeInto } from './helpers.js';

export const folder: string = temporaryFolder();
let manifests = 0;

export type AnyEntry = Entry | BrokenEntry;

export async function all(...operands: string[]): Promise<AnyEntry[]> {
  const entries: AnyEntry[] = [];
  for await (const entry of entriesOf(operands)) entries.push(entry);
  return entries;
}

export function manifest(content: string | Buffer): string {
  return writeInto(folder, `manifest-${manifests++}`, content);
}

export function messageOf(entry: AnyEntry | undefined): string {
  assert.ok(entry && 'error' in entry, `broken: ${JSON.stringify(entry)}`);
  assert.ok(entry.error instanceof PageownerError);
  assert.equal(entry.error.code, 'input');
  assert.doesNotMatch(entry.error.message, /\p{Cc}/u);
  return entry.error.message;
}

export const paths = (entries: readonly AnyEntry[]): string[] =>
  entries.map((entry) => ('error' in entry ? `broken ${entry.name}` : entry.path));

export const names = (entries: readonly AnyEntry[]): string[] => entries.map(({ name }) => name);

/** Files of a new folder; a name ends with a slash where a folder is meant. */
export function tree(name: string, ...files: readonly string[]): string {
  const root = join(folder, name);
  for (const file of files) {
    mkdirSync(join(root, file, file.endsWith('/') ? '' : '..'), { recursive: true });
    if (!file.endsWith('/')) writeInto(root, file, '');
  }
  return root;
}

export function fifo(name: string): string {
  const path = join(folder, name);
  execFileSync('bash', ['-c', 'mkfifo "$0"', path]);
  return path;
}
