import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ACCEPTED } from './accepted.js';
import { mutantsOf } from './mutants.js';

/**
 * Changes one operator, number or word of the compiled sources at a time, and asks whether the tests that are named beside a file notice: `npm run mutate`,
 * or `npm run mutate -- verdict alarms` for some files. Survivors are printed; those that are accepted, with the reason, stand in accepted.ts.
 */

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Files that judge, and the tests that hold them. */
const HELD: Readonly<Record<string, string>> = {
  'main/batch/results/alarms': 'judges',
  'merge/insight/verdict': 'judges',
  'merge/insight/suspicion': 'judges',
  'merge/insight/trend-class': 'judges',
};

// A copy: what is interrupted must not leave a mutant in the build.
const copy = mkdtempSync(join(tmpdir(), 'pageowner-mutants-'));
const dist = join(copy, 'dist');
cpSync(join(ROOT, 'dist'), dist, { recursive: true });
for (const name of ['node_modules', 'fixtures', 'package.json']) symlinkSync(join(ROOT, name), join(copy, name));

/** Whether the tests of a file pass. */
function passes(file: string): boolean {
  const args = ['--test', join(dist, 'test', `${HELD[file]}.test.js`)];
  return spawnSync(process.execPath, args, { stdio: 'ignore', timeout: 60_000 }).status === 0;
}

const asked = process.argv.slice(2);
const files = Object.keys(HELD).filter((file) => asked.length === 0 || asked.some((name) => file.endsWith(name)));
let [all, killed, accepted] = [0, 0, 0];
for (const file of files) {
  const path = join(dist, 'src', `${file}.js`);
  const source = readFileSync(path, 'utf8');
  // Else every mutant would seem to fail a test.
  if (!passes(file)) throw new Error(`the tests of ${file} fail as it stands`);
  for (const { text, line, change } of mutantsOf(source)) {
    all++;
    writeFileSync(path, text);
    if (!passes(file)) killed++;
    else if (ACCEPTED.some((known) => known.file === file && known.line === line && known.change === change))
      accepted++;
    else console.log(`survives: ${file}: ${change} in "${line}"`);
  }
  writeFileSync(path, source);
}
rmSync(copy, { recursive: true });
console.log(
  `mutants: ${all}, of which ${killed} fail a test, ${accepted} are accepted, ${all - killed - accepted} survive`,
);
if (killed < 0.9 * (all - accepted)) process.exitCode = 1;
