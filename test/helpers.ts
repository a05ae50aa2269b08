import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expandArguments } from '../src/main/command-line/abbreviations.js';
import { PAGE_OWNER_SORT, sortCommand } from '../src/main/sorting/sort-command.js';
import { OPTIONS } from '../src/main/sorting/sort-option-table.js';

/** The project's folder, seen from dist/test. */
export const ROOT: string = fileURLToPath(new URL('../../', import.meta.url));

/** Where the scripts are: the bundle that is shipped, or what `npm run coverage` can look into. */
const SCRIPTS: string = join(ROOT, process.env.COVERED_PROGRAMS ?? 'dist/bundle/main');

/** `PAGEOWNER_PROGRAM=dist/executable/pageowner-linux-x64 node --test …`: the executable is tested instead of the scripts. */
export const EXECUTABLE: string | undefined = process.env.PAGEOWNER_PROGRAM && resolve(process.env.PAGEOWNER_PROGRAM);

/** What runs a program's file: Node, or for an executable a command that becomes it. */
export const RUNNER: string = EXECUTABLE ? '/usr/bin/env' : process.execPath;

const folders: string[] = [];
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A new folder that is gone after the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pageowner-test-'));
  folders.push(folder);
  return folder;
}

let links: string | undefined;

/** The file of a program. An executable is the program that its name says. */
export function programFile(program: 'page_owner_sort' | 'pageowner'): string {
  if (!EXECUTABLE) return join(SCRIPTS, `${program}.js`);
  if (!links) {
    links = temporaryFolder();
    for (const name of ['page_owner_sort', 'pageowner']) symlinkSync(EXECUTABLE, join(links, name));
  }
  return join(links, program);
}

/** Runs one of the two programs as a user does. In a shell it is `$RUNNER $0`. */
export function run(
  program: 'page_owner_sort' | 'pageowner',
  args: readonly string[],
  options: { input?: Buffer | string; shell?: string; cwd?: string; env?: NodeJS.ProcessEnv } = {},
): SpawnSyncReturns<string> {
  const file = programFile(program);
  const settings = { encoding: 'latin1', maxBuffer: 2 ** 28, timeout: 120_000, ...options } as const;
  if (!options.shell) return spawnSync(RUNNER, [file, ...args], { ...settings, shell: false });
  return spawnSync('bash', ['-c', options.shell, file, ...args], {
    ...settings,
    shell: false,
    env: { ...process.env, ...options.env, RUNNER },
  });
}

/** Runs page_owner_sort in this process: no start-up, same parser. */
export async function runHere(args: readonly string[]): Promise<void> {
  const command = sortCommand(PAGE_OWNER_SORT).exitOverride();
  await command.parseAsync(expandArguments(args, OPTIONS), { from: 'user' });
}

/** Three snapshots of one machine, in which a module leaked. */
export const LEAK: readonly [string, string, string] = [
  join(ROOT, 'fixtures/6.12-leak/t0.txt.gz'),
  join(ROOT, 'fixtures/6.12-leak/t1.txt.gz'),
  join(ROOT, 'fixtures/6.12-leak/t2.txt.gz'),
];

/** The unpacked dump of a fixture. */
export function fixtureDump(name: string): Buffer {
  return gunzipSync(readFileSync(join(ROOT, 'fixtures', name, 'dump.txt.gz')));
}

/** Writes a file into a folder and gives its path. */
export function writeInto(folder: string, name: string, content: Buffer | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Whether a program can be run; tests that need one are skipped with a line that names its package. */
export function missing(program: string, debianPackage: string): string | false {
  const found = spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
  return found ? false : `needs ${program}: install the package ${debianPackage}`;
}

export const BLOCK = `Page allocated via order 1, mask 0xcc0(GFP_KERNEL), pid 7, tgid 5 (comm), ts 1234 ns
PFN 0x10 type Unmovable Block 0 type Unmovable Flags 0x0(node=0|zone=0)
 leaf+0x1/0x2
 root+0x3/0x4

`;
