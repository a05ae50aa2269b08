import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { workerPool } from '../src/main/executor.js';
import { sortDump } from '../src/main/index.js';
import { openInput } from '../src/main/input.js';
import { scanDump } from '../src/main/scan-dump.js';
import { planSort } from '../src/main/sort-options.js';
import { BLOCK, temporaryFolder, writeInto } from './helpers.js';

const folder = temporaryFolder();
const dump = writeInto(folder, 'dump', BLOCK.repeat(500));
const cut = { threads: 2, chunkSize: BLOCK.length * 2 };

for (const [how, entry] of [
  ['dies', './dying-worker.js'],
  ['throws', './failing-worker.js'],
] as const) {
  test(`a worker that ${how} ends the run with an error`, { timeout: 60_000 }, async () => {
    const plan = planSort({ input: dump, output: '-', ...cut });
    const input = await openInput(dump);
    const start: typeof workerPool = (grouping, threads) =>
      workerPool(grouping, threads, new URL(entry, import.meta.url));
    await assert.rejects(
      scanDump(input, plan, () => {}, start),
      { code: 'worker', message: /^a worker thread died/ },
    );
    await input.close();
  });
}

test('a run of several threads says so, and reports once for each chunk', async () => {
  let bytes = 0;
  const onProgress = (more: number): void => {
    bytes += more;
  };
  const summary = await sortDump({ input: dump, output: join(folder, 'report'), ...cut, onProgress });
  assert.equal(summary.threads, 2);
  assert.equal(summary.chunks, 250);
  assert.equal(bytes, BLOCK.length * 500);
});

test('more threads than chunks are no harm', async () => {
  const output = join(folder, 'report');
  await sortDump({ input: dump, output, threads: 64, chunkSize: BLOCK.length * 499 });
  assert.match(readFileSync(output, 'latin1'), /^500 times, 1000 pages/);
});

test('no more chunks are in flight than the window has room for', async () => {
  let running = 0;
  let most = 0;
  const start: typeof workerPool = async (grouping, threads) => {
    const pool = await workerPool(grouping, threads);
    return {
      ...pool,
      async run(task) {
        most = Math.max(most, ++running);
        const result = await pool.run(task);
        running--;
        return result;
      },
    };
  };
  const input = await openInput(dump);
  const { merger } = await scanDump(input, planSort({ input: dump, output: '-', ...cut }), () => {}, start);
  await input.close();
  assert.equal(merger.counts.blocks, 500);
  assert.ok(most > 1 && most <= 4, `${most} in flight`);
});

test('a failed run of several threads leaves no output', async () => {
  const own = temporaryFolder();
  const output = join(own, 'report');
  const onProgress = (): void => {
    throw new Error('stop');
  };
  await assert.rejects(sortDump({ input: dump, output, ...cut, onProgress }), /stop/);
  assert.deepEqual(readdirSync(own), []);
});
