import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { fixtureDump, missing, ROOT, run, temporaryFolder, writeInto } from './helpers.js';
import { copyLibraries, executable, NO_ROOT, notMade } from './made-packages.js';

const FOLDER = join(ROOT, 'dist/debian');
const DEBIAN = join(
  FOLDER,
  existsSync(FOLDER) ? (readdirSync(FOLDER).find((name) => name.endsWith('amd64.deb')) ?? '') : '',
);
const skip =
  (process.arch !== 'x64' && 'the package that is made is for amd64') || missing('dpkg-deb', 'dpkg') || notMade(DEBIAN);

function succeed(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'latin1',
    env: { ...process.env, LC_ALL: 'C' },
  });
  assert.equal(status, 0, `${program} ${args.join(' ')}: ${stderr}`);
  return stdout;
}

test('the package has nothing that lintian calls an error', { skip: skip || missing('lintian', 'lintian') }, () => {
  const { stdout } = spawnSync('lintian', ['--fail-on', 'error', '--allow-root', DEBIAN], { encoding: 'utf8' });
  assert.doesNotMatch(stdout, /^E: /m);
});

/** A root with dpkg's data, in which what the package depends on counts as installed, and its libraries are. */
function scratchRoot(): string {
  const root = temporaryFolder();
  const data = join(root, 'var/lib/dpkg');
  for (const name of ['info', 'updates', 'triggers']) mkdirSync(join(data, name), { recursive: true });
  const [, depends = ''] = /^ Depends: (.*)$/m.exec(succeed('dpkg-deb', ['--info', DEBIAN])) ?? [];
  const names = depends.split(', ').map((dependency) => dependency.replace(/ .*/, ''));
  const known = names.map((name) => {
    const [, version = ''] = /^Version: (.*)$/m.exec(succeed('dpkg-query', ['--status', name])) ?? [];
    writeFileSync(join(data, `info/${name}.list`), '');
    return `Package: ${name}\nStatus: install ok installed\nMaintainer: x <x@example.org>\nArchitecture: amd64\nVersion: ${version}\nDescription: x\n`;
  });
  writeFileSync(join(data, 'status'), known.join('\n'));
  copyLibraries(executable('x64'), root);
  mkdirSync(join(root, 'tmp'));
  return root;
}

test('the package is installed, used and removed', { skip: skip || NO_ROOT }, () => {
  const root = scratchRoot();
  const before = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => !name.startsWith('var/'));
  const dump = fixtureDump('6.12-boot');
  succeed('dpkg', ['--root', root, '--install', DEBIAN]);

  writeInto(join(root, 'tmp'), 'dump.txt', dump);
  const used = succeed('chroot', [root, 'page_owner_sort', '--cull=st', '/tmp/dump.txt', '-']);
  assert.ok(used === run('page_owner_sort', ['--cull=st', join(root, 'tmp/dump.txt'), '-']).stdout);
  assert.match(succeed('chroot', [root, 'pageowner', 'top', '--limit=1', '/tmp/dump.txt']), /pages/);

  const share = (path: string): Buffer => readFileSync(join(root, 'usr/share', path));
  for (const name of readdirSync(join(ROOT, 'dist/man')))
    assert.ok(gunzipSync(share(`man/man1/${name}.gz`)).equals(readFileSync(join(ROOT, 'dist/man', name))), name);
  for (const [path, shell] of [
    ['bash-completion/completions/pageowner', 'bash'],
    ['bash-completion/completions/page_owner_sort', 'bash'],
    ['zsh/vendor-completions/_pageowner', 'zsh'],
    ['fish/vendor_completions.d/pageowner.fish', 'fish'],
    ['fish/vendor_completions.d/page_owner_sort.fish', 'fish'],
  ] as const)
    assert.equal(share(path).toString('latin1'), run('pageowner', ['completion', shell]).stdout, path);
  const night = share('doc/pageowner/examples/page-owner-night.service').toString();
  assert.match(night, /^\[Service\]$/m);
  assert.ok(readFileSync(join(ROOT, 'docs/nightly.md'), 'utf8').includes(night));

  succeed('dpkg', ['--root', root, '--purge', 'pageowner']);
  const after = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => !name.startsWith('var/'));
  assert.deepEqual(after.sort(), [...before, 'tmp/dump.txt'].sort());
});

test('units and scripts are examples, each whole', { skip }, () => {
  const contents = succeed('dpkg-deb', ['--contents', DEBIAN]);
  const names = [...contents.matchAll(/\/examples\/(\S+)$/gm)].map(([, name = '']) => basename(name));
  assert.deepEqual(names.sort(), [
    'page-owner-alarm.service',
    'page-owner-night',
    'page-owner-night.service',
    'page-owner-night.timer',
    'send-page-owner',
  ]);
});
