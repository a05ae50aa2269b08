import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { BatchPool } from '../src/main/batch/running/batch-pool.js';
import type { Job } from '../src/main/batch/running/thread-messages.js';
import { place, sleep, until } from './batches.js';
import { BLOCK, fixtureDump, writeInto } from './helpers.js';

test('a thread that dies while it helps is the failure of that dump, and of no other', async () => {
  const { dumps } = place('helper-dies');
  const large = writeInto(dumps, 'large.txt', Buffer.concat(Array(50).fill(fixtureDump('6.12-mixed'))));
  const setup = { chunkBytes: 4096, threads: 2, shareBytes: 2 ** 28 };
  const pool = new BatchPool(setup, new URL('dying-helper.js', import.meta.url));
  const endOf = async (dump: string, name: string): Promise<string> => {
    const outcome = await pool.run(jobOf(dump, join(dumps, name))).outcome;
    return outcome.status === 'failed' ? outcome.error.code : outcome.status;
  };
  // The dump may have ended before a thread could help.
  let end = '';
  for (let i = 0; i < 30 && end !== 'worker'; i++) end = await endOf(large, String(i));
  assert.equal(end, 'worker');
  assert.equal(await endOf(writeInto(dumps, 'small.txt', BLOCK), 'small'), 'done');
  assert.equal(await pool.close(), false);
});

/** A pool of threads, for tests of how they end, and a job of it. */
function newPool(threads: number): BatchPool {
  return new BatchPool({ chunkBytes: 1 << 20, threads, shareBytes: 2 ** 28 });
}

function jobOf(path: string, own: string): Job {
  mkdirSync(own, { recursive: true });
  const nothing = {
    cwd: '/',
    runs: [],
    timeoutMs: Infinity,
    host: null,
    takenAt: null,
    extra: {},
    previous: null,
    known: null,
  };
  return { name: 'a', path, folder: own, optionsSha256: '', ...nothing };
}

test('no thread begins behind the end of a pool, though one was given up just before', async () => {
  const { dumps } = place('pool-ends');
  const large = writeInto(dumps, 'large.txt', Buffer.concat(Array(200).fill(fixtureDump('6.12-mixed'))));
  for (let i = 0; i < 5; i++) {
    const pool = newPool(2);
    const running = pool.run(jobOf(large, join(dumps, String(i))));
    await until(() => running.bytesDone() > 0);
    running.stop('it was asked to');
    assert.equal(await pool.close(), false);
    assert.equal((await running.outcome).status, 'failed');
    await sleep(100);
    assert.equal(pool.isBroken, true);
  }
});

test('threads that are ended while they load do not end the process', async () => {
  const { dumps } = place('pool-loads');
  const started = Date.now();
  const first = newPool(4);
  await first.run(jobOf(writeInto(dumps, 'dump', BLOCK), dumps)).outcome;
  const took = Date.now() - started;
  assert.equal(await first.close(), false);
  for (let i = 0; i < 20; i++) {
    const pool = newPool(4);
    await sleep(took * (0.5 + Math.random()));
    assert.equal(await pool.close(), false);
  }
});

test('a FIFO that is given up closes nothing of other threads', async () => {
  const { dumps } = place('pool-fifos');
  const small = writeInto(dumps, 'small.txt', BLOCK);
  const fifo = join(dumps, 'fifo');
  execFileSync('mkfifo', [fifo]);
  const pool = newPool(4);
  for (let i = 0; i < 8; i++) {
    const stuck = Array.from({ length: 4 }, (_, k) => pool.run(jobOf(fifo, join(dumps, `${i}-${k}`))));
    await sleep(50);
    for (const { stop } of stuck) stop('it was asked to');
    for (const { outcome } of stuck) assert.equal((await outcome).status, 'failed');
    const fine = Array.from({ length: 8 }, (_, k) => pool.run(jobOf(small, join(dumps, `${i}-fine-${k}`))));
    for (const { outcome } of fine) assert.equal((await outcome).status, 'done');
  }
  assert.equal(await pool.close(), false);
});
