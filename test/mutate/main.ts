import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ACCEPTED } from './accepted.js';
import { mutantsOf } from './mutants.js';

/**
 * Changes one operator, number or word of the compiled sources at a time, and asks whether the tests that are named beside a file notice: `npm run mutate`,
 * or `npm run mutate -- verdict alarms` for some files. Survivors are printed; those that are accepted, with the reason, stand in accepted.ts.
 */

const DIST = fileURLToPath(new URL('../../', import.meta.url));

/** Files that judge, and the tests that hold them. */
const HELD: Readonly<Record<string, string>> = {
  'main/batch/results/alarms': 'judges',
  'merge/insight/verdict': 'judges',
  'merge/insight/suspicion': 'judges',
  'merge/insight/trend-class': 'judges',
};

const asked = process.argv.slice(2);
const files = Object.keys(HELD).filter((file) => asked.length === 0 || asked.some((name) => file.endsWith(name)));
let [all, killed, accepted] = [0, 0, 0];
for (const file of files) {
  const path = join(DIST, 'src', `${file}.js`);
  const source = readFileSync(path, 'utf8');
  try {
    for (const { text, line, change } of mutantsOf(source)) {
      all++;
      writeFileSync(path, text);
      const args = ['--test', join(DIST, 'test', `${HELD[file]}.test.js`)];
      const { status } = spawnSync(process.execPath, args, { stdio: 'ignore', timeout: 60_000 });
      if (status !== 0) killed++;
      else if (ACCEPTED.some((known) => known.file === file && known.line === line && known.change === change))
        accepted++;
      else console.log(`survives: ${file}: ${change} in "${line}"`);
    }
  } finally {
    writeFileSync(path, source);
  }
}
console.log(
  `mutants: ${all}, of which ${killed} fail a test, ${accepted} are accepted, ${all - killed - accepted} survive`,
);
if (killed < 0.9 * (all - accepted)) process.exitCode = 1;
