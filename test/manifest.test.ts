/** Which dumps a batch reads of lists, as they come. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { entriesOf } from '../src/main/batch/manifest/manifest.js';
import { linesOf } from '../src/main/batch/manifest/manifest-lines.js';
import { isoTime } from '../src/main/command-line/iso-time.js';
import { type AnyEntry, all, fifo, folder, manifest, messageOf, names, paths } from './entries.js';
import { ROOT, writeInto } from './helpers.js';

const RUNS = 30 * Number(process.env.PROPERTY_RUNS ?? 1);

/** Entries of a manifest. */
async function listed(...lines: readonly (string | object)[]): Promise<AnyEntry[]> {
  return all(manifest(lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('')));
}

/** What is wrong with the only entry of a manifest. */
async function problem(line: string | object): Promise<string> {
  const [entry, ...others] = await listed(line);
  assert.deepEqual(others, []);
  return messageOf(entry);
}

test('a line is a path as it stands, or JSON', async () => {
  const entries = await listed(
    ' with  spaces .txt',
    { path: '/a/b.gz', name: 'web 1', host: 'web', taken_at: '2026-11-24T02:00:00+01:00', rack: [7], __proto__: null },
    { path: 'x', host: null, taken_at: null },
    '-',
  );
  assert.deepEqual(entries, [
    { name: '_with__spaces_', path: ' with  spaces .txt', host: null, takenAt: null, extra: {}, line: 1 },
    { name: 'web 1', path: '/a/b.gz', host: 'web', takenAt: '2026-11-24T01:00:00.000Z', extra: { rack: [7] }, line: 2 },
    { name: 'x', path: 'x', host: null, takenAt: null, extra: {}, line: 3 },
    { name: '-', path: './-', host: null, takenAt: null, extra: {}, line: 4 },
  ]);
});

test('comments and empty lines are nothing, but are counted; BOM, CRLF and a missing last line end are tolerated', async () => {
  const entries = await all(manifest('\ufeffa\r\n\r\n# b\r\n\n{"path":"c"}\r\nd\r'));
  assert.deepEqual(
    entries.map((entry) => ('path' in entry ? [entry.path, entry.line] : entry)),
    [
      ['a', 1],
      ['c', 5],
      ['d', 6],
    ],
  );
});

test('each kind of broken line says which it is and what to do about it', async () => {
  const long = 'n'.repeat(201);
  for (const [line, expected] of [
    ['{"path":', /no JSON: .* is written \.\/\{/],
    [{ name: 'x' }, /"path" is missing/],
    [{ path: 17 }, /"path" is missing, or no text/],
    [{ path: '' }, /"path" is missing, or no text/],
    [{ path: 'a\0b' }, /NUL/],
    ['a\0b', /NUL/],
    [{ path: '\ud800' }, /not UTF-8/],
    ...['', '.', '..', '.x', 'a/b', '/', 'a\0', 'a\n', '\x1b[31m', '\x85', long, 'ü'.repeat(101), 7, {}].map(
      (name) => [{ path: 'x', name }, /"name" cannot name a folder/] as const,
    ),
    [{ path: 'x', host: 7 }, /"host" is no text/],
    [{ path: 'x', host: 'a/b' }, /"host" cannot name a folder.*give a "name"/],
    ...['yesterday', '2026-02-30', '2026-11-24 01:00', '2026-11-24T25:00Z', '', 1795478400].map(
      (taken_at) => [{ path: 'x', taken_at }, /"taken_at" is no time of ISO 8601/] as const,
    ),
  ] as const) {
    const message = await problem(line);
    assert.match(message, expected);
    assert.match(message, /manifest-\d+:1: /);
  }
  assert.equal((await listed({ path: 'x', name: 'n'.repeat(200) }, { path: 'y', host: 'a/b', name: 'c' })).length, 2);
});

test('a path that is not UTF-8 is broken, and U+FFFD is not if there is such a file', async () => {
  const [raw, odd] = await all(
    manifest(Buffer.from(`\xff\n${Buffer.from(join(folder, '\ufffd')).toString('latin1')}\n`, 'latin1')),
  );
  for (const entry of [raw, odd]) assert.match(messageOf(entry), /not UTF-8.*rename the file/);
  const path = writeInto(folder, '\ufffd', '');
  assert.deepEqual(paths(await listed(path)), [path]);
});

test('a name is there once: the second entry says who has it', async () => {
  const list = manifest('a/b\n./a/b\na_b\nc\n{"path":"c","name":"d"}\n');
  const entries = await all(list, list);
  assert.deepEqual(names(entries).slice(3, 5), ['c', 'd']);
  assert.match(messageOf(entries[1]), /:2: repeated: .*:1 has this dump already$/);
  assert.match(messageOf(entries[2]), /:3: .*:1 has the name a_b already; give one of them another "name"$/);
  for (const entry of entries.slice(5)) messageOf(entry);
  assert.equal(entries.length, 10);
});

test('a name is made of the path', async () => {
  const long = `${'x'.repeat(300)}`;
  const entries = await listed(
    './/host 1/ü.dump.txt.gz',
    '/var/dumps/x.zst',
    '../up.parquet',
    'a/.gz',
    '...',
    long,
    `${long}y`,
    { path: 'p.txt', host: 'web 1.txt' },
  );
  assert.deepEqual(names(entries).slice(0, 4), ['host_1__.dump', 'var_dumps_x', '_up', 'a_.gz']);
  assert.match(names(entries)[4] as string, /^-[\da-f]{8}$/);
  for (const name of names(entries).slice(5, 7)) assert.match(name, /^x{191}-[\da-f]{8}$/);
  assert.equal(entries[7]?.name, 'web 1.txt');
  assert.equal(new Set(names(entries)).size, entries.length);
});

test('times of ISO 8601 become UTC, whatever the zone of this machine', () => {
  for (const [text, expected] of [
    ['2026-11-24', '2026-11-24T00:00:00.000Z'],
    ['2026-11-24T01:02', '2026-11-24T01:02:00.000Z'],
    ['2026-11-24T01:02:03', '2026-11-24T01:02:03.000Z'],
    ['2026-11-24T01:02:03,123456789+00:00', '2026-11-24T01:02:03.123Z'],
    ['2026-11-24T01:02:03.5-0530', '2026-11-24T06:32:03.500Z'],
    ['2024-02-29T23:00+01', '2024-02-29T22:00:00.000Z'],
    ['2026-02-29', undefined],
    ['2026-13-01', undefined],
    ['2026-11-24T01:02:03+99:00', undefined],
    ['24.11.2026', undefined],
  ])
    assert.equal(isoTime(text), expected, text);
});

test('any mixture of lines gives an entry each, in order', async () => {
  const good = fc.constantFrom('a', 'b c', 'ü', '{"path":"x"}', '{"path":"y","taken_at":"2026-01-01"}');
  const bad = fc.constantFrom('{', '{}', '\0', '{"path":"x","name":"/"}', '{"path":1}', '{"path":"x","taken_at":"?"}');
  const nothing = fc.constantFrom('', '#', '# {');
  const lines = fc.array(fc.tuple(fc.oneof(good, bad, nothing), fc.constantFrom('\n', '\r\n')));
  await fc.assert(
    fc.asyncProperty(lines, async (some) => {
      const entries = await all(manifest(`#\n${some.map((line) => line.join('')).join('')}`));
      const numbers = some.flatMap(([line], i) => (/^(#|$)/.test(line) ? [] : [i + 2]));
      assert.deepEqual(
        entries.map(({ line }) => line),
        numbers,
      );
      const used = new Set<string>();
      for (const entry of entries) {
        const [text] = some[(entry.line as number) - 2]!;
        const isGood = /^[abü]|^\{"path":"[xy]"(,"taken_at":"2026-01-01")?\}$/.test(text) && !used.has(text);
        used.add(text);
        assert.equal('path' in entry, isGood, text);
      }
    }),
    { numRuns: RUNS },
  );
});

test('a line may have megabytes, and one of more than 16 MiB ends the manifest with its number', async () => {
  const extra = 'x'.repeat(1_000_000);
  assert.deepEqual((await listed({ path: 'p', extra }))[0], {
    ...{ name: 'p', path: 'p', host: null, takenAt: null, line: 1 },
    extra: { extra },
  });
  const longest = `{"path":"l","extra":"${'y'.repeat(2 ** 24 - 23)}"}`;
  assert.equal(longest.length, 2 ** 24);
  const entries: AnyEntry[] = [];
  const read = async (): Promise<void> => {
    for await (const entry of entriesOf([manifest(`a\n${longest}\nb\n#${longest}\nc\n`)])) entries.push(entry);
  };
  await assert.rejects(read, /^PageownerError: .*manifest-\d+:4: longer than 16777216 bytes/);
  assert.deepEqual(paths(entries), ['a', 'l', 'b']);
});

test('a line that comes byte by byte is read as well', async () => {
  const path = fifo('slow');
  const text = 'ä/ö.txt\n{"path":"ü"}\n';
  spawn(
    'bash',
    ['-c', `for ((i = 0; i < ${text.length + 4}; i++)); do dd bs=1 count=1 status=none; done > "$0"`, path],
    {
      stdio: ['pipe', 'ignore', 'inherit'],
    },
  ).stdin.end(text);
  assert.deepEqual(paths(await all(path)), ['ä/ö.txt', 'ü']);
});

test('an entry comes when its line does, however long the next takes', { timeout: 60_000 }, async () => {
  const path = fifo('waiting');
  const entries = entriesOf([path]);
  const first = entries.next();
  const fd = openSync(path, 'w');
  writeSync(fd, 'a\n');
  assert.equal((await first).value?.name, 'a');
  writeSync(fd, 'b\nc');
  assert.equal((await entries.next()).value?.name, 'b');
  closeSync(fd);
  assert.equal((await entries.next()).value?.name, 'c');
  assert.equal((await entries.next()).done, true);
});

test('who stops early does not wait for a producer that is silent', { timeout: 60_000 }, async () => {
  const path = fifo('silent');
  const entries = entriesOf([path]);
  const first = entries.next();
  const fd = openSync(path, 'w');
  writeSync(fd, 'a\n');
  await first;
  await entries.return(undefined);
  assert.throws(() => writeSync(fd, 'b\n'), /EPIPE/);
  closeSync(fd);
});

test('an endless producer waits for who reads', { skip: process.platform !== 'linux' && 'needs /proc' }, async () => {
  const path = fifo('endless');
  const producer = spawn('bash', ['-c', 'exec yes a/path/of/a/dump.txt > "$0"', path], { stdio: 'ignore' });
  try {
    const entries = entriesOf([path]);
    for (let i = 0; i < 1000; i++) await entries.next();
    const written = (): number =>
      Number(/^wchar: (\d+)$/m.exec(readFileSync(`/proc/${producer.pid}/io`, 'latin1'))?.[1]);
    // Until it stands still; what is read without end does not.
    for (let before = -1; before !== written(); ) {
      before = written();
      assert.ok(before < 2 ** 26, `${before} bytes`);
      await new Promise((done) => setTimeout(done, 200));
    }
    await entries.return(undefined);
  } finally {
    producer.kill();
  }
});

test('what cannot be read on is said behind the lines that were read, and half a line is none', async () => {
  async function* pieces(): AsyncGenerator<Buffer[]> {
    yield [Buffer.from('a\nb\n'.repeat(500)), Buffer.from('hal')];
    throw new Error('it broke');
  }
  let lines = '';
  const read = async (): Promise<void> => {
    for await (const line of linesOf('list', { stream: Readable.from([]), pieces: pieces() }, String)) lines += line;
  };
  await assert.rejects(read, /^Error: it broke$/);
  assert.equal(lines, 'ab'.repeat(500));
});

test('standard input is a list like any other, and what cannot be read of it is said', async () => {
  const script = `
    import { entriesOf } from '${join(ROOT, 'dist/src/main/batch/manifest/manifest.js')}';
    try { for await (const { name, path = name } of entriesOf(['-'])) console.log(path); }
    catch (error) { console.log(error.message); }`;
  const printed = (shell: string): string =>
    spawnSync('bash', ['-c', shell, process.execPath, '--input-type=module', '-e', script], { encoding: 'utf8' })
      .stdout;
  assert.equal(printed(`printf 'a\n{\nb' | "$0" "$@"`), 'a\nline 2\nb\n');
  assert.equal(printed('"$0" "$@" < /'), 'cannot read standard input: it is a directory\n');
});
