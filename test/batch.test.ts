import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
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
  start,
  summary,
  until,
} from './batches.js';
import { BLOCK, fixtureDump, LEAK, run, writeInto } from './helpers.js';

test('a batch makes a page of each dump', () => {
  const { dumps, out } = place('pages');
  const dump = writeInto(dumps, 'a.txt', fixtureDump('6.12-mixed'));
  assert.equal(batch(dumps, '--out', out, '--run', 'report').status, 0);
  const { stdout } = run('pageowner', ['report', dump, '-o', '-']);
  assert.equal(readFileSync(join(out, 'dumps/a/report.html'), 'latin1'), stdout);
  const { status, stderr } = batch(dumps, '--out', out, '--run', 'report --open');
  assert.deepEqual([status, stderr], [2, "pageowner: --run 'report --open': it is for one dump\n"]);
});

test('a batch makes what single runs make, and says what it read', () => {
  const { dumps, out } = place('single');
  const dump = writeInto(dumps, 'a.txt', fixtureDump('6.12-mixed'));
  const runs = [
    'top --by kind',
    'age --by kind --format json',
    'overview',
    'tree --by kind',
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
    'overview.txt',
    'tree-by-kind.txt',
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
    ['', /it begins with one of overview, top, tree, age, frag, diff, report, export, sort/],
    ['rm -rf /', /it begins with one of/],
    ['top --by nothing', /no key nothing/],
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

test('--split without --queue is refused in one line', () => {
  const out = join(folder, 'split');
  const { status, stderr } = batch(LEAK[0], '--out', out, '--split', '64M');
  assert.deepEqual([status, stderr], [2, 'pageowner: --split is for workers: give --queue too\n']);
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
