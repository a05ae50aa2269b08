import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  batch,
  exitOf,
  filesOf,
  fill,
  folder,
  type Line,
  place,
  results,
  sha256,
  sleep,
  start,
  summary,
  until,
} from './batches.js';
import { BLOCK, fixtureDump, missing, writeInto } from './helpers.js';

test('killed at 50 random moments and resumed, a batch leaves what an undisturbed one leaves', async () => {
  const { dumps, out } = place('killed');
  fill(dumps, 90);
  const args = [dumps, '--run', 'top', '--run', 'sort --cull=st', '--run', 'age --format json', '--threads', '2'];
  const undisturbed = `${out}-undisturbed`;
  const started = Date.now();
  assert.equal(batch(...args, '--out', undisturbed).status, 0);
  const took = Date.now() - started;
  let kills = 0;
  for (let i = 0; i < 50; i++) {
    const child = start(...args, '--out', out, '--resume');
    const ended = exitOf(child);
    await Promise.race([ended, sleep(took * (0.2 + Math.random() * 0.5))]);
    child.kill('SIGKILL');
    if ((await ended) === 'SIGKILL') kills++;
    else rmSync(out, { recursive: true });
  }
  assert.ok(kills > 25, `${kills} kills`);
  assert.equal(batch(...args, '--out', out, '--resume').status, 0);
  assert.deepEqual(filesOf(out), filesOf(undisturbed));
  assert.deepEqual([...results(out).keys()].sort(), [...results(undisturbed).keys()].sort());
});

/** Each takes about half a second. */
const STOPS = Number(process.env.BATCH_STOPS ?? 20);

test('stopped at random moments a batch ends as it says, and leaves whole folders only', async () => {
  const { dumps, out } = place('stopped');
  const text = fixtureDump('6.12-boot').toString('latin1');
  for (let i = 0; i < 12; i++) writeInto(dumps, `d${i}`, Buffer.from(text.repeat(5 + i), 'latin1'));
  const args = [dumps, '--run', 'top', '--run', 'sort --cull=st', '--threads', '2', '--grace', '0'];
  const undisturbed = `${out}-undisturbed`;
  const started = Date.now();
  assert.equal(batch(...args, '--out', undisturbed).status, 0);
  const took = Date.now() - started;
  const whole = filesOf(undisturbed);
  const ends = new Map<unknown, number>();
  for (let i = 0; i < STOPS; i++) {
    rmSync(out, { recursive: true, force: true });
    const child = start(...args, '--out', out);
    let said = '';
    child.stderr?.on('data', (data) => (said += data));
    const ended = exitOf(child);
    await Promise.race([ended, sleep(took * Math.random())]);
    child.kill('SIGTERM');
    const exit = await ended;
    ends.set(exit, (ends.get(exit) ?? 0) + 1);
    // Before it listens to signals the system ends it, and soon after that there is no folder yet.
    if ((exit === 'SIGTERM' || exit === 143) && !existsSync(out)) continue;
    assert.ok(exit === 143 || exit === 0, `it ended by ${exit}: ${said}`);
    for (const [path, hash] of Object.entries(filesOf(out))) assert.equal(whole[path], hash, path);
    for (const name of readdirSync(join(out, 'dumps'))) assert.ok(existsSync(join(out, 'dumps', name, 'dump.json')));
  }
  assert.ok((ends.get(143) ?? 0) > STOPS / 4, JSON.stringify([...ends]));
});

test('what was read is not read again for the same bytes and options, whatever the time of the file', () => {
  const { dumps, out } = place('again');
  fill(dumps, 4);
  const args = [dumps, '--out', out, '--run', 'top', '--resume'];
  const ended = (): Record<string, string> =>
    Object.fromEntries([...results(out)].map(([name, line]) => [name, line.ended_at]));
  batch(...args);
  const first = ended();
  const [a, b] = [join(dumps, 'host001.txt'), join(dumps, 'host002.txt')];
  // Another time, and the same bytes.
  utimesSync(a, 1, 1);
  // Other bytes, and the same time and size.
  const { atime, mtime } = statSync(b);
  writeFileSync(b, readFileSync(b, 'latin1').replace('order 0', 'order 1'), 'latin1');
  utimesSync(b, atime, mtime);
  assert.equal(batch(...args).status, 0);
  const second = ended();
  assert.deepEqual(
    Object.keys(first).filter((name) => first[name] !== second[name]),
    ['host002'],
  );
  assert.equal((summary(out) as unknown as { dumps: { reused: number } }).dumps.reused, 3);
  // Another option.
  batch(dumps, '--out', out, '--run', 'top --by kind', '--resume');
  assert.ok(Object.values(ended()).every((time) => !Object.values(second).includes(time)));
  assert.deepEqual(readdirSync(join(out, 'dumps/host001')), ['aggregate.parquet', 'dump.json', 'top-by-kind.txt']);
});

test('what an earlier run made of a dump that the manifest no longer has stays, and is told', () => {
  const { dumps, out } = place('others');
  fill(dumps, 2);
  batch(dumps, '--out', out);
  rmSync(join(dumps, 'host001.txt'));
  const { status, stderr } = batch(dumps, '--out', out, '--resume');
  assert.equal(status, 0);
  assert.match(stderr, /^pageowner: of earlier runs, and not in the manifest any more, these stay: host001\n$/);
  assert.deepEqual([...results(out).keys()], ['host000']);
});

test('a report that was damaged on the disk is made again', () => {
  const { dumps, out } = place('torn');
  fill(dumps, 2);
  batch(dumps, '--out', out, '--run', 'top');
  const whole = filesOf(out);
  writeFileSync(join(out, 'dumps/host000/top.txt'), '');
  rmSync(join(out, 'dumps/host001/aggregate.parquet'));
  appendFileSync(join(out, 'results.ndjson'), '{"name":"half');
  assert.equal(batch(dumps, '--out', out, '--run', 'top', '--resume').status, 0);
  assert.deepEqual(filesOf(out), whole);
});

test('a dump that is bad now has no folder any more; one that is not there keeps what was made of it', () => {
  const { dumps, out } = place('gone');
  fill(dumps, 3);
  const list = writeInto(
    folder,
    'gone.txt',
    readdirSync(dumps)
      .map((name) => join(dumps, name))
      .join('\n'),
  );
  batch(list, '--out', out);
  const all = readdirSync(join(out, 'dumps'));
  writeFileSync(join(dumps, 'host001.txt'), 'nothing');
  rmSync(join(dumps, 'host002.txt'));
  assert.equal(batch(list, '--out', out, '--resume').status, 1);
  assert.deepEqual(
    readdirSync(join(out, 'dumps')),
    all.filter((name) => !name.endsWith('host001')),
  );
});

test('a dump whose folder was made, but whose line was not written, is told as it is', () => {
  const { dumps, out } = place('line');
  writeInto(dumps, 'a.txt', BLOCK);
  const args = [dumps, '--out', out, '--run', 'top', '--resume'];
  batch(...args);
  const before = readFileSync(join(out, 'results.ndjson'));
  writeInto(dumps, 'a.txt', `${BLOCK}${BLOCK}cut off`);
  batch(...args);
  for (const line of [before, '']) {
    writeFileSync(join(out, 'results.ndjson'), line);
    const { stderr } = batch(...args);
    assert.match(stderr, /damaged or cut off/);
    const told = results(out).get('a') as Line;
    assert.equal(told.input?.sha256, sha256(readFileSync(join(dumps, 'a.txt'))));
    assert.match(told.warnings.join(), /damaged or cut off/);
    assert.equal(told.seconds, null);
  }
});

for (const [signal, code] of [
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)
  test(`after ${signal} dumps in flight are finished or dropped, and a resumed batch is whole`, async () => {
    const { dumps, out } = place(signal);
    fill(dumps, 3);
    const fifo = join(dumps, 'aaa');
    execFileSync('mkfifo', [fifo]);
    const args = [dumps, '--out', out, '--run', 'top', '--log', 'json'];
    const child = start(...args, '--grace', '0.5');
    const ended = exitOf(child);
    await until(() => existsSync(join(out, 'results.ndjson')) && results(out).size === 3);
    child.kill(signal);
    assert.equal(await ended, code);
    assert.equal((summary(out) as unknown as { ended_by: string }).ended_by, signal);
    assert.deepEqual(readdirSync(join(out, 'dumps')), ['host000', 'host001', 'host002']);
    rmSync(fifo);
    writeFileSync(fifo, BLOCK);
    assert.equal(batch(...args, '--resume').status, 0);
    assert.equal(results(out).size, 4);
  });

const isRoot = process.getuid?.() === 0;
test('a full disk ends a batch with one line, and it goes on when there is room', {
  skip: isRoot ? missing('mount', 'mount') : 'needs root: a small tmpfs is mounted',
}, (t) => {
  const { dumps, out } = place('full');
  fill(dumps, 30);
  mkdirSync(out);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', out], { stdio: 'ignore' });
  } catch {
    t.skip('a tmpfs cannot be mounted here');
    return;
  }
  try {
    const args = [dumps, '--out', join(out, 'night'), '--run', 'sort', '--run', 'top'];
    const { status, stderr } = batch(...args);
    assert.equal(status, 2);
    assert.match(stderr, /: no space left on the device\n$/);
    execFileSync('mount', ['-o', 'remount,size=64m', out]);
    assert.equal(batch(...args, '--resume').status, 0);
    const other = join(folder, 'not-full');
    batch(dumps, '--out', other, '--run', 'sort', '--run', 'top');
    assert.deepEqual(filesOf(join(out, 'night')), filesOf(other));
  } finally {
    execFileSync('umount', [out]);
  }
});
