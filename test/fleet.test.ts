/** A batch whose dumps are read by workers behind a queue, with real servers. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { batch, exitOf, filesOf, fill, place, results, SCRIPT, sleep, start, summary, until } from './batches.js';
import { fixtureDump, LEAK, RUNNER, run, writeInto } from './helpers.js';
import { childOf, noPostgres, noRedis, postgresServer, type QueueServer, redis, redisServer } from './queue-servers.js';

const RUNS = ['--run', 'top', '--run', 'sort --cull=st -o stacks.txt', '--run', 'frag --format json'];

const workers = new Set<ChildProcess>();

function worker(server: QueueServer, ...args: readonly string[]): ChildProcess {
  const child = childOf(RUNNER, [SCRIPT, 'worker', '--queue', server.url, '--threads', '1', ...args]);
  workers.add(child);
  return child;
}

async function endWorkers(): Promise<void> {
  const ended = [...workers].map((child) => child.exitCode === null && child.signalCode === null && exitOf(child));
  for (const child of workers) child.kill('SIGKILL');
  workers.clear();
  await Promise.all(ended);
}

function status(server: QueueServer): {
  dumps: { waiting: number; active: number; set_aside: number };
  workers: number;
  active: { name: string; worker: string }[];
} {
  return JSON.parse(run('pageowner', ['queue', 'status', '--format', 'json', '--queue', server.url]).stdout);
}

/** A batch over a queue, that is begun and watched. */
function begin(
  server: QueueServer,
  ...args: string[]
): { ended: Promise<unknown>; said: () => string; child: ChildProcess } {
  const child = start(...args, '--queue', server.url);
  let said = '';
  child.stderr?.on('data', (data) => (said += data));
  return { child, ended: exitOf(child), said: () => said };
}

function hasDumps(out: string): boolean {
  const dumps = join(out, 'dumps');
  return existsSync(dumps) && readdirSync(dumps).some((name) => !name.startsWith('.'));
}

/** Folders of dumps that are not whole. */
function parts(out: string): string[] {
  return readdirSync(join(out, 'dumps')).filter((name) => name.startsWith('.'));
}

const servers: QueueServer[] = [];
after(async () => {
  await endWorkers();
  for (const server of servers) await server.stop();
});

const ENGINES = [
  ['Redis', noRedis, redisServer],
  ['PostgreSQL', noPostgres, postgresServer],
] as const;

for (const [engine, missing, open] of ENGINES) {
  test(`over ${engine} the files of a night are those of one machine, byte for byte`, { skip: missing }, async () => {
    const server = await open();
    servers.push(server);
    const { dumps, out } = place(`equal-${engine}`);
    fill(dumps, 12);
    writeInto(dumps, 'leak', gunzipSync(readFileSync(LEAK[1])));
    writeInto(dumps, 'garbage', 'no dump\n');
    writeInto(dumps, 'cut off', fixtureDump('6.12-boot').subarray(0, 5000));
    const earlier = `${out}-earlier`;
    const manifest = JSON.stringify({ path: LEAK[0], name: 'leak' });
    assert.equal(run('pageowner', ['batch', '-', '--out', earlier], { input: manifest }).status, 0);
    const args = [dumps, ...RUNS, '--previous', earlier, '--fail-on', 'leak:100'];
    const alone = batch(...args, '--out', `${out}-alone`);
    for (let i = 0; i < 2; i++) worker(server);
    await until(() => status(server).workers === 2);
    const together = batch(...args, '--out', out, '--queue', server.url);
    assert.deepEqual(together.stderr.split('\n').sort(), alone.stderr.split('\n').sort());
    assert.equal(together.status, 1);
    assert.deepEqual(filesOf(out), filesOf(`${out}-alone`));
    assert.deepEqual(summary(out).dumps, summary(`${out}-alone`).dumps);
    assert.deepEqual(parts(out), []);
    assert.deepEqual(status(server).dumps, { waiting: 0, active: 0, set_aside: 0 });
    await endWorkers();
  });

  test(`over ${engine} a worker that is killed each second loses no dump`, { skip: missing }, async () => {
    const server = await open();
    servers.push(server);
    const { dumps, out } = place(`kills-${engine}`);
    const text = fixtureDump('6.12-boot').toString('latin1');
    for (let i = 0; i < 40; i++) writeInto(dumps, `d${i}`, Buffer.from(text.repeat(1 + (i % 8)), 'latin1'));
    assert.equal(batch(dumps, ...RUNS, '--out', `${out}-alone`).status, 0);
    const stalled = ['--stalled', '3'];
    for (let i = 0; i < 3; i++) worker(server, ...stalled);
    const { ended, said } = begin(server, dumps, ...RUNS, '--out', out);
    let kills = 0;
    const killer = setInterval(() => {
      const [oldest] = workers;
      if (!oldest) return;
      workers.delete(oldest);
      oldest.kill('SIGKILL');
      worker(server, ...stalled);
      if (++kills === 8) clearInterval(killer);
    }, 1000);
    const exit = await ended;
    clearInterval(killer);
    assert.equal(exit, 0, said());
    assert.deepEqual(filesOf(out), filesOf(`${out}-alone`));
    assert.equal(results(out).size, 40);
    await endWorkers();
  });
}

for (const [engine, missing, open] of [
  ['Redis', noRedis, redisServer],
  ['PostgreSQL', noPostgres, postgresServer],
] as const)
  test(`over ${engine} a dump that is read in 64 parts gives what it gives as a whole`, { skip: missing }, async () => {
    const server = await open();
    servers.push(server);
    const { dumps, out } = place(`split-${engine}`);
    const text = fixtureDump('6.12-mixed').toString('latin1');
    writeInto(dumps, 'large', Buffer.from(`${text.repeat(Math.ceil(2 ** 26 / text.length))}cut off`, 'latin1'));
    writeInto(dumps, 'packed.gz', gzipSync(text.repeat(200)));
    writeInto(dumps, 'garbage', Buffer.alloc(3 << 20, 'no dump\n'));
    fill(dumps, 3);
    const runs = ['--run', 'top', '--run', 'frag', '--run', 'age', '--run', 'report', '--run', 'export -o all.folded'];
    const alone = batch(dumps, ...runs, '--out', `${out}-alone`);
    const { ended, said } = begin(server, dumps, ...runs, '--out', out, '--split', '1M');
    await until(() => status(server).dumps.waiting > 60);
    for (let i = 0; i < 2; i++) worker(server);
    assert.equal(await ended, alone.status, said());
    assert.deepEqual(filesOf(out), filesOf(`${out}-alone`));
    assert.deepEqual(parts(out), []);
    await endWorkers();
  });

test('while the server is away a batch waits, and goes on when it is back', { skip: noRedis }, async () => {
  const server = await redisServer();
  servers.push(server);
  const { dumps, out } = place('away');
  const text = fixtureDump('6.12-boot').toString('latin1');
  for (let i = 0; i < 60; i++) writeInto(dumps, `d${i}`, Buffer.from(text.repeat(4), 'latin1'));
  assert.equal(batch(dumps, ...RUNS, '--out', `${out}-alone`).status, 0);
  worker(server, '--stalled', '3');
  const { ended, said } = begin(server, dumps, ...RUNS, '--out', out);
  await until(() => hasDumps(out));
  await server.stop();
  await sleep(3000);
  await server.start();
  assert.equal(await ended, 0, said());
  assert.match(said(), /does not answer: .*; waiting for it\n/);
  assert.deepEqual(filesOf(out), filesOf(`${out}-alone`));
  await endWorkers();
});

test('a worker that hung and goes on is no second result', { skip: noRedis }, async () => {
  const server = await redisServer();
  servers.push(server);
  const { dumps, out } = place('hung');
  fill(dumps, 3);
  // It takes some seconds to unpack.
  const packed = gzipSync(fixtureDump('6.12-boot'));
  writeInto(dumps, 'slow.gz', Buffer.concat(Array<Buffer>(1500).fill(packed)));
  assert.equal(batch(dumps, ...RUNS, '--out', `${out}-alone`).status, 0);
  const hung = worker(server, '--stalled', '2', '--name', 'hung');
  const { ended, said } = begin(server, dumps, ...RUNS, '--out', out);
  await until(() => status(server).active.some(({ name }) => name === 'slow'));
  hung.kill('SIGSTOP');
  worker(server, '--stalled', '2', '--name', 'other');
  await until(() => said().includes('its worker died or hangs'));
  hung.kill('SIGCONT');
  assert.equal(await ended, 0, said());
  assert.deepEqual(filesOf(out), filesOf(`${out}-alone`));
  assert.deepEqual(parts(out), []);
  await endWorkers();
});

test('a dump that kills three workers is set aside until an operator lets it be tried again', {
  skip: noRedis,
}, async () => {
  const server = await redisServer();
  servers.push(server);
  const { dumps, out } = place('deadly');
  fill(dumps, 2);
  // No one writes to it: who reads it hangs, and is killed here.
  execFileSync('mkfifo', [join(dumps, 'deadly')]);
  const args = [dumps, '--run', 'top', '--out', out];
  const first = begin(server, ...args);
  for (let i = 0; i < 3; i++) {
    const victim = worker(server, '--stalled', '1', '--name', `victim${i}`);
    await until(() => status(server).active.some(({ worker: name }) => name === `victim${i}`));
    victim.kill('SIGKILL');
  }
  worker(server, '--stalled', '1');
  assert.equal(await first.ended, 1);
  assert.match(first.said(), /deadly: three workers died or hung while they read .*deadly; it is set aside/);
  assert.equal((summary(out) as unknown as { dumps: { ok: number } }).dumps.ok, 2);
  assert.equal(status(server).dumps.set_aside, 1);
  const again = begin(server, ...args, '--resume');
  assert.equal(await again.ended, 1);
  assert.match(again.said(), /it is set aside/);
  assert.equal(run('pageowner', ['queue', 'retry', '--queue', server.url]).status, 0);
  assert.equal(status(server).dumps.set_aside, 0);
  await endWorkers();
});

test('a batch that was killed leaves nothing in the queue for the one that goes on', { skip: noRedis }, async () => {
  const server = await redisServer();
  servers.push(server);
  const { dumps, out } = place('producer');
  fill(dumps, 60);
  assert.equal(batch(dumps, ...RUNS, '--out', `${out}-alone`).status, 0);
  const killed = begin(server, dumps, ...RUNS, '--out', out);
  await until(() => status(server).dumps.waiting > 0);
  worker(server);
  await until(() => hasDumps(out));
  killed.child.kill('SIGKILL');
  await killed.ended;
  const { ended, said } = begin(server, dumps, ...RUNS, '--out', out, '--resume');
  assert.equal(await ended, 0, said());
  assert.deepEqual(filesOf(out), filesOf(`${out}-alone`));
  assert.deepEqual(status(server).dumps, { waiting: 0, active: 0, set_aside: 0 });
  await endWorkers();
});

test('a worker refuses the job of another version, and a batch tells that no worker of its own listens', {
  skip: noRedis,
}, async () => {
  const server = await redisServer();
  servers.push(server);
  const { dumps, out } = place('version');
  fill(dumps, 1);
  const { ended, said, child } = begin(server, dumps, '--out', out);
  await until(() => said().includes('no worker of version'));
  await until(() => status(server).dumps.waiting === 1);
  child.kill('SIGKILL');
  await ended;
  const key = redis(server, 'keys', 'bull:*:*')
    .split('\n')
    .find((name) => /:[\da-f]{32}$/.test(name)) as string;
  const data = JSON.parse(redis(server, 'hget', key, 'data'));
  redis(server, 'hset', key, 'data', JSON.stringify({ ...data, version: '0.0.1' }));
  worker(server);
  await until(() => status(server).dumps.set_aside === 1);
  assert.match(redis(server, 'hget', key, 'failedReason'), /is of version .*, the batch of 0\.0\.1/);
  await endWorkers();
});

test('two nights at once on one queue do not mix, and a paused queue holds both', { skip: noRedis }, async () => {
  const server = await redisServer();
  servers.push(server);
  const { dumps, out } = place('two-nights');
  fill(dumps, 20);
  assert.equal(batch(dumps, ...RUNS, '--out', `${out}-alone`).status, 0);
  assert.equal(run('pageowner', ['queue', 'pause', '--queue', server.url]).status, 0);
  worker(server);
  const nights = [`${out}-a`, `${out}-b`].map((folder) => begin(server, dumps, ...RUNS, '--out', folder));
  await until(() => status(server).dumps.waiting === 40);
  assert.equal(run('pageowner', ['queue', 'resume', '--queue', server.url]).status, 0);
  for (const { ended, said } of nights) assert.equal(await ended, 0, said());
  assert.deepEqual(filesOf(`${out}-a`), filesOf(`${out}-alone`));
  assert.deepEqual(filesOf(`${out}-b`), filesOf(`${out}-alone`));
  await endWorkers();
});

test('of a long manifest a bounded number of dumps is in the queue', { skip: noRedis }, async () => {
  const server = await redisServer();
  servers.push(server);
  const { dumps, out } = place('long');
  const dump = writeInto(dumps, 'one', fixtureDump('6.12-boot'));
  const many = Number(process.env.FLEET_JOBS ?? 1000);
  const lines = Array.from({ length: many }, (_, i) => `${JSON.stringify({ path: dump, name: `n${i}` })}\n`);
  const manifest = writeInto(dumps, 'manifest', lines.join(''));
  const { ended, said } = begin(server, manifest, '--run', 'top --by kind', '--out', out);
  await until(() => status(server).dumps.waiting === 256);
  await sleep(500);
  assert.equal(status(server).dumps.waiting, 256);
  for (let i = 0; i < 2; i++) worker(server);
  assert.equal(await ended, 0, said());
  assert.equal(results(out).size, many);
  await endWorkers();
});

test('what is wrong with a queue is one line, without the password', { skip: noRedis }, async () => {
  const server = await redisServer('--maxmemory-policy', 'allkeys-lru');
  servers.push(server);
  const { dumps, out } = place('wrong');
  fill(dumps, 1);
  const refused = (url: string, ...more: string[]): string => {
    const { status: exit, stderr, stdout } = batch(dumps, '--out', out, '--queue', url, ...more);
    assert.equal(exit, 2);
    assert.equal(stdout, '');
    assert.doesNotMatch(stderr, /secret|wrong/);
    assert.match(stderr, /^pageowner: [^\n]*\n$/);
    return stderr;
  };
  assert.match(refused(server.wrongUrl), /cannot reach the queue redis:\/\/127\.0\.0\.1:\d+\/0: WRONGPASS/);
  assert.match(refused('redis://127.0.0.1:1/0'), /cannot reach the queue .*ECONNREFUSED/);
  assert.match(refused('http://me:secret@host/0'), /--queue takes redis:/);
  assert.match(refused(server.url, '--threads', '3'), /--threads is for threads of this process/);
  assert.match(refused('@/nowhere'), /cannot read \/nowhere/);
  worker(server);
  const file = writeInto(dumps, '../url', `${server.url}\n`);
  const { stderr, status: exit } = batch(dumps, '--out', out, '--queue', `@${file}`);
  assert.equal(exit, 0, stderr);
  assert.match(stderr, /maxmemory-policy is allkeys-lru, so that jobs can be lost; set it to noeviction/);
  await endWorkers();
  assert.equal(redis(server, 'config', 'set', 'maxmemory-policy', 'noeviction'), 'OK\n');
  assert.equal(redis(server, 'config', 'set', 'maxmemory', '100kb'), 'OK\n');
  const full = batch(dumps, '--out', out, '--resume', '--run', 'frag', '--queue', server.url);
  assert.equal(full.status, 2);
  assert.match(full.stderr, /the queue redis:\/\/127\.0\.0\.1:\d+\/0 takes no job: .*OOM/);
});

test('SIGTERM to a batch takes what no one reads yet out of the queue at once', { skip: noRedis }, async () => {
  const server = await redisServer();
  servers.push(server);
  const { dumps, out } = place('term');
  fill(dumps, 6);
  const { ended, child } = begin(server, dumps, '--out', out, '--grace', '60');
  await until(() => status(server).dumps.waiting === 6);
  const from = Date.now();
  child.kill('SIGTERM');
  assert.equal(await ended, 143);
  assert.ok(Date.now() - from < 30_000, 'no one reads them: there is nothing to wait for');
  assert.equal(status(server).dumps.waiting, 0);
  assert.equal(results(out).size, 0);
});

for (const [engine, missing, open] of ENGINES)
  test(`over ${engine} batch and worker end by SIGTERM while the server is away`, { skip: missing }, async () => {
    const server = await open();
    servers.push(server);
    const { dumps, out } = place(`away-${engine}`);
    fill(dumps, 3);
    const idle = worker(server, '--grace', '1');
    await until(() => status(server).workers === 1);
    run('pageowner', ['queue', 'pause', '--queue', server.url]);
    const { ended, child, said } = begin(server, dumps, '--out', out, '--grace', '1');
    await until(() => status(server).dumps.waiting === 3);
    await server.stop();
    await until(() => said().includes('does not answer'));
    const both = [ended, exitOf(idle)];
    child.kill('SIGTERM');
    idle.kill('SIGTERM');
    const late = sleep(60_000).then(() => ['still there']);
    assert.deepEqual(await Promise.race([Promise.all(both), late]), [143, 0], said());
    assert.equal(summary(out).ended_by, 'SIGTERM');
  });
