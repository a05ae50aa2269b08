import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './helpers.js';

export const EXECUTABLES: string = join(ROOT, 'dist/executable');

export const ARM_LIBRARIES = '/usr/aarch64-linux-gnu';

export function executable(arch: string): string {
  return join(EXECUTABLES, `pageowner-linux-${arch}`);
}

/** Why a file that test/make-packages makes of the bundle is not there; false: it is, and no older than the bundle. */
export function notMade(file: string): string | false {
  const age = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const isMade = age(file) > age(join(ROOT, 'dist/bundle/main/pageowner.program.js'));
  return isMade ? false : `needs packages of this build, with Node 24 from npm: sh test/make-packages`;
}

export const NO_ROOT: string | false = process.getuid?.() !== 0 && 'needs root, for chroot';

/** Copies the shared libraries that a program needs below a root: all that it has there. */
export function copyLibraries(program: string, root: string): void {
  const { stdout } = spawnSync('ldd', [program], { encoding: 'utf8' });
  for (const [, library = ''] of stdout.matchAll(/(\/\S+) \(0x/g)) {
    const target = join(root, library);
    if (existsSync(target)) continue;
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(library, target);
  }
}
