import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LEAK, ROOT, run, temporaryFolder, writeInto } from './helpers.js';

/** What the tests of reports share. */

export const folder: string = temporaryFolder();
export const T0: string = LEAK[0];
export const T1: string = LEAK[1];
export const T2: string = LEAK[2];

/** Runs a command that must succeed. */
export function pageowner(...args: string[]): string {
  const { status, stdout, stderr } = run('pageowner', args);
  assert.equal(stderr, '');
  assert.equal(status, 0);
  return Buffer.from(stdout, 'latin1').toString();
}

// biome-ignore lint/suspicious/noExplicitAny: documents of many shapes, looked into field by field
export function json(...args: string[]): any {
  return JSON.parse(pageowner(...args, '--format', 'json'));
}

export function dump(name: string, content: Buffer | string): string {
  return writeInto(folder, name, content);
}

/** A block of which some things are said. */
export function block(what: {
  order?: number;
  pfn?: number;
  type?: string;
  own?: string;
  zone?: number;
  ts?: number | bigint;
  stack?: string;
  tail?: string;
  comm?: string;
}): string {
  const {
    order = 0,
    pfn = 0x10,
    type = 'Unmovable',
    own = type,
    zone = 0,
    ts = 1,
    stack = 'leaf',
    tail = '',
    comm = 'c',
  } = what;
  return `Page allocated via order ${order}, mask 0xcc0(GFP_KERNEL), pid 7, tgid 7 (${comm}), ts ${ts} ns
PFN 0x${pfn.toString(16)} type ${type} Block ${pfn >> 9} type ${own} Flags 0x0(node=0|zone=${zone})
 ${stack}+0x1/0x2
${tail}
`;
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The lines of a table of a fixture, by its columns. */
export function truth(path: string): Record<string, string>[] {
  const [head = '', ...lines] = readFileSync(join(ROOT, 'fixtures', path), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => Object.fromEntries(line.split('\t').map((value, i) => [head.split('\t')[i], value])));
}
