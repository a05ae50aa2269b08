import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Script } from 'node:vm';
import { ROOT, temporaryFolder } from './helpers.js';

const folder = temporaryFolder();
execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: ROOT, stdio: 'pipe' });
const [tarball = ''] = readdirSync(folder);
execFileSync('tar', ['-xzf', tarball], { cwd: folder });
const packed = join(folder, 'package');

test('the package has what runs, and nothing else', () => {
  const files = readdirSync(packed, { recursive: true, encoding: 'utf8' });
  assert.deepEqual(
    files.filter((file) => /^(dist\/)?(test|bench|fixtures|node_modules)(\/|$)/.test(file)),
    [],
  );
  for (const file of [
    'README.md',
    'LICENSE',
    'CHANGELOG.md',
    'dist/man/pageowner-top.1',
    'dist/src/main/index.js',
    'dist/bundle/LICENSE-commander',
    'dist/bundle/LICENSE-hyparquet',
    'dist/bundle/LICENSE-hyparquet-writer',
  ]) {
    assert.ok(files.includes(file), file);
  }
});

test('no file of the package names a folder of this machine', () => {
  const files = readdirSync(packed, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const { name, parentPath } of files) {
    assert.ok(!readFileSync(join(parentPath, name), 'latin1').includes(ROOT), name);
  }
});

test('the package runs with its dependencies alone', () => {
  symlinkSync(join(ROOT, 'node_modules'), join(packed, 'node_modules'));
  const fixture = join(ROOT, 'fixtures/6.12-boot/dump.txt.gz');
  for (const [program, args, printed] of [
    ['page_owner_sort', ['--threads=2', '--chunk-size=1', fixture, '-'], /^\d+ times, /],
    ['pageowner', ['sort', fixture], /^\d+ times, /],
    ['pageowner', ['batch', fixture, '--out', join(folder, 'night')], /all fine\n/],
  ] as const) {
    const script = join(packed, `dist/bundle/main/${program}.js`);
    assert.match(execFileSync(process.execPath, [script, ...args], { encoding: 'latin1' }), printed);
  }
});

const builtBy = JSON.parse(readFileSync(join(ROOT, 'dist/build.json'), 'utf8')).node as string;
const skip = builtBy !== process.version && `built by Node ${builtBy}`;

test('a program starts with what V8 made of it when it was built', { skip }, () => {
  for (const program of ['main/page_owner_sort', 'main/pageowner', 'main/batch-worker', 'workers/entry']) {
    const file = join(ROOT, 'dist/bundle', program);
    const script = new Script(readFileSync(`${file}.program.js`, 'latin1'), {
      cachedData: readFileSync(`${file}.cache`),
    });
    assert.equal(script.cachedDataRejected, false, program);
  }
});

test('a program runs too where another V8 made that', () => {
  const program = join(packed, 'dist/bundle/main/page_owner_sort');
  // Its first bytes tell V8 and its version.
  writeFileSync(`${program}.cache`, readFileSync(`${program}.cache`).fill(0, 0, 16));
  assert.match(execFileSync(process.execPath, [`${program}.js`, '--help'], { encoding: 'utf8' }), /page_owner_sort/);
});
