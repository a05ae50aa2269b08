import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { usageError } from '../src/main/base/errors.js';

/** Debian's package of the kernel whose page_owner_sort is the yardstick, and where the source is in it. */
const PACKAGE = 'linux-source-6.12';
const ARCHIVE = `/usr/src/${PACKAGE}.tar.xz`;
const MEMBER = `${PACKAGE}/tools/mm/page_owner_sort.c`;
const LARGEST_SOURCE = 1 << 24;

export type CTool = { readonly path: string } | { readonly missing: string };

/**
 * The kernel's own page_owner_sort: the one given, the one built before, or one built now.
 * @param given path of --c-tool; throws a usage error if nothing is there
 * @param mayBuild whether to unpack, compile, and (as root) install the source
 */
export function findCTool(given: string | undefined, mayBuild: boolean): CTool {
  if (given !== undefined) {
    if (!existsSync(given)) throw usageError(`--c-tool: there is no ${given}`);
    return { path: given };
  }
  const user = process.getuid?.();
  const folder = join(tmpdir(), `pageowner-c-tool-${user}`);
  if (mayBuild) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const owner = statSync(folder, { throwIfNoEntry: false })?.uid;
  // Anyone may create files in the temporary directory; this one will be run.
  if (owner !== undefined && owner !== user) return { missing: `${folder} belongs to another user` };
  const path = join(folder, 'page_owner_sort-6.12');
  if (existsSync(path)) return { path };
  if (!mayBuild) return { missing: 'not built yet (npm run bench builds it), and no --c-tool' };
  const problem = build(folder, path);
  return problem === undefined ? { path } : { missing: problem };
}

/** Builds the tool. Returns why it could not. */
function build(folder: string, path: string): string | undefined {
  if (!existsSync(ARCHIVE)) {
    if (process.getuid?.() !== 0) return `no ${ARCHIVE}: install the package ${PACKAGE}, or use --c-tool`;
    say(`installing ${PACKAGE}`);
    if (!install()) return `apt-get could not install ${PACKAGE}`;
  }
  say(`building the C tool from ${ARCHIVE}`);
  const tar = spawnSync('tar', ['-xJOf', ARCHIVE, '--occurrence=1', MEMBER], { maxBuffer: LARGEST_SOURCE });
  if (tar.status !== 0) return `tar could not take ${MEMBER} out of ${ARCHIVE}`;
  const source = join(folder, 'page_owner_sort.c');
  writeFileSync(source, tar.stdout);
  const built = `${path}.${process.pid}`;
  const gcc = spawnSync('gcc', ['-O2', '-w', '-o', built, source], { encoding: 'utf8' });
  if (gcc.error) return 'no gcc: install the package gcc';
  if (gcc.status !== 0) return `gcc failed: ${gcc.stderr.split('\n')[0]}`;
  renameSync(built, path);
  return undefined;
}

function install(): boolean {
  const apt = (...args: string[]): boolean => spawnSync('apt-get', ['-qq', '-y', ...args]).status === 0;
  const install = (): boolean => apt('install', '--no-install-recommends', PACKAGE);
  return install() || (apt('update') && install());
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
