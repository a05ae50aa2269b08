import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sortDump } from '../src/main/index.js';
import { openInput } from '../src/main/io/input.js';
import { millisecondsLeft, scanDump } from '../src/main/reading/scan-dump.js';
import { workerPool } from '../src/main/reading/worker-pool.js';
import { planSort } from '../src/main/sorting/sort-options.js';
import { ChunkQueue } from '../src/workers/chunk-queue.js';
import { groupRunner } from '../src/workers/runners.js';
import { BLOCK, temporaryFolder, writeInto } from './helpers.js';

const folder = temporaryFolder();
const dump = writeInto(folder, 'dump', BLOCK.repeat(800));
const cut = { threads: 2, chunkSize: BLOCK.length * 2 };

for (const [how, entry] of [
  ['dies', './dying-worker.js'],
  ['throws', './failing-worker.js'],
] as const) {
  test(`a worker that ${how} ends the run with an error`, { timeout: 60_000 }, async () => {
    const plan = planSort({ input: dump, output: '-', ...cut });
    const input = await openInput(dump);
    const start: typeof workerPool = (grouping, most, chunks) =>
      workerPool(grouping, most, chunks, new URL(entry, import.meta.url));
    await assert.rejects(
      scanDump(input, plan, groupRunner(plan.scan), () => {}, start),
      { code: 'worker', message: /^a worker thread died/ },
    );
    await input.close();
  });
}

test('a run of several threads says so, and counts every chunk and byte once', async () => {
  let bytes = 0;
  const onProgress = (done: number): void => {
    assert.ok(done >= bytes);
    bytes = done;
  };
  const summary = await sortDump({ input: dump, output: join(folder, 'report'), ...cut, onProgress });
  assert.equal(summary.threads, 2);
  assert.equal(summary.chunks, 400);
  assert.equal(summary.bytes, BLOCK.length * 800);
  assert.ok(bytes > 0 && bytes <= summary.bytes);
});

test('more threads than chunks are no harm', async () => {
  const output = join(folder, 'report');
  await sortDump({ input: dump, output, threads: 64, chunkSize: BLOCK.length * 2 });
  assert.match(readFileSync(output, 'latin1'), /^800 times, 1600 pages/);
});

test('two takers of one queue get each chunk once, in ascending order', async () => {
  const input = await openInput(dump);
  assert.ok('fd' in input);
  const queue = ChunkQueue.create(input.fd, { offset: 0, length: input.size }, 1000);
  const takers = [queue, new ChunkQueue(queue.handle)];
  let end = 0;
  for (let turn = 0; ; turn++) {
    const chunk = takers[turn % 2]?.take();
    if (!chunk) break;
    assert.equal(chunk.offset, end);
    assert.equal((chunk.offset + chunk.length) % BLOCK.length, 0);
    end += chunk.length;
  }
  assert.equal(end, input.size);
  await input.close();
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

test('a thread may have had more chunks than a call may have arguments', () => {
  const { scan } = planSort({ input: dump, output: '-' });
  const [one, other] = [groupRunner(scan), groupRunner(scan)];
  one.absorb({ ...other.finish(), milliseconds: new Float64Array(500_000) });
  assert.equal(one.result().milliseconds.length, 500_000);
});

test('what is left of a dump is told by what its first chunks took', () => {
  assert.equal(millisecondsLeft(30, 252), 600);
  assert.equal(millisecondsLeft(30, 12), 0);
});

test('a small dump that takes long gets threads when that is known', async () => {
  const text = writeInto(temporaryFolder(), 'dump', BLOCK.repeat(100_000));
  const plan = planSort({ input: text, output: '-', cull: 'pid', threads: 3, chunkSize: 2 ** 20 });
  const started = async (aloneMs: number): Promise<number[]> => {
    const asked: number[] = [];
    const input = await openInput(text);
    await scanDump(
      input,
      { ...plan, aloneMs },
      groupRunner(plan.scan),
      () => {},
      async (_, most) => {
        asked.push(most);
        return { run: async () => [], enough() {}, async close() {} };
      },
    );
    input.close();
    return asked;
  };
  assert.deepEqual(await started(Infinity), []);
  assert.deepEqual(await started(0), [2]);
});
