import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type RunSummary, sortDump } from '../src/main/index.js';
import { BLOCK, fixtureDump, temporaryFolder, writeInto } from './helpers.js';

const folder = temporaryFolder();
const output = join(folder, 'report');

/** Sorts in several ways, which must all give the same and lose nothing. */
async function sorted(dump: Buffer | string, chunkSize = 1000): Promise<{ summary: RunSummary; report: string }> {
  const input = writeInto(folder, 'dump', dump);
  let first: string | undefined;
  let summary: RunSummary | undefined;
  for (const cut of [{ threads: 1 }, { threads: 2, chunkSize }, { threads: 1, chunkSize }]) {
    summary = await sortDump({ input, output, ...cut });
    assert.equal(summary.blocks, summary.grouped + summary.filtered + summary.malformed);
    assert.equal(summary.bytes, Buffer.byteLength(dump));
    const report = readFileSync(output, 'latin1');
    first ??= report;
    assert.ok(report === first, `differs with ${JSON.stringify(cut)}`);
  }
  return { summary: summary as RunSummary, report: first as string };
}

const named = (name: string): string => BLOCK.replace('comm', name);

test('a block of 40 MB is processed', async () => {
  const frames = Buffer.alloc(40_000_000, ' some_function+0x1/0x2\n');
  const block = Buffer.concat([Buffer.from(BLOCK.slice(0, -1)), frames, Buffer.from('\n\n')]);
  const { summary, report } = await sorted(Buffer.concat([Buffer.from(BLOCK), block, Buffer.from(BLOCK)]));
  assert.equal(summary.blocks, 3);
  assert.ok(report.startsWith('2 times, 4 pages'));
  assert.ok(report.length > frames.length);
});

test('a command name may hold line ends, empty lines too', async () => {
  const { summary, report } = await sorted(named('a\nb') + named('a\n\nb') + BLOCK);
  assert.equal(summary.malformed, 0);
  assert.match(report, /\(a\nb\), ts {2}ns\n/);
  assert.equal(summary.grouped, 4);
});

test('a command name may look like a time', async () => {
  const { report } = await sorted(named('), ts 1 ns') + named('), ts 1 ns').replace('1234', '77'));
  assert.match(report, /^2 times, 4 pages, .*\n.*\(\), ts 1 ns\), ts {2}ns\n/);
});

test('a NUL and bytes of any kind stay what they are', async () => {
  const name = Buffer.from('\0\xff\xfe\x80', 'latin1');
  const [before, after] = BLOCK.split('comm') as [string, string];
  const { report } = await sorted(Buffer.concat([Buffer.from(before), name, Buffer.from(after)]));
  assert.ok(report.includes(`(\0\xff\xfe\x80), ts  ns`));
});

test('a dump with CRLF gives what it gives with LF', async () => {
  const dump = fixtureDump('6.12-mixed').toString('latin1');
  const lf = await sorted(Buffer.from(dump, 'latin1'), 5000);
  const crlf = await sorted(Buffer.from(dump.replaceAll('\n', '\r\n'), 'latin1'), 5000);
  assert.ok(crlf.report === lf.report);
});

test('text of another kind is grouped by its blocks', async () => {
  const { summary } = await sorted(readFileSync(new URL('../../LICENSE', import.meta.url)));
  assert.equal(summary.foreign, summary.grouped);
});

test('bytes without sense are no harm', async () => {
  // A linear congruential generator: the same bytes each time.
  let state = 1;
  const noise = Uint8Array.from({ length: 300_000 }, () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) >> 16);
  await sorted(Buffer.from(noise));
});

test('text without a line end is one malformed block', async () => {
  const { summary, report } = await sorted('x'.repeat(100_000));
  assert.deepEqual([summary.malformed, summary.malformedAt, report], [1, [0], '']);
});

test('a dump cut off anywhere loses only its last block', async () => {
  const dump = BLOCK + named('other');
  for (let length = BLOCK.length + 1; length < dump.length; length += 7) {
    const { summary } = await sorted(dump.slice(0, length));
    assert.deepEqual([summary.grouped, summary.malformedAt], [1, [BLOCK.length]]);
  }
});

test('pages add up beyond 2^32', async () => {
  const { report } = await sorted(BLOCK.replace('order 1', 'order 40').repeat(3));
  assert.match(report, /^3 times, 3298534883328 pages/);
});
