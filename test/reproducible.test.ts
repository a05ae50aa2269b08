import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { ROOT, temporaryFolder } from './helpers.js';

const folder = temporaryFolder();
/** What is made, and what is not of the sources. */
const LEFT_OUT = ['.git', 'coverage', 'dist', 'node_modules'];

/** Hashes of the files in a package that is built in a folder of its own. */
function packedFiles(): Record<string, string> {
  const place = mkdtempSync(join(folder, 'sources-'));
  cpSync(ROOT, place, { recursive: true, filter: (path) => path === ROOT || !LEFT_OUT.includes(basename(path)) });
  symlinkSync(join(ROOT, 'node_modules'), join(place, 'node_modules'));
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: place });
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts'], { cwd: place });
  const [tarball = ''] = readdirSync(place).filter((name) => name.endsWith('.tgz'));
  const unpacked = mkdtempSync(join(folder, 'unpacked-'));
  execFileSync('tar', ['-xzf', join(place, tarball), '-C', unpacked]);
  const files = readdirSync(unpacked, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = [...files.map(({ name, parentPath }) => join(parentPath, name)), join(place, tarball)];
  const hash = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
  return Object.fromEntries(paths.map((path) => [path.replace(unpacked, '').replace(place, ''), hash(path)]));
}

const skip = !process.version.startsWith('v20.') && 'V8 of other Nodes keeps other bytes of its work each time';

test('two builds of the same sources, in two folders, give the same package', { skip }, () => {
  const [first, second] = [packedFiles(), packedFiles()];
  assert.ok(Object.keys(first).length > 100);
  assert.deepEqual(second, first);
});

test('the SBOM names each library that the package depends on, with its version', () => {
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const { bomFormat, components } = JSON.parse(
    execFileSync('sh', ['src/packaging/sbom'], { cwd: ROOT, encoding: 'utf8' }),
  );
  assert.equal(bomFormat, 'CycloneDX');
  const named = Object.fromEntries(components.map(({ name, version }: Record<string, string>) => [name, version]));
  for (const [name, version] of Object.entries(dependencies)) assert.equal(named[name], version, name);
  assert.equal(named.typescript, undefined);
});
