/** Which dumps a batch finds in folders and by globs, and files that are dumps themselves. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Entry, entriesOf } from '../src/main/batch/manifest/manifest.js';
import { all, fifo, folder, manifest, messageOf, names, paths, tree } from './entries.js';
import { BLOCK, ROOT, writeInto } from './helpers.js';

test('a folder gives all files below it by path, without hidden ones; names do not have the folder', async () => {
  const root = tree('below', 'b/2.txt.gz', 'b/10.txt.gz', 'a.txt', '.hidden', '.git/x', 'c/.h/y', 'empty/', 'b.txt');
  symlinkSync('b', join(root, 'latest'));
  symlinkSync('..', join(root, 'b/up'));
  symlinkSync('a.txt', join(root, 'link'));
  symlinkSync('nowhere', join(root, 'dangling'));
  for (const operand of [root, `${root}/`]) {
    const entries = await all(operand);
    assert.deepEqual(
      paths(entries),
      ['a.txt', 'b.txt', 'b/10.txt.gz', 'b/2.txt.gz', 'dangling', 'link'].map((file) => join(root, file)),
    );
    assert.deepEqual(names(entries), ['a', 'b', 'b_10', 'b_2', 'dangling', 'link']);
    assert.ok(entries.every(({ line }) => line === null));
  }
});

test('a glob finds as shells do; names have what follows its fixed part', async () => {
  const root = tree(
    'glob',
    'x/1/a.gz',
    'x/2/a.gz',
    'x/2/b.txt',
    'x/.3/a.gz',
    'y/1/a.gz',
    'x/a.gz',
    'x/[z].gz',
    'x/ü.gz',
  );
  symlinkSync('../y', join(root, 'x/link'));
  const found = async (glob: string): Promise<string[]> =>
    paths(await all(join(root, glob))).map((path) => path.slice(root.length + 1));
  assert.deepEqual(await found('x/*/a.gz'), ['x/1/a.gz', 'x/2/a.gz']);
  assert.deepEqual(await found('x/?/*'), ['x/1/a.gz', 'x/2/a.gz', 'x/2/b.txt']);
  assert.deepEqual(await found('*/[!x]/a.gz'), ['x/1/a.gz', 'x/2/a.gz', 'y/1/a.gz']);
  assert.deepEqual(await found('[w-y]/1/*'), ['x/1/a.gz', 'y/1/a.gz']);
  assert.deepEqual(await found('x/.*/a.gz'), ['x/.3/a.gz']);
  assert.deepEqual(await found('x/?.gz'), ['x/a.gz', 'x/ü.gz']);
  assert.deepEqual(await found('x/link/*/*'), ['x/link/1/a.gz']);
  assert.deepEqual(await found('**/a.gz'), ['x/1/a.gz', 'x/2/a.gz', 'x/a.gz', 'y/1/a.gz']);
  assert.deepEqual(await found('**/**/2/**'), ['x/2/a.gz', 'x/2/b.txt']);
  assert.deepEqual(await found('x/[[]z].gz'), ['x/[z].gz']);
  writeInto(root, 'x/[z].gz', 'a list\n');
  assert.deepEqual(paths(await all(join(root, 'x/[z].gz'))), ['a list']);
  assert.deepEqual(names(await all(join(root, 'x/*/a.gz'))), ['1_a', '2_a']);
});

test('a folder that cannot be read is broken, and what is beside it is not lost', async () => {
  const root = tree('unreadable', 'a.txt', 'deep/');
  // For root no folder is unreadable, but none can be reached by a longer path than 4096 bytes.
  const name = 'd'.repeat(250);
  execFileSync('bash', ['-c', `cd "$0/deep"; for i in {1..17}; do mkdir ${name} && cd ${name} || exit 1; done`, root]);
  const both = [await all(root), await all(join(root, '**/*.txt'))];
  // Node could not remove it.
  execFileSync('rm', ['-rf', root]);
  for (const entries of both) {
    assert.equal(entries.length, 2);
    assert.deepEqual(entries[0]?.name, 'a');
    assert.match(messageOf(entries[1]), /cannot read .*: the name is too long/);
  }
});

test('what is no file and matches none ends all before anything is read', () => {
  const good = manifest('a\n');
  mkdirSync(join(folder, 'empty'));
  for (const [operand, expected] of [
    ['nosuch', /^PageownerError: cannot read nosuch: no such file or directory$/],
    ['nosuch*', /^PageownerError: no file matches nosuch\*/],
    ['nosuch/*', /cannot read nosuch\/: no such file or directory/],
    ['[z-a]', /is no pattern/],
    [join(folder, 'empty'), /has no files/],
    ['/proc/self/mem', /cannot read \/proc\/self\/mem: input\/output error/],
    [writeInto(folder, 'old.bz2', 'BZh9'), /bzip2.*unpack it first/],
  ] as const) {
    assert.throws(() => entriesOf([good, operand]), expected);
  }
  assert.throws(() => entriesOf(['-', '-']), /read only once/);
});

test('a file that is a dump is an entry, whatever its name', async () => {
  const contents = {
    text: BLOCK,
    late: `\n\n${BLOCK}`,
    gzip: gzipSync(BLOCK),
    parquet: 'PAR1\x15',
    stacks: ' f+0x1/0x2\nnr_base_pages: 6\n',
  };
  const files = Object.entries(contents).map(([name, content]) => writeInto(folder, `dump-*-${name}`, content));
  const list = manifest('a\n');
  assert.deepEqual(paths(await all(...files, list)), [...files, 'a']);
  const [fixture] = await all(join(ROOT, 'fixtures/6.12-boot/dump.txt.gz'));
  assert.match((fixture as Entry).name, /fixtures_6.12-boot_dump$/);
});

test('an empty file among dumps is no list without lines', async () => {
  const [dump, empty] = [writeInto(folder, 'whole', BLOCK), writeInto(folder, 'failed', '')];
  const entries = await all(empty, dump);
  assert.match(messageOf(entries[0]), /is empty: neither a dump nor a list of dumps/);
  assert.deepEqual(paths(entries), [`broken ${empty}`, dump]);
});

test('a dump where a list is expected is said so at once', async () => {
  for (const [name, content] of Object.entries({ text: BLOCK, gzip: gzipSync(BLOCK) })) {
    const path = fifo(`dumped-${name}`);
    spawn('tee', [path], { stdio: ['pipe', 'ignore', 'ignore'] }).stdin.end(content);
    await assert.rejects(all(path), /is a dump, not a list of dumps; save it to a file, and name the file$/);
  }
});
