import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { BatchPool } from '../src/main/batch/running/batch-pool.js';
import type { Job } from '../src/main/batch/running/thread-messages.js';
import { BLOCK, fixtureDump, missing, PROGRAMS, ROOT, run, temporaryFolder, writeInto } from './helpers.js';

const folder = temporaryFolder();
const LEAK = ['t0', 't1', 't2'].map((name) => join(ROOT, 'fixtures/6.12-leak', `${name}.txt.gz`)) as [
  string,
  string,
  string,
];
const SCRIPT = join(PROGRAMS, 'pageowner.js');

interface Line {
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
function place(name: string): { dumps: string; out: string } {
  const dumps = join(folder, name);
  mkdirSync(dumps);
  return { dumps, out: join(folder, `${name}-out`) };
}

function batch(...args: string[]): ReturnType<typeof run> {
  return run('pageowner', ['batch', ...args]);
}

function start(...args: string[]): ChildProcess {
  return spawn(process.execPath, [SCRIPT, 'batch', ...args], { stdio: ['pipe', 'ignore', 'pipe'] });
}

function exitOf(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 1200 && !holds(); i++) await sleep(50);
  assert.ok(holds(), 'it took longer than a minute');
}

function results(out: string): Map<string, Line> {
  const lines = readFileSync(join(out, 'results.ndjson'), 'utf8').split('\n').slice(0, -1);
  const parsed = lines.map((line) => JSON.parse(line) as Line);
  assert.equal(new Set(parsed.map(({ name }) => name)).size, parsed.length, 'a line for each name');
  return new Map(parsed.map((line) => [line.name, line]));
}

function summary(out: string): Record<string, never> {
  return JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8'));
}

/** What a batch leaves, by file: without the files that tell of times. */
function filesOf(out: string): Record<string, string> {
  const files = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name).slice(out.length + 1));
  const told = paths.filter((path) => !/^(results\.ndjson|summary\.(json|md))$/.test(path)).sort();
  return Object.fromEntries(told.map((path) => [path, sha256(readFileSync(join(out, path)))]));
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Small dumps that differ from each other. */
function fill(dumps: string, count: number): void {
  const text = fixtureDump('6.12-boot').toString('latin1');
  const blocks = text.split('\n\n').slice(0, 60);
  for (let i = 0; i < count; i++) {
    const own = [...blocks.slice(i % 40), ...blocks.slice(0, i % 50)].join('\n\n');
    const name = `host${String(i).padStart(3, '0')}.txt`;
    if (i % 3 === 0) writeInto(dumps, `${name}.gz`, gzipSync(Buffer.from(`${own}\n\n`, 'latin1')));
    else writeInto(dumps, name, Buffer.from(`${own}\n\n`, 'latin1'));
  }
}

test('a batch makes what single runs make, and says what it read', () => {
  const { dumps, out } = place('single');
  const dump = writeInto(dumps, 'a.txt', fixtureDump('6.12-mixed'));
  const runs = [
    'top --by kind',
    'age --by kind --format json',
    'frag --format csv',
    'export --to folded',
    'sort --cull=st',
  ];
  const { status, stdout } = batch(
    dumps,
    '--out',
    out,
    ...runs.flatMap((each) => ['--run', each]),
    '--run',
    "sort -m -o 'by pages.txt'",
  );
  assert.equal(status, 0);
  assert.match(stdout, /all fine/);
  const files = [
    'top-by-kind.txt',
    'age-by-kind-format-json.json',
    'frag-format-csv.csv',
    'export-to-folded.folded',
    'sort-cull-st.txt',
    'by pages.txt',
  ];
  const line = results(out).get('a') as Line;
  assert.deepEqual(Object.keys(line.outputs), [...files, 'aggregate.parquet']);
  const singles = [...runs, 'sort -m'].map((each) => run('pageowner', [...each.split(' '), dump]).stdout);
  files.forEach((file, i) => {
    const bytes = readFileSync(join(out, 'dumps/a', file));
    assert.equal(bytes.toString('latin1'), singles[i], file);
    assert.equal(line.outputs[file], sha256(bytes));
  });
  run('pageowner', ['export', dump, '-o', join(folder, 'single.parquet')]);
  assert.deepEqual(readFileSync(join(out, 'dumps/a/aggregate.parquet')), readFileSync(join(folder, 'single.parquet')));
  assert.deepEqual(line.input, { bytes: statSync(dump).size, sha256: sha256(readFileSync(dump)) });
});

test('a dump is read once, however many reports there are: a FIFO can be', async () => {
  const { dumps, out } = place('fifo');
  const fifo = join(dumps, 'fifo');
  execFileSync('mkfifo', [fifo]);
  const child = start(
    dumps,
    '--out',
    out,
    '--run',
    'top',
    '--run',
    'sort',
    '--run',
    'sort --cull=st -f',
    '--run',
    'top -f -o alive.txt',
  );
  const ended = exitOf(child);
  const packed = readFileSync(LEAK[1]);
  writeFileSync(fifo, packed);
  assert.equal(await ended, 0);
  const line = results(out).get('fifo') as Line;
  assert.deepEqual(line.input, { bytes: packed.length, sha256: sha256(packed) });
  const text = writeInto(folder, 'fifo.txt', gunzipSync(packed));
  assert.equal(readFileSync(join(out, 'dumps/fifo/sort.txt'), 'latin1'), run('pageowner', ['sort', text]).stdout);
});

test('threads that help change nothing', () => {
  const { dumps, out } = place('help');
  const dump = writeInto(dumps, 'large.txt', Buffer.concat(Array(50).fill(fixtureDump('6.12-mixed'))));
  const args = [dump, '--run', 'top', '--run', 'sort', '--chunk-size', '64K'];
  assert.equal(batch(...args, '--out', out, '--threads', '1').status, 0);
  for (const threads of ['2', '5']) {
    const other = `${out}-${threads}`;
    assert.equal(batch(...args, '--out', other, '--threads', threads).status, 0);
    assert.deepEqual(filesOf(other), filesOf(out));
    const [line] = [...results(other).values()] as [Line];
    assert.equal(line.input?.sha256, sha256(readFileSync(dump)));
    assert.equal(line.threads, Number(threads));
  }
});

test('a thread that dies while it helps is the failure of that dump, and of no other', async () => {
  const { dumps } = place('helper-dies');
  const large = writeInto(dumps, 'large.txt', Buffer.concat(Array(50).fill(fixtureDump('6.12-mixed'))));
  const setup = { runs: [], chunkBytes: 4096, threads: 2, shareBytes: 2 ** 28 };
  const pool = new BatchPool(setup, new URL('dying-helper.js', import.meta.url));
  const endOf = async (dump: string, name: string): Promise<string> => {
    const outcome = await pool.run(jobOf(dump, join(dumps, name))).outcome;
    return outcome.status === 'failed' ? outcome.error.code : outcome.status;
  };
  // The dump may have come to its end before a thread could help.
  let end = '';
  for (let i = 0; i < 30 && end !== 'worker'; i++) end = await endOf(large, String(i));
  assert.equal(end, 'worker');
  assert.equal(await endOf(writeInto(dumps, 'small.txt', BLOCK), 'small'), 'done');
  assert.equal(await pool.close(), false);
});

/** A pool of threads, for tests of how they end, and a job of it. */
function newPool(threads: number): BatchPool {
  return new BatchPool({ runs: [], chunkBytes: 1 << 20, threads, shareBytes: 2 ** 28 });
}

function jobOf(path: string, own: string): Job {
  mkdirSync(own, { recursive: true });
  const nothing = { host: null, takenAt: null, extra: {}, previous: null, known: null };
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

/** What can be wrong with a dump, and what is said of it; null: it is read all the same. */
const DAMAGES: readonly (readonly [name: string, damage: (path: string) => void, error: RegExp | null])[] = [
  ['cut-off.txt', (path) => writeFileSync(path, fixtureDump('6.12-boot').subarray(0, 50_000)), null],
  ['foreign.txt', (path) => writeFileSync(path, `what\nis this\n\n${BLOCK}`), null],
  ['crlf.txt', (path) => writeFileSync(path, BLOCK.replaceAll('\n', '\r\n')), null],
  ['empty.txt', (path) => writeFileSync(path, ''), /has no block of page_owner/],
  ['binary.txt', (path) => writeFileSync(path, Buffer.alloc(100_000, 0x80)), /has no block of page_owner/],
  ['cut.gz', (path) => writeFileSync(path, readFileSync(LEAK[0]).subarray(0, 9000)), /cannot unpack .*unexpected end/],
  ['bad.parquet', (path) => writeFileSync(path, 'PAR1 and no more PAR1'), /as a saved aggregate: its end is damaged/],
  ['dangling', (path) => symlinkSync('/nowhere', path), /no such file/],
  ['endless', (path) => symlinkSync('/dev/zero', path), /is a file of zeros/],
  ['stuck', (path) => execFileSync('mkfifo', [path]), /gave up .* longer than 3 s \(--timeout\)/],
];

test('200 dumps, ten of them damaged in ten ways: each is told, and no other is harmed', () => {
  const { dumps, out } = place('damaged');
  fill(dumps, 190);
  for (const [name, damage] of DAMAGES) damage(join(dumps, name));
  const { status, stderr } = batch(
    dumps,
    '--out',
    out,
    '--run',
    'top',
    '--run',
    'sort',
    '--timeout',
    '3',
    '--fail-on',
    'malformed',
  );
  assert.equal(status, 1);
  const lines = results(out);
  assert.equal(lines.size, 200);
  const failed = DAMAGES.filter(([, , error]) => error !== null);
  assert.equal([...lines.values()].filter((line) => line.status === 'ok').length, 200 - failed.length);
  assert.deepEqual(readdirSync(join(out, 'dumps')).length, 200 - failed.length);
  for (const [file, , error] of DAMAGES) {
    const line = lines.get(file.replace(/\.(txt|gz|parquet)$/, '')) as Line;
    if (error) assert.match(line.error?.message ?? '', error);
    else assert.equal(line.error, null, file);
  }
  assert.match(lines.get('cut-off')?.warnings.join() ?? '', /damaged or cut off and left out, at byte \d+/);
  assert.match(
    lines.get('foreign')?.alarms.join() ?? '',
    /^malformed: 1 blocks damaged or cut off, of which 1 are no page_owner text$/,
  );
  const said = stderr.trim().split('\n');
  assert.equal(said.length, failed.length + 2 + 2, stderr);
  for (const line of said) assert.match(line, /^pageowner: \S+: /);
  const { dumps: counts, failures } = summary(out) as unknown as { dumps: object; failures: { count: number } };
  assert.deepEqual(counts, { all: 200, ok: 193, failed: 7, reused: 0, damaged: 2 });
  assert.equal(failures.count, 7);
});

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
    // Before it listens to signals the system ends it.
    if (exit === 'SIGTERM' && !existsSync(out)) continue;
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
    new RegExp(`^pageowner: another batch \\(process ${child.pid}\\) works in .*; wait for its end`),
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

test('a manifest is worked on as it comes', async () => {
  const { dumps, out } = place('stream');
  fill(dumps, 3);
  const child = start('-', '--out', out, '--run', 'top');
  const ended = exitOf(child);
  for (const [i, name] of readdirSync(dumps).sort().entries()) {
    child.stdin?.write(`${JSON.stringify({ path: join(dumps, name), name: `n${i}`, rack: i })}\n`);
    await until(() => existsSync(join(out, 'results.ndjson')) && results(out).size === i + 1);
  }
  child.stdin?.end();
  assert.equal(await ended, 0);
  assert.deepEqual(results(out).get('n2')?.extra, { rack: 2 });
});

test('lines of a manifest that are broken, repeated, empty, 1 MB long or end with CRLF', () => {
  const { dumps, out } = place('manifest');
  fill(dumps, 2);
  const [a, b] = [join(dumps, 'host001.txt'), join(dumps, 'host000.txt.gz')];
  const long = JSON.stringify({ path: a, name: 'long', note: 'x'.repeat(1 << 20) });
  const lines = [
    `${a}\r`,
    '',
    '{"path": 5}',
    '{broken',
    long,
    a,
    'y'.repeat(1 << 20),
    JSON.stringify({ path: b, name: '../x' }),
  ];
  const { status, stderr } = run('pageowner', ['batch', '-', '--out', out, '--run', 'top'], {
    input: lines.join('\n'),
  });
  assert.equal(status, 1);
  const [, ...failed] = [...results(out).values()].sort((x, y) => Number(x.line) - Number(y.line));
  assert.deepEqual(
    failed.map(({ line, status: each }) => [line, each]),
    [
      [3, 'failed'],
      [4, 'failed'],
      [5, 'ok'],
      [6, 'failed'],
      [7, 'failed'],
      [8, 'failed'],
    ],
  );
  for (const line of stderr.trim().split('\n')) assert.ok(line.length < 600, line.slice(0, 600));
});

/** A night of one machine, of dumps of the leak. */
function night(nights: string, i: number, ...args: string[]): ReturnType<typeof run> {
  const manifest = JSON.stringify({ path: LEAK[i], name: 'web1', taken_at: `2026-11-2${i}T02:00:00Z` });
  return run('pageowner', ['batch', '-', '--out', join(nights, `n${i}`), '--previous', nights, ...args], {
    input: manifest,
  });
}

test('a night is compared with the one before, exactly, and what leaks raises an alarm', () => {
  const nights = join(folder, 'nights');
  const first = night(nights, 0, '--fail-on', 'leak:600');
  assert.equal(first.status, 0);
  assert.match(first.stderr, /no night in .* has come to its end yet: no diffs/);
  const second = night(nights, 1, '--run', 'diff --by module --format json -o modules.json', '--fail-on', 'leak:500');
  assert.equal(second.status, 1);
  assert.match(
    second.stderr,
    /^pageowner: web1: leak: 500 pages since the night before: .* leak_order0 \[polleak\] <- /,
  );
  const saved = JSON.parse(readFileSync(join(nights, 'n1/dumps/web1/modules.json'), 'utf8'));
  const truly = JSON.parse(run('pageowner', ['diff', LEAK[0], LEAK[1], '--by', 'module', '--format', 'json']).stdout);
  assert.deepEqual(saved.rows, truly.rows);
  assert.equal(night(nights, 2, '--fail-on', 'leak:701').status, 0);
  const { suspects } = summary(join(nights, 'n2')) as unknown as { suspects: { first: { pages: number[] }[] } };
  assert.deepEqual(suspects.first[0]?.pages, [600, 1300]);
});

test('a machine that was booted is not compared, and one that is missing is told', () => {
  const nights = join(folder, 'boots');
  night(nights, 2);
  const manifest = JSON.stringify({ path: LEAK[0], name: 'web1' });
  const { status } = run(
    'pageowner',
    ['batch', '-', '--out', join(nights, 'later'), '--previous', nights, '--fail-on', 'leak'],
    {
      input: manifest,
    },
  );
  assert.equal(status, 0);
  const { rebooted } = summary(join(nights, 'later')) as unknown as { rebooted: string[] };
  assert.deepEqual(rebooted, ['web1']);
  assert.ok(!existsSync(join(nights, 'later/dumps/web1/diff.txt')));
  const other = writeInto(folder, 'other.txt', BLOCK);
  const last = batch(other, '--out', join(nights, 'last'), '--previous', nights, '--fail-on', 'missing');
  assert.equal(last.status, 1);
  assert.match(last.stderr, /^pageowner: missing: 1 that the night before had: web1\n$/);
  assert.deepEqual((summary(join(nights, 'last')) as unknown as { missing: string[] }).missing, ['web1']);
});

test('a night that is resumed is compared with the one before it, not with a later one', () => {
  const nights = join(folder, 'resumed');
  for (const i of [0, 1, 2]) night(nights, i);
  assert.equal(night(nights, 1, '--resume').status, 0);
  const told = summary(join(nights, 'n1')) as unknown as { previous: string; dumps: { reused: number } };
  assert.equal(told.previous, join(nights, 'n0'));
  assert.equal(told.dumps.reused, 1);
  writeInto(nights, 'README', 'no night');
  night(nights, 0, '--resume');
  const manifest = JSON.stringify({ path: LEAK[2], name: 'web1' });
  const next = run('pageowner', ['batch', '-', '--out', join(nights, 'next'), '--previous', nights, '--keep', '9'], {
    input: manifest,
  });
  assert.equal(next.status, 0);
  assert.equal((summary(join(nights, 'next')) as unknown as { previous: string }).previous, join(nights, 'n2'));
});

test('a night without a dump is not fine', () => {
  const out = join(folder, 'no-dumps');
  const { status, stdout } = run('pageowner', ['batch', '-', '--out', out], { input: '# nothing\n' });
  assert.equal(status, 1);
  assert.match(stdout, /UTC: no dumps\n/);
});

test('a dump that takes too long while threads help with it ends, and no other does', async () => {
  const { dumps, out } = place('slow');
  const large = writeInto(dumps, 'large.txt', Buffer.concat(Array(50).fill(fixtureDump('6.12-mixed'))));
  const small = writeInto(dumps, 'small.txt', BLOCK);
  const list = [...Array(8)].map((_, i) => JSON.stringify({ path: large, name: `large${i}` }));
  const manifest = [...list, JSON.stringify({ path: small, name: 'small' })].join('\n');
  const args = [
    'batch',
    '-',
    '--out',
    out,
    '--timeout',
    '0.12',
    '--chunk-size',
    '64K',
    '--threads',
    '3',
    '--run',
    'sort',
  ];
  const { status, stderr } = run('pageowner', args, { input: manifest });
  assert.ok(status === 0 || status === 1, stderr);
  assert.equal(results(out).size, 9);
  assert.ok(!existsSync(join(out, '.lock')));
});

test('only nights that came to their end are removed, the oldest first', () => {
  const nights = join(folder, 'kept');
  for (const i of [0, 1, 2]) night(nights, i);
  for (const name of ['other', '.hidden']) mkdirSync(join(nights, name));
  cpSync(join(nights, 'n0'), join(nights, 'unfinished'), { recursive: true });
  rmSync(join(nights, 'unfinished/summary.json'));
  renameSync(join(nights, 'n0'), join(nights, 'z0'));
  const { status } = batch(LEAK[0], '--out', join(nights, 'now'), '--keep', '2');
  assert.equal(status, 0);
  assert.deepEqual(readdirSync(nights).sort(), ['.hidden', 'n2', 'now', 'other', 'unfinished']);
});

test('mixed pageblocks raise an alarm', () => {
  const dump = join(ROOT, 'fixtures/6.12-mixed/pageblocks.txt.gz');
  const { status, stderr } = batch(dump, '--out', join(folder, 'frag-alarm'), '--fail-on', 'frag:26');
  assert.equal(status, 1);
  assert.match(stderr, /: frag: 26 mixed pageblocks\n$/);
  assert.equal(batch(dump, '--out', join(folder, 'frag-fine'), '--fail-on', 'frag:27').status, 0);
});

test('a dump that takes more memory than there is fails, and the others do not', () => {
  const { dumps, out } = place('memory');
  fill(dumps, 3);
  let text = '';
  for (let i = 0; i < 200_000; i++) text += BLOCK.replace('pid 7, tgid 5 (comm)', `pid ${i}, tgid ${i} (comm${i})`);
  writeInto(dumps, 'huge.txt', text);
  const { status } = batch(dumps, '--out', out, '--max-memory', '192M', '--run', 'top');
  assert.equal(status, 1);
  const lines = results(out);
  assert.equal(lines.get('huge')?.error?.code, 'memory');
  assert.equal([...lines.values()].filter((line) => line.status === 'ok').length, 3);
});

test('options of a config file count where none are typed', () => {
  const { dumps, out } = place('config');
  fill(dumps, 1);
  const config = writeInto(
    folder,
    'config.json',
    JSON.stringify({ manifest: dumps, run: ['top'], threads: 1, out: 'no' }),
  );
  assert.equal(batch('--config', config, '--out', out).status, 0);
  assert.ok(existsSync(join(out, 'dumps/host000/top.txt')));
  for (const [text, error] of [
    ['{', /--config .*: no JSON: /],
    ['[]', /it holds no object/],
    ['{"runs": []}', /no option "runs"; known are manifest, out, run, /],
    ['{"timeout": true}', /"timeout" takes a text or a number/],
    ['{"log": "xml"}', /"log" takes text or json, not "xml"/],
    ['{"resume": "yes"}', /"resume" takes true or false/],
    ['{"run": [5]}', /"run" takes a text or a list of texts/],
    ['{"threads": 0}', /--threads takes a whole number from 1 to 256, not 0/],
  ] as const) {
    const { status, stderr } = batch(dumps, '--out', `${out}-2`, '--config', writeInto(folder, 'bad.json', text));
    assert.equal(status, 2, text);
    assert.match(stderr, error);
    assert.equal(stderr.split('\n').length, 2);
  }
});

test('a run that makes no sense is refused before anything is written', () => {
  const out = join(folder, 'refused');
  for (const [typed, error] of [
    ['', /it begins with one of top, age, frag, diff, export, sort/],
    ['rm -rf /', /it begins with one of/],
    ['top --by nothing', /no key "nothing"/],
    ['top dump.txt', /too many arguments/],
    ['top --threads 4', /give --threads to the batch/],
    ['sort --stats', /results.ndjson has it/],
    ["top --match 'a", /a quote or backslash without its end/],
    ['top -o ../x', /-o takes the name of a file in the folder of a dump/],
    ['top -o dump.json', /the file dump.json is taken/],
    ['export --to pdf', /--to takes parquet/],
    ['sort --cull=x', /no key "x"/],
    ['diff', /compares with the night before: give --previous/],
    ['top --stacks /nowhere', /--stacks: ENOENT/],
  ] as const) {
    const { status, stderr } = batch(LEAK[0], '--out', out, '--run', typed);
    assert.equal(status, 2, typed);
    assert.match(stderr, error);
    assert.equal(stderr.split('\n').length, 2);
  }
  assert.equal(batch(LEAK[0], '--out', out, '--run', 'top', '--run', 'top').status, 2);
  assert.ok(!existsSync(out));
});

test('every line of --log json is JSON, and tells of every dump', () => {
  const { dumps, out } = place('log');
  fill(dumps, 3);
  writeInto(dumps, 'bad.txt', '');
  const { stderr } = batch(dumps, '--out', out, '--log', 'json');
  const lines = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string; level: string; name: string });
  assert.deepEqual(lines.map(({ event, level, name }) => [event, level, name]).sort(), [
    ['done', 'info', 'host000'],
    ['done', 'info', 'host001'],
    ['done', 'info', 'host002'],
    ['end', 'info', undefined],
    ['failed', 'error', 'bad'],
  ]);
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
