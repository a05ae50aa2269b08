import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { mock, test } from 'node:test';
import { Progress, progressText } from '../src/main/command-line/progress.js';
import { sortDump } from '../src/main/index.js';
import { scanDump } from '../src/main/reading/scan-dump.js';
import { planSort } from '../src/main/sorting/sort-options.js';
import { groupRunner } from '../src/workers/runners.js';
import { BLOCK, fixtureDump, run, temporaryFolder, writeInto } from './helpers.js';

const folder = temporaryFolder();
const cutOff = writeInto(folder, 'cut-off', `${BLOCK}${BLOCK}${BLOCK.slice(0, -1)}`);
const foreign = writeInto(folder, 'foreign', `${BLOCK}hello\n\nworld\n\n${BLOCK}`);

test('the sum of blocks holds', async () => {
  const whole = writeInto(folder, 'whole', fixtureDump('6.12-mixed'));
  for (const input of [whole, cutOff, foreign]) {
    for (const options of [{}, { pid: '1,7' }, { name: 'swapper/0', withoutReleased: true }]) {
      const { blocks, grouped, filtered, malformed } = await sortDump({
        input,
        output: join(folder, 'out'),
        ...options,
      });
      assert.ok(blocks > 0);
      assert.equal(blocks, grouped + filtered + malformed);
    }
  }
});

test('an unterminated last block is located, with and without --stats', () => {
  const at = BLOCK.length * 2;
  const { status, stdout, stderr } = run('page_owner_sort', ['--cull=pid', cutOff, '-']);
  assert.deepEqual({ status, stdout }, { status: 0, stdout: '2 times, 4 pages, PID 7\n' });
  assert.match(stderr, new RegExp(`^page_owner_sort: .*the last block, at byte ${at}, has no empty line[^\n]*\n$`));
  const stats = run('page_owner_sort', ['--stats', cutOff, '-']).stderr;
  assert.match(stats, new RegExp(`malformed +1, at byte ${at}\n`));
});

test('text of another kind is grouped, counted and located', () => {
  const { status, stdout, stderr } = run('page_owner_sort', [foreign, '-']);
  assert.equal(status, 0);
  assert.match(stdout, /1 times, 0 pages, allocated by OTHERS :\nhello\n\n/);
  assert.match(stderr, new RegExp(`: 2 blocks have no .*, the first at byte ${BLOCK.length}\n`));
});

test('--stats=json is one object, on stderr', () => {
  const { stdout, stderr } = run('page_owner_sort', ['--stats=json', '--cull=pid', '--threads=1', foreign, '-']);
  assert.match(stdout, /^2 times/);
  const json = JSON.parse(stderr.split('\n').find((line) => line.startsWith('{')) ?? '');
  const { bytes, blocks, groups, filtered, malformed, threads, chunks, chunkLatencyMs } = json;
  assert.deepEqual(
    { bytes, blocks, groups, filtered, malformed, threads, chunks },
    { bytes: BLOCK.length * 2 + 14, blocks: 4, groups: 2, filtered: 0, malformed: 0, threads: 1, chunks: 1 },
  );
  assert.equal(typeof json.megabytesPerSecond, 'number');
  assert.deepEqual(Object.keys(chunkLatencyMs), ['p50', 'p90', 'p99', 'p999', 'max']);
});

test('--stats for people has a line for each fact', () => {
  const { stderr } = run('page_owner_sort', ['--stats', foreign, '-']);
  for (const name of [
    'bytes',
    'blocks',
    'grouped',
    'filtered',
    'malformed',
    'threads',
    'chunks',
    'chunk latency',
    'time',
  ]) {
    assert.match(stderr, new RegExp(`^ *${name} {2,}\\S`, 'm'));
  }
  assert.match(stderr, /MB\/s/);
  assert.match(stderr, /p50 .*p90 .*p99 .*max/);
});

test('nothing is written to stderr off a terminal', () => {
  assert.equal(run('page_owner_sort', ['--cull=pid', writeInto(folder, 'good', BLOCK), '-']).stderr, '');
});

test('progress is silent in the first second, then a line with share, rate and time left', () => {
  const written: string[] = [];
  const terminal = { write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream;
  const now = mock.method(process, 'hrtime', () => [0, 0]);
  const progress = new Progress(terminal, 4 * 2 ** 30);
  now.mock.mockImplementation(() => [0, 900e6]);
  progress.advance(2 ** 29);
  assert.deepEqual(written, []);
  now.mock.mockImplementation(() => [2, 0]);
  progress.advance(2 ** 30);
  now.mock.mockImplementation(() => [2, 100e6]);
  progress.advance(2 ** 30 + 1);
  progress.end();
  now.mock.restore();
  assert.deepEqual(written, ['\r1.0 GiB of 4.0 GiB, 25 %, 537 MB/s, 6 s left\x1b[K', '\r\x1b[K']);
});

test('progress of a stream says what is known', () => {
  assert.equal(progressText(3e9, undefined, 2), '2.8 GiB, 1500 MB/s');
});

test('progress is told of each piece of a stream, however small', async () => {
  const pieces = (async function* () {
    for (let i = 0; i < 3; i++) yield [Buffer.from(BLOCK)];
  })();
  const told: number[] = [];
  const input = { name: 'stream', stats: statSync(folder), packed: null, pieces, close() {} };
  const plan = planSort({ input: '-', output: '-' });
  await scanDump(input, plan, groupRunner(plan.scan), (bytes) => told.push(bytes));
  assert.deepEqual(
    told.slice(0, 3),
    [1, 2, 3].map((blocks) => blocks * BLOCK.length),
  );
});
