import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createReadStream, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { loadSnapshot, PageownerError, type Source, sortDump, topOf } from 'pageowner';
import { BLOCK, ROOT, temporaryFolder, writeInto } from './helpers.js';

const folder = temporaryFolder();
const input = writeInto(folder, 'dump', BLOCK.repeat(3));
const output = join(folder, 'report');

test('sortDump writes a report and says what it did', async () => {
  const { seconds, megabytesPerSecond, stagesMs, limitedBy, peakMemoryBytes, ...summary } = await sortDump({
    input,
    output,
    cull: 'pid',
    threads: 1,
  });
  assert.deepEqual(summary, {
    bytes: BLOCK.length * 3,
    blocks: 3,
    grouped: 3,
    filtered: 0,
    malformed: 0,
    malformedAt: [],
    foreign: 0,
    foreignAt: [],
    groups: 1,
    form: 'dump',
    passedOver: 0,
    unterminatedAt: null,
    threads: 1,
    chunks: 1,
    runs: 0,
  });
  assert.ok(seconds >= 0 && megabytesPerSecond > 0 && peakMemoryBytes > 1e7);
  assert.deepEqual(Object.keys(stagesMs), ['reading', 'parsing', 'merging', 'writing']);
  assert.equal(stagesMs[limitedBy], Math.max(...Object.values(stagesMs)));
  assert.equal(readFileSync(output, 'latin1'), '3 times, 6 pages, PID 7\n');
});

test('what cannot be done is a PageownerError with a code', async () => {
  for (const [options, code] of [
    [{ cull: 'nonsense' }, 'usage'],
    [{ threads: 0 }, 'usage'],
    [{ compat: '5.0' as '6.1' }, 'usage'],
    [{ input: join(folder, 'absent') }, 'input'],
    [{ output: join(folder, 'absent/report') }, 'output'],
  ] as const) {
    await assert.rejects(sortDump({ input, output, ...options }), (error) => {
      assert.ok(error instanceof PageownerError);
      assert.equal(error.code, code);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    });
  }
});

test('two runs at a time do not disturb each other', async () => {
  const other = writeInto(folder, 'other', BLOCK.repeat(500));
  const otherOutput = join(folder, 'other-report');
  const [one, two] = await Promise.all([
    sortDump({ input, output, cull: 'pid' }),
    sortDump({ input: other, output: otherOutput, cull: 'tgid', threads: 2, chunkSize: 100 }),
  ]);
  assert.deepEqual([one.blocks, two.blocks], [3, 500]);
  assert.equal(readFileSync(otherOutput, 'latin1'), '500 times, 1000 pages, TGID 5\n');
});

test('threads start in a process that was given options of V8', () => {
  const dump = writeInto(folder, 'many.txt', BLOCK.repeat(20_000));
  const program = `
    import { sortDump } from 'pageowner';
    const { grouped, threads } = await sortDump({ input: ${JSON.stringify(dump)}, output: '-', chunkSize: '4K', threads: 2, cull: 'st' });
    console.log([grouped, threads].join());`;
  const args = ['--expose-gc', '--max-old-space-size=200', '--input-type=module', '-e', program];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  assert.equal(stderr, '');
  assert.match(stdout, /20000 times(.|\n)*\n20000,2\n$/);
});

test('a buffer, a stream and a packed stream give the snapshot of the file', async () => {
  const answer = async (source: Source): Promise<unknown> =>
    topOf(await loadSnapshot(source), { by: ['stack', 'pid'] }).rows;
  const expected = await answer(input);
  const text = readFileSync(input);
  const packed = gzipSync(text);
  async function* bytewise(): AsyncGenerator<Uint8Array> {
    for (const byte of packed) yield Uint8Array.of(byte);
  }
  const web = new Blob([text]).stream() as unknown as AsyncIterable<Uint8Array>;
  for (const source of [text, new Uint8Array(packed), createReadStream(input), web, bytewise()])
    assert.deepEqual(await answer(source), expected);
});

test('a stream of text is refused with what to do', async () => {
  const stream = createReadStream(input, 'latin1');
  await assert.rejects(loadSnapshot(stream as unknown as AsyncIterable<Uint8Array>), {
    code: 'input',
    message: /the stream.*gives bytes/,
  });
});

test('a signal ends the wait for a stream that gives nothing', async () => {
  const stop = new AbortController();
  const silent = new PassThrough();
  setTimeout(() => stop.abort(new Error('enough')), 20);
  await assert.rejects(loadSnapshot(silent, { signal: stop.signal }), /^Error: enough$/);
  assert.ok(silent.destroyed);
});

test('a signal given up before, or while a file is read, is thrown, and there is no report', async () => {
  const large = writeInto(folder, 'large', BLOCK.repeat(2000));
  const none = join(folder, 'none');
  const stop = new AbortController();
  let calls = 0;
  const onProgress = (): void => {
    if (++calls === 2) stop.abort(new Error('enough'));
  };
  const options = { signal: stop.signal, onProgress, threads: 2 };
  await assert.rejects(sortDump({ input: large, output: none, chunkSize: 4096, ...options }), /^Error: enough$/);
  assert.equal(calls, 2);
  await assert.rejects(loadSnapshot(large, { ...options, chunkBytes: 4096 }), /^Error: enough$/);
  assert.equal(calls, 2);
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.includes('none')),
    [],
  );
});

const manual = readFileSync(join(ROOT, 'docs/library.md'), 'utf8');
const examples = [...manual.matchAll(/^```js\n([\s\S]*?)```$/gm)].map(([, code = '']) => code);

test('every function of the library is in its manual', async () => {
  const { default: _, ...exported } = (await import('pageowner')) as Record<string, unknown>;
  const functions = Object.keys(exported).filter((name) => typeof exported[name] === 'function');
  assert.ok(functions.length > 7);
  for (const name of functions) assert.ok(name === 'readParquet' || manual.includes(name), name);
});

for (const [i, code] of examples.entries())
  test(`example ${i + 1} of docs/library.md runs`, () => {
    const place = temporaryFolder();
    mkdirSync(join(place, 'node_modules'));
    symlinkSync(ROOT, join(place, 'node_modules/pageowner'));
    for (const [name, fixture] of [
      ['monday.txt', 't0'],
      ['tuesday.txt', 't1'],
    ])
      writeInto(place, name as string, gunzipSync(readFileSync(join(ROOT, `fixtures/6.12-leak/${fixture}.txt.gz`))));
    const script = writeInto(place, 'example.mjs', code);
    const { status, stdout, stderr } = spawnSync(process.execPath, [script], { cwd: place, encoding: 'utf8' });
    assert.deepEqual([status, stderr], [0, '']);
    assert.notEqual(stdout, '');
  });

test('a key that there is not is a usage error that says which is near', async () => {
  const snapshot = await loadSnapshot(input);
  assert.throws(() => topOf(snapshot, { by: ['modul'] }), {
    code: 'usage',
    message: /--by has no key modul \(did you mean module\?\); it takes stack, /,
  });
});
