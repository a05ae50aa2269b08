import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { fixtureDump, missing, ROOT, run, temporaryFolder, writeInto } from './helpers.js';
import { ARM_LIBRARIES, copyLibraries, EXECUTABLES, executable, NO_ROOT, notMade } from './made-packages.js';

const NATIVE = executable(process.arch);
const skip = notMade(NATIVE);
const folder = temporaryFolder();
const dump = writeInto(folder, 'dump.txt', fixtureDump('6.12-boot'));
/** Enough chunks for threads. */
const IN_THREADS = ['--threads=2', '--chunk-size=1K'];

type Program = 'page_owner_sort' | 'pageowner';

/** Commands whose output is the same however they are run. */
const SAME: readonly (readonly [Program, ...string[]])[] = [
  ['page_owner_sort', '--cull=st', '--sort=-pages', dump, '-'],
  ['page_owner_sort', ...IN_THREADS, dump, '-'],
  ['pageowner', 'top', '--by', 'kind,module', '--format', 'json', dump],
  ['pageowner', 'report', dump, '-o', '-'],
  ['pageowner', 'export', '--to', 'pprof', dump, '-o', '-'],
  ['pageowner', 'top', '--help'],
  ['pageowner', 'completion', 'zsh'],
];

function runNative(program: Program, args: readonly string[], env: NodeJS.ProcessEnv = {}): SpawnSyncReturns<string> {
  const options = { encoding: 'latin1', argv0: program, env: { ...process.env, ...env } } as const;
  return spawnSync(NATIVE, args, options);
}

test('the executable does what the scripts do, byte for byte, in threads too', { skip }, () => {
  for (const [program, ...args] of SAME) {
    const { status, stdout, stderr } = runNative(program, args);
    assert.deepEqual([status, stderr], [0, ''], args.join(' '));
    assert.ok(stdout === run(program, args).stdout, args.join(' '));
  }
});

test('one file is both programs: by a link, or by its own name', { skip }, () => {
  const [link, copy] = [join(folder, 'page_owner_sort'), join(folder, 'copy')];
  symlinkSync(NATIVE, link);
  copyFileSync(NATIVE, copy);
  assert.match(spawnSync(link, ['--help'], { encoding: 'utf8' }).stdout, /^Usage: page_owner_sort /);
  assert.match(spawnSync(copy, ['--help'], { encoding: 'utf8' }).stdout, /^Usage: pageowner /);
});

test('it takes no options of Node from outside', { skip }, () => {
  const { status, stdout } = runNative('pageowner', ['--version'], { NODE_OPTIONS: '--require=/absent.js' });
  assert.equal(status, 0);
  assert.match(stdout, /^\d+\.\d+\.\d+ /);
});

test('bench starts it again for each run', { skip }, () => {
  const { status, stdout } = runNative('pageowner', ['bench', '--rounds=1', '--json', dump]);
  assert.equal(status, 0);
  assert.equal(JSON.parse(stdout).runs[0].summary.blocks, 1200);
});

test('it runs in a root with nothing but libraries: no Node, no /proc, no network', { skip: skip || NO_ROOT }, () => {
  const root = join(folder, 'root');
  mkdirSync(join(root, 'tmp'), { recursive: true });
  copyLibraries(NATIVE, root);
  for (const program of ['page_owner_sort', 'pageowner']) copyFileSync(NATIVE, join(root, program));
  copyFileSync(dump, join(root, 'dump.txt'));
  const inside = (...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync('unshare', ['--net', 'chroot', root, ...args], {
      encoding: 'latin1',
      env: { PATH: process.env.PATH },
    });
    assert.deepEqual([status, stderr], [0, ''], args.join(' '));
    return stdout;
  };
  const sorted = inside('/page_owner_sort', ...IN_THREADS, '--cull=st', '/dump.txt', '-');
  assert.ok(sorted === run('page_owner_sort', ['--cull=st', dump, '-']).stdout);
  assert.match(inside('/pageowner', '/dump.txt'), /pages/);
  assert.match(inside('/pageowner', 'batch', '/dump.txt', '--out', '/night'), /all fine/);
  inside('/pageowner', 'report', '/dump.txt', '-o', '/report.html');
  assert.match(readFileSync(join(root, 'report.html'), 'utf8'), /<script/);
});

/** V8 says whether it takes what was kept of its work: else the executable starts more slowly, and no one is told. */
const CACHES = `
const { readdirSync, readFileSync } = require('node:fs');
const programs = readdirSync('.', { recursive: true }).filter((name) => name.endsWith('.program.js') && !name.includes('piscina-worker'));
console.log(programs.length, programs.filter((name) => {
  const cachedData = readFileSync(name.replace('program.js', 'cache'));
  return new (require('node:vm').Script)(readFileSync(name, 'latin1'), { cachedData }).cachedDataRejected;
}).join());`;

const qemu = missing('qemu-aarch64-static', 'qemu-user-static');
const armSkip =
  notMade(executable('arm64')) ||
  qemu ||
  (readdirSync('/usr').includes(basename(ARM_LIBRARIES)) ? false : 'needs libc6-arm64-cross');
const EMULATOR = ['qemu-aarch64-static', '-L', ARM_LIBRARIES];

for (const [arch, emulator, skipped] of [
  [process.arch, [], skip],
  ['arm64', EMULATOR, armSkip],
] as const)
  test(`V8 takes what it made of the programs for ${arch}`, { skip: skipped }, () => {
    const [node = ''] = readdirSync(join(ROOT, 'dist/node')).filter((name) => name.endsWith(`-${arch}`));
    const command = [...emulator, join(ROOT, 'dist/node', node, 'package/bin/node'), '-e', CACHES];
    const { stdout } = spawnSync(command[0] as string, command.slice(1), {
      cwd: join(EXECUTABLES, `tree-${arch}`),
      encoding: 'utf8',
    });
    // Behind the number of programs stand those whose caches are refused.
    assert.match(stdout, /^\d\d? \n$/);
  });

test('the executable for arm64 gives the same bytes', { skip: armSkip }, () => {
  for (const [program, ...args] of SAME) {
    const command = [...EMULATOR.slice(1), '-0', program, executable('arm64'), ...args];
    const { status, stdout, stderr } = spawnSync(EMULATOR[0] as string, command, { encoding: 'latin1' });
    assert.deepEqual([status, stderr], [0, ''], args.join(' '));
    assert.ok(stdout === run(program, args).stdout, args.join(' '));
  }
});

/** Test files that take a few seconds each; all that run programs can be run so. */
const CHOSEN = ['command-line', 'operands', 'output', 'overview', 'tree', 'bench-command', 'stats'];

test('tests of the command line pass with the executable', { skip }, () => {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const files = CHOSEN.map((name) => join(ROOT, `dist/test/${name}.test.js`));
  const { status, stdout } = spawnSync(process.execPath, ['--test', '--test-reporter=tap', ...files], {
    encoding: 'utf8',
    env: { ...env, PAGEOWNER_PROGRAM: NATIVE },
  });
  assert.equal(
    status,
    0,
    stdout
      .split('\n')
      .filter((line) => line.startsWith('not ok'))
      .join('\n'),
  );
  assert.match(stdout, /^# pass \d{2,}$/m);
});
