import assert from 'node:assert/strict';
import fs, {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { chmod } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { beforeEach, mock, test } from 'node:test';
import { sortDump } from '../src/main/index.js';
import { BLOCK, fixtureDump, run, runHere, temporaryFolder, writeInto } from './helpers.js';

const dump = writeInto(temporaryFolder(), 'dump', fixtureDump('6.12-boot'));
let folder = '';
beforeEach(() => {
  folder = temporaryFolder();
});

test('a failed run leaves the old report', () => {
  const output = writeInto(folder, 'report', 'old');
  const broken = writeInto(temporaryFolder(), 'broken', Buffer.from('1f8b080000', 'hex'));
  assert.equal(run('page_owner_sort', [broken, output]).status, 1);
  assert.equal(readFileSync(output, 'latin1'), 'old');
  assert.deepEqual(readdirSync(folder), ['report']);
});

test('the input is refused as output, under any name', async () => {
  const input = writeInto(folder, 'dump', BLOCK);
  symlinkSync(input, join(folder, 'symbolic'));
  linkSync(input, join(folder, 'hard'));
  for (const name of ['dump', 'symbolic', 'hard']) {
    await assert.rejects(sortDump({ input, output: join(folder, name) }), /same file/);
  }
  const { status, stderr } = run('page_owner_sort', [input, folder], { shell: `$RUNNER $0 $1 - >> $1` });
  assert.equal(status, 1);
  assert.match(stderr, /same file/);
  assert.equal(readFileSync(input, 'latin1'), BLOCK);
});

test('a missing folder is an error', async () => {
  await assert.rejects(sortDump({ input: dump, output: join(folder, 'absent/report') }), /no such file or directory/);
});

test('a folder as output is an error', async () => {
  mkdirSync(join(folder, 'report'));
  await assert.rejects(sortDump({ input: dump, output: join(folder, 'report') }), /directory/);
});

test('a full device is an error', () => {
  for (const output of ['/dev/full', '-']) {
    const { status, stderr } = run('page_owner_sort', [dump, output], { shell: `$RUNNER $0 $1 $2 > /dev/full` });
    assert.equal(status, 1, output);
    assert.match(stderr, /^page_owner_sort: cannot write .*no space left on the device\n$/);
  }
});

test('a full disk leaves no half report', () => {
  const { status, stderr } = run('page_owner_sort', [dump, join(folder, 'report')], {
    shell: `ulimit -f 8; trap "" XFSZ; $RUNNER $0 $1 $2`,
  });
  assert.equal(status, 1);
  assert.match(stderr, /file too large/);
  assert.deepEqual(readdirSync(folder), []);
});

test('a reader that has seen enough is no error', () => {
  const shell = `$RUNNER $0 $1 - | head -n 1; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = run('page_owner_sort', [dump], { shell });
  assert.equal(stderr, '');
  assert.match(stdout, /^\d+ times.*\n0\n$/);
});

test('a symbolic link stays one', async () => {
  const target = writeInto(folder, 'target', 'old');
  const link = join(folder, 'link');
  symlinkSync(target, link);
  await runHere([dump, link]);
  assert.ok(lstatSync(link).isSymbolicLink());
  assert.match(readFileSync(target, 'latin1'), /^\d+ times/);
});

test('an existing report keeps its permissions', async () => {
  const output = writeInto(folder, 'report', 'old');
  await chmod(output, 0o604);
  await runHere([dump, output]);
  assert.equal(statSync(output).mode & 0o777, 0o604);
});

test('only the report is left in the folder', async () => {
  await runHere([dump, join(folder, 'report')]);
  assert.deepEqual(readdirSync(folder), ['report']);
});

test('a FIFO is written to, not replaced', () => {
  const fifo = join(folder, 'fifo');
  const { stdout } = run('page_owner_sort', [dump, fifo], { shell: `mkfifo $2; cat $2 & $RUNNER $0 $1 $2; wait` });
  assert.match(stdout, /^\d+ times/);
  assert.ok(existsSync(fifo) && lstatSync(fifo).isFIFO());
});

test('a pipe may be the output, under the names that shells give it', () => {
  for (const shell of ['$RUNNER $0 --cull=st $1 /dev/stdout | cat', '$RUNNER $0 --cull=st $1 >(cat); wait $!']) {
    const { stdout, stderr } = run('page_owner_sort', [dump], { shell });
    assert.equal(stderr, '', shell);
    assert.match(stdout, /^\d+ times, \d+ pages:\n/, shell);
  }
});

test('a report whose place is taken at the last moment is an error of one line', async () => {
  const output = join(folder, 'report');
  const onProgress = (): void => void mkdirSync(output, { recursive: true });
  await assert.rejects(sortDump({ input: dump, output, onProgress }), /^PageownerError: cannot write .*directory$/);
  assert.deepEqual(readdirSync(folder), ['report']);
});

test('a closed pipe is no error of --help either', () => {
  const { stderr, stdout } = run('page_owner_sort', [], { shell: `$RUNNER $0 --help | true; echo \${PIPESTATUS[0]}` });
  assert.deepEqual({ stderr, stdout }, { stderr: '', stdout: '0\n' });
});

test('a link that points nowhere yet stays one', async () => {
  symlinkSync('report', join(folder, 'link'));
  await sortDump({ input: dump, output: join(folder, 'link') });
  assert.ok(lstatSync(join(folder, 'link')).isSymbolicLink());
  assert.ok(lstatSync(join(folder, 'report')).isFile());
});

test('a report may have as long a name as there can be', async () => {
  await sortDump({ input: dump, output: join(folder, 'r'.repeat(255)) });
  assert.deepEqual(readdirSync(folder), ['r'.repeat(255)]);
});

test('a report has reached the disk before it takes its place with --fsync, and only then', async () => {
  const output = join(folder, 'report');
  const names: string[][] = [];
  const fsync = mock.method(fs, 'fsync', (_fd: number, done: (error: null) => void) => {
    names.push(readdirSync(folder));
    done(null);
  });
  syncBuiltinESMExports();
  try {
    await runHere([dump, output]);
    assert.equal(names.length, 0);
    fs.rmSync(output);
    await runHere(['--fsync', dump, output]);
    assert.equal(names.length, 1);
    assert.match(String(names[0]), /^\.pageowner-/);
  } finally {
    fsync.mock.restore();
    syncBuiltinESMExports();
  }
});
