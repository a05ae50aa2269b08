import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, readdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as zlib from 'node:zlib';
import { sortDump } from '../src/main/index.js';
import { BLOCK, fixtureDump, missing, run, runHere, temporaryFolder, writeInto } from './helpers.js';

const { gzipSync } = zlib;
const folder = temporaryFolder();
const content = fixtureDump('6.12-boot');
const plain = writeInto(folder, 'plain', content);
const half = content.indexOf('\n\n', content.length / 2) + 2;
const output = join(folder, 'output');
await runHere(['--cull=st', plain, output]);
const expected = readFileSync(output, 'latin1');

const noZstd = missing('zstd', 'zstd');
const noXz = missing('xz', 'xz-utils');

function packed(program: string, bytes: Buffer): Buffer {
  return spawnSync(program, ['-cq'], { input: bytes, maxBuffer: 2 ** 28 }).stdout;
}

function halfOf(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.length / 2);
}

function damaged(bytes: Buffer): Buffer {
  const middle = bytes.length >> 1;
  return Buffer.from(bytes).fill(0x55, middle, middle + 100);
}

async function sorted(bytes: Buffer): Promise<string> {
  await runHere(['--cull=st', writeInto(folder, 'input', bytes), output]);
  return readFileSync(output, 'latin1');
}

/** Runs in a folder of its own, where the error must leave nothing. */
function fails(bytes: Buffer | undefined, reason: RegExp): void {
  const own = temporaryFolder();
  const input = bytes ? writeInto(folder, 'broken', bytes) : join(folder, 'absent');
  for (const [program, args, status] of [
    ['page_owner_sort', [], 1],
    ['pageowner', ['sort'], 2],
  ] as const) {
    const { status: actual, stdout, stderr } = run(program, [...args, input, join(own, 'out')]);
    assert.equal(actual, status, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, reason);
    assert.match(stderr, new RegExp(`^${program}: .*\n$`));
    assert.deepEqual(readdirSync(own), []);
  }
}

test('standard input, a FIFO and /dev/fd/N are read as files are', () => {
  for (const shell of [
    'cat $1 | $RUNNER $0 --cull=st - -',
    '$RUNNER $0 --cull=st - - < $1',
    '$RUNNER $0 --cull=st <(cat $1) -',
    'mkfifo $2; cat $1 > $2 & $RUNNER $0 --cull=st $2 -; wait',
  ]) {
    const { stdout, stderr } = run('page_owner_sort', [plain, join(folder, 'fifo')], { shell });
    assert.equal(stderr, '', shell);
    assert.equal(stdout, expected, shell);
  }
});

test('gzip is read, also in several members', async () => {
  assert.equal(await sorted(gzipSync(content)), expected);
  const members = [content.subarray(0, half), Buffer.alloc(0), content.subarray(half)];
  assert.equal(await sorted(Buffer.concat(members.map((member) => gzipSync(member)))), expected);
});

test('zstd is read, also in several frames', { skip: noZstd }, async () => {
  assert.equal(await sorted(packed('zstd', content)), expected);
  const frames = [content.subarray(0, half), content.subarray(half)];
  assert.equal(await sorted(Buffer.concat(frames.map((frame) => packed('zstd', frame)))), expected);
});

test('xz is read', { skip: noXz }, async () => assert.equal(await sorted(packed('xz', content)), expected));

test('packed content is read from a pipe', () => {
  const { stdout, stderr } = run('page_owner_sort', ['--cull=st', '-', '-'], { input: gzipSync(content) });
  assert.equal(stderr, '');
  assert.equal(stdout, expected);
});

test('compression is told by content, not by name', async () => {
  await runHere(['--cull=st', writeInto(folder, 'dump.gz', content), output]);
  assert.equal(readFileSync(output, 'latin1'), expected);
});

test('a dump without blocks gives an empty report', async () => {
  for (const empty of ['', '\n', '\n\n\n', '\r\n\r\n']) {
    assert.equal(await sorted(Buffer.from(empty)), '');
    assert.equal(await sorted(gzipSync(empty)), '');
  }
  const { status, stdout } = run('page_owner_sort', ['-', '-'], { input: '' });
  assert.deepEqual({ status, stdout }, { status: 0, stdout: '' });
});

test('a missing dump is an error', () => fails(undefined, /absent: no such file/));

test('a folder is an error', () => {
  const { status, stderr } = run('page_owner_sort', [folder, '-']);
  assert.equal(status, 1);
  assert.match(stderr, /directory\n$/);
});

test('an unreadable dump is an error', { skip: process.getuid?.() === 0 && 'root reads everything' }, () => {
  const { stderr } = run('page_owner_sort', [writeInto(folder, 'secret', BLOCK), '-'], {
    shell: `chmod 0 $1; $RUNNER $0 $1 $2`,
  });
  assert.match(stderr, /permission denied\n$/);
});

test('cut-off gzip is an error', () => fails(halfOf(gzipSync(content)), /cannot unpack/));

test('corrupt gzip is an error', () => {
  fails(damaged(gzipSync(content)), /cannot unpack .*gzip/);
});

test('text behind gzip is an error', () => {
  fails(Buffer.concat([gzipSync(content), Buffer.from(BLOCK)]), /cannot unpack .*gzip/);
});

test('cut-off zstd is an error', { skip: noZstd }, () => {
  fails(halfOf(packed('zstd', content)), /cannot unpack .*zstd/);
});

test('corrupt zstd is an error', { skip: noZstd }, () => {
  fails(damaged(packed('zstd', content)), /cannot unpack .*zstd/);
});

test('cut-off xz is an error', { skip: noXz }, () => {
  fails(halfOf(packed('xz', content)), /cannot unpack .*xz/);
});

test('a dump that grows or shrinks while it is read is an error', async () => {
  const change = (how: (path: string) => void): Promise<unknown> => {
    const path = writeInto(folder, 'changing', content);
    let changed = false;
    const onProgress = (): void => {
      if (!changed) how(path);
      changed = true;
    };
    return sortDump({ input: path, output, chunkSize: 10_000, threads: 1, onProgress });
  };
  await assert.rejects(
    change((path) => appendFileSync(path, BLOCK)),
    /changed while it was read/,
  );
  await assert.rejects(
    change((path) => truncateSync(path, 50_000)),
    /changed while it was read|got shorter while it was read/,
  );
});

test('a zstd file that begins with a skippable frame is read', { skip: noZstd }, async () => {
  const skippable = Buffer.from('502a4d1804000000abcdef00', 'hex');
  assert.equal(await sorted(Buffer.concat([skippable, packed('zstd', content)])), expected);
});

const noNodeZstd = 'createZstdDecompress' in zlib ? noZstd : 'needs zstd of Node.js 22.15';

test('zstd is unpacked by Node where there is no program', { skip: noNodeZstd }, async () => {
  const frames = [Buffer.from('502a4d1804000000abcdef00', 'hex'), packed('zstd', content.subarray(0, half))];
  frames.push(packed('zstd', content.subarray(half)));
  const { PATH } = process.env;
  process.env.PATH = '';
  try {
    assert.equal(await sorted(Buffer.concat(frames)), expected);
    for (const broken of [halfOf(frames[1] as Buffer), damaged(frames[1] as Buffer)])
      await assert.rejects(sorted(broken), /cannot unpack .*zstd/);
  } finally {
    process.env.PATH = PATH;
  }
});

test('text behind a gzip member and zeros is an error, however far behind', () => {
  const zeros = Buffer.alloc(3 << 20);
  fails(Buffer.concat([gzipSync(content), zeros, Buffer.from(BLOCK)]), /cannot unpack .*gzip/);
});

test('what is packed in other ways is an error', () => {
  for (const magic of ['425a6839', '04224d18', '5d000080'])
    fails(Buffer.from(magic, 'hex'), /cannot unpack .*unpack it first/);
});

test('a folder on standard input is an error', () => {
  const { status, stderr } = run('page_owner_sort', [folder], { shell: `$RUNNER $0 - - < $1` });
  assert.equal(status, 1);
  assert.match(stderr, /cannot read standard input: it is a directory\n$/);
});
