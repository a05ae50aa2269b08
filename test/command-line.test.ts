import assert from 'node:assert/strict';
import { readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { mock, test } from 'node:test';
import { Progress } from '../src/main/command-line/progress.js';
import { OPTIONS } from '../src/main/sorting/sort-option-table.js';
import { BLOCK, EXECUTABLE, programFile, ROOT, run, runHere, temporaryFolder, writeInto } from './helpers.js';

const folder = temporaryFolder();
const dump = writeInto(folder, 'dump', `${BLOCK}${BLOCK.replace('7, tgid 5', '8, tgid 6').repeat(2)}`);
const output = join(folder, 'output');

async function sorted(...args: string[]): Promise<string> {
  await runHere([...args, dump, output]);
  return readFileSync(output, 'latin1');
}

const ERRORS: readonly (readonly [string, RegExp])[] = [
  ['--nonsense dump out', /unknown option '--nonsense'/],
  ['-x dump out', /unknown option '-x'/],
  ['--cull=stack dump out', /wrong argument after --cull option:stack .*"stack".*st\|stacktrace, .*ator\|allocator/],
  ['--cull=st, dump out', /wrong argument after --cull option:st,/],
  ['--sort=-x dump out', /wrong argument after --sort option:-x .*"x".*T\|txt/],
  ['--sort=free dump out', /wrong argument after --sort option:free/],
  ['--pid=1,x dump out', /wrong\/invalid pid in from the command line:1,x/],
  ['--pid=99999999999999999999 dump out', /wrong\/invalid pid in from the command line:9+ /],
  ['--cull= --cull=st dump out', /wrong argument after --cull option:,st /],
  ['-m5 dump out', /unknown option '-5'/],
  ['--threads=1e2 dump out', /--threads takes/],
  ['--max-memory=1M dump out', /--max-memory takes bytes from/],
  ['--name=\ufffd dump out', /is not UTF-8/],
  ['--pid= dump out', /wrong\/invalid pid in from the command line:/],
  ['--tgid=1.5 dump out', /wrong\/invalid tgid in from the command line:1\.5/],
  ['-m -n dump out', /two sort orders: -n and -m/],
  ['-mn dump out', /two sort orders/],
  ['-m --sort=pid dump out', /two sort orders: -m and --sort/],
  ['dump', /missing required argument 'output'/],
  ['', /missing required argument 'input'/],
  ['dump out more', /too many arguments/],
  ['--cull', /argument missing/],
  ['--threads=0 dump out', /--threads takes a whole number from 1/],
  ['--threads=many dump out', /--threads takes/],
  ['--chunk-size=0 dump out', /--chunk-size takes bytes/],
  ['--chunk-size=1X dump out', /--chunk-size takes bytes/],
  ['--compat=5 dump out', /'5' is invalid.*6\.12, 6\.1/],
  ['--stats=xml dump out', /'xml' is invalid.*text, json/],
];

for (const [line, message] of ERRORS) {
  test(`an error of one line: ${line}`, () => {
    const own = temporaryFolder();
    writeInto(own, 'dump', BLOCK);
    const args = line.split(' ').filter(Boolean);
    const { status, stdout, stderr } = run('page_owner_sort', args, { cwd: own });
    assert.match(stderr, message);
    assert.match(stderr, /^page_owner_sort: [^\n]+\n$/);
    assert.deepEqual({ status, stdout }, { status: 1, stdout: '' });
    assert.deepEqual(readdirSync(own), ['dump']);
  });
}

test('pageowner exits 2 for the same errors', () => {
  const { status, stdout, stderr } = run('pageowner', ['sort', '--cull=x', dump]);
  assert.deepEqual({ status, stdout }, { status: 2, stdout: '' });
  assert.match(stderr, /^pageowner: wrong argument after --cull option:x [^\n]+\n$/);
  assert.equal(run('pageowner', ['nonsense']).status, 2);
});

test('long names may be shortened', async () => {
  assert.equal(await sorted('--cu=pid'), await sorted('--cull=pid'));
  assert.equal(await sorted('--so', '-pid', '--cul', 'tg'), await sorted('--sort=-pid', '--cull=tg'));
  assert.equal(await sorted('--na', 'absent'), '');
});

test("where a short form could mean several options, the kernel's own is meant", async () => {
  assert.equal(await sorted('--c=pid'), await sorted('--cull=pid'));
  assert.equal(await sorted('--t=5'), await sorted('--tgid=5'));
});

test('short options may be joined', async () => {
  assert.equal(await sorted('-fm'), await sorted('-f', '-m'));
});

test('options stand anywhere', async () => {
  await runHere([dump, '-m', output, '--cull', 'pid']);
  assert.equal(readFileSync(output, 'latin1'), await sorted('-m', '--cull=pid'));
});

test('behind -- there are only operands', () => {
  const own = temporaryFolder();
  writeInto(own, '-m', BLOCK);
  const { status, stdout } = run('page_owner_sort', ['--cull=pid', '--', '-m', '-'], { cwd: own });
  assert.deepEqual({ status, stdout }, { status: 0, stdout: '1 times, 2 pages, PID 7\n' });
});

test('a repeated cull adds keys; other repeated options count once, the last', async () => {
  assert.equal(await sorted('--cull=pid', '--cull=tgid'), await sorted('--cull=pid,tgid'));
  assert.equal(await sorted('--pid=1', '--pid=8'), await sorted('--pid=8'));
});

test('pageowner sort needs no output, and merges blocks that differ in free_ts only', () => {
  const [one, other] = ['1', '2'].map((free) => BLOCK.replace('1234 ns', `1234 ns, free_ts ${free} ns`));
  const input = writeInto(folder, 'free', `${one}${other}`);
  assert.match(run('pageowner', ['sort', input]).stdout, /^2 times, 4 pages, /);
  assert.match(run('page_owner_sort', [input, '-']).stdout, /^1 times, 2 pages, /);
});

for (const [program, args] of [
  ['page_owner_sort', ['--help']],
  ['page_owner_sort', ['-h']],
  ['pageowner', ['sort', '--help']],
] as const) {
  test(`${program} ${args.join(' ')} names every option`, () => {
    const { status, stdout, stderr } = run(program, args);
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
    for (const { short, long } of OPTIONS) {
      if (short) assert.match(stdout, new RegExp(` -${short}\\b`));
      if (long) assert.match(stdout, new RegExp(` --${long}\\b`));
    }
  });
}

test('--version says the version, the commit where it is known, and Node', () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const { commit } = JSON.parse(readFileSync(join(ROOT, 'dist/build.json'), 'utf8'));
  const built = commit === undefined ? '' : `commit ${commit}, `;
  const expected = `${version} (${built}Node N, ${process.platform} ${process.arch})\n`;
  for (const program of ['page_owner_sort', 'pageowner'] as const)
    assert.equal(run(program, ['--version']).stdout.replace(/Node \d+\.\d+\.\d+/, 'Node N'), expected);
});

test('a link to the script starts it, as npm installs it', { skip: EXECUTABLE !== undefined && 'no script' }, () => {
  const link = join(folder, 'linked');
  symlinkSync(programFile('page_owner_sort'), link);
  const { stdout } = run('page_owner_sort', [link, dump], { shell: `$RUNNER $1 --cull=pid $2 -` });
  assert.equal(stdout, '2 times, 4 pages, PID 8\n1 times, 2 pages, PID 7\n');
});

test('-d says on stderr how the options were understood', () => {
  const { stdout, stderr } = run('page_owner_sort', ['-d', '--cull=pid', dump, '-']);
  assert.match(stderr, /"cull":\["pid"\]/);
  assert.match(stdout, /^2 times/);
});

test('--no-progress shows none; without it a terminal is asked for', async () => {
  const asked = mock.method(Progress, 'terminal', () => undefined);
  await runHere(['--no-progress', dump, output]);
  assert.equal(asked.mock.callCount(), 0);
  await runHere([dump, output]);
  assert.equal(asked.mock.callCount(), 1);
  asked.mock.restore();
});

test('--help and --version may be shortened too', () => {
  assert.match(run('page_owner_sort', ['--hel']).stdout, /^Usage: page_owner_sort/);
  assert.match(run('page_owner_sort', ['--vers']).stdout, /^\d+\.\d+\.\d+/);
});

test('what is near to what was typed is suggested', () => {
  for (const [args, message] of [
    [['tpo', 'x'], "pageowner: unknown command 'tpo' (did you mean top?)\n"],
    [['top', '--bye', 'x', 'y'], "pageowner: unknown option '--bye' (did you mean --by?)\n"],
    [['nothing-like-it'], "pageowner: unknown command 'nothing-like-it' (try --help)\n"],
  ] as const) {
    const { status, stderr } = run('pageowner', args);
    assert.deepEqual([status, stderr], [2, message]);
  }
  assert.match(
    run('pageowner', ['top', '--by', 'fredby', 'x']).stderr,
    /no key fredby \(did you mean freed-by\?\); it/,
  );
  assert.match(run('pageowner', ['top', '--by', 'moduel', 'x']).stderr, /no key moduel \(did you mean module\?\); it/);
  assert.match(run('pageowner', ['top', '--by', 'xyz', 'x']).stderr, /no key xyz; it takes/);
});

test('pageowner without a command is an error of one line', () => {
  const { status, stderr } = run('pageowner', []);
  assert.deepEqual({ status, stderr }, { status: 2, stderr: 'pageowner: no such command (try --help)\n' });
});
