import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fixtureDump, programFile, RUNNER, run, temporaryFolder, writeInto } from './helpers.js';

/** What the tests of batch share. */

export const folder: string = temporaryFolder();
export const SCRIPT: string = programFile('pageowner');

export interface Line {
  readonly name: string;
  readonly status: string;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly extra: Record<string, unknown>;
  readonly input: { readonly bytes: number; readonly sha256: string } | null;
  readonly outputs: Record<string, string>;
  readonly alarms: readonly string[];
  readonly warnings: readonly string[];
  readonly ended_at: string;
  readonly [field: string]: unknown;
}

/** A new folder, and the name of one for results. */
export function place(name: string): { dumps: string; out: string } {
  const dumps = join(folder, name);
  mkdirSync(dumps);
  return { dumps, out: join(folder, `${name}-out`) };
}

export function batch(...args: string[]): ReturnType<typeof run> {
  return run('pageowner', ['batch', ...args]);
}

export function start(...args: string[]): ChildProcess {
  return spawn(RUNNER, [SCRIPT, 'batch', ...args], { stdio: ['pipe', 'ignore', 'pipe'] });
}

export function exitOf(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

export async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 1200 && !holds(); i++) await sleep(50);
  assert.ok(holds(), 'it took longer than a minute');
}

export function results(out: string): Map<string, Line> {
  const lines = readFileSync(join(out, 'results.ndjson'), 'utf8').split('\n').slice(0, -1);
  const parsed = lines.map((line) => JSON.parse(line) as Line);
  assert.equal(new Set(parsed.map(({ name }) => name)).size, parsed.length, 'a line for each name');
  return new Map(parsed.map((line) => [line.name, line]));
}

export function summary(out: string): Record<string, never> {
  return JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8'));
}

/** What a batch leaves, by file: without the files that tell of times. */
export function filesOf(out: string): Record<string, string> {
  const files = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name).slice(out.length + 1));
  const told = paths.filter((path) => !/^(results\.ndjson|summary\.(json|md|html))$/.test(path)).sort();
  return Object.fromEntries(told.map((path) => [path, sha256(readFileSync(join(out, path)))]));
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Small dumps that differ from each other. */
export function fill(dumps: string, count: number): void {
  const text = fixtureDump('6.12-boot').toString('latin1');
  const blocks = text.split('\n\n').slice(0, 60);
  for (let i = 0; i < count; i++) {
    const own = [...blocks.slice(i % 40), ...blocks.slice(0, i % 50)].join('\n\n');
    const name = `host${String(i).padStart(3, '0')}.txt`;
    if (i % 3 === 0) writeInto(dumps, `${name}.gz`, gzipSync(Buffer.from(`${own}\n\n`, 'latin1')));
    else writeInto(dumps, name, Buffer.from(`${own}\n\n`, 'latin1'));
  }
}
