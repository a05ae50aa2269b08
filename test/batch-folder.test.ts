import assert from 'node:assert/strict';
import { existsSync, mkdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { batch, exitOf, fill, place, start, until } from './batches.js';
import { writeInto } from './helpers.js';

test('a second batch in the same folder refuses; a lock that a dead one left is no hindrance', async () => {
  const { dumps, out } = place('lock');
  fill(dumps, 1);
  const child = start('-', '--out', out);
  const ended = exitOf(child);
  await until(() => existsSync(join(out, '.lock')));
  const { status, stderr } = batch(dumps, '--out', out, '--resume');
  assert.equal(status, 2);
  assert.match(
    stderr,
    new RegExp(`^pageowner: another batch \\(process ${child.pid}\\) works in .*; wait until it ends`),
  );
  child.kill('SIGKILL');
  await ended;
  assert.ok(existsSync(join(out, '.lock')));
  assert.equal(batch(dumps, '--out', out, '--resume').status, 0);
  assert.ok(!existsSync(join(out, '.lock')));
});

test('a lock of a process that cannot be seen holds while it gives signs of life', async () => {
  const { dumps, out } = place('far');
  fill(dumps, 1);
  mkdirSync(out);
  const lock = writeInto(out, '.lock', JSON.stringify({ boot: 'another', namespace: 'another', pid: 1, started: '1' }));
  const child = start(dumps, '--out', out);
  const ended = exitOf(child);
  const signs = setInterval(() => utimesSync(lock, new Date(), new Date()), 100);
  assert.equal(await ended, 2);
  clearInterval(signs);
  const old = Date.now() / 1000 - 3600;
  utimesSync(lock, old, old);
  assert.equal(batch(dumps, '--out', out).status, 0);
});

test('what is there already is not begun again without being asked', () => {
  const { dumps, out } = place('twice');
  fill(dumps, 1);
  batch(dumps, '--out', out);
  const { status, stderr } = batch(dumps, '--out', out);
  assert.equal(status, 2);
  assert.match(stderr, /has a batch already: go on with it \(--resume\), or name another --out\n$/);
});
