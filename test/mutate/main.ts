import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ACCEPTED } from './accepted.js';
import { type Mutant, mutantsOf } from './mutants.js';

/**
 * Changes one operator, number or word of the compiled sources at a time, and asks whether a test notices. Survivors are printed; those that are
 * accepted, with the reason, stand in accepted.ts.
 *
 *     npm run mutate                              the files that judge, all mutants (half a minute)
 *     npm run mutate -- verdict alarms            some of them
 *     npm run mutate -- --sample 60 --seed 1      so many mutants, drawn from all of src/format, src/merge and what resumes and locks a batch, against
 *                                                 all tests that can notice: a survivor takes minutes
 */

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Files that judge, and the one test file that notices whatever is wrong in them. */
const JUDGES: Readonly<Record<string, string>> = {
  'main/batch/results/alarms': 'judges',
  'merge/insight/verdict': 'judges',
  'merge/insight/suspicion': 'judges',
  'merge/insight/trend-class': 'judges',
};

/** Tests of everything else that is sampled, the fast ones first: the first that fails ends the search. */
const OF_BATCH = ['batch-nights', 'batch-folder', 'batch-resume', 'batch'];
const OF_FORMS = [
  'log-dump',
  'log-prefix',
  'page-report',
  'slope',
  'dictionary',
  'metrics',
  'report-writers',
  'profiles',
];
const OF_DUMPS = ['aggregate', 'scanners', 'frag', 'trend', 'runs', 'kinds', 'insight', 'forms', 'property'];

function testsOf(file: string): readonly string[] {
  const judge = JUDGES[file];
  if (judge) return [judge];
  return file.startsWith('main/batch') ? OF_BATCH : [...OF_FORMS, ...OF_DUMPS];
}

// A copy: what is interrupted must not leave a mutant in the build.
const copy = mkdtempSync(join(tmpdir(), 'pageowner-mutants-'));
const dist = join(copy, 'dist');
cpSync(join(ROOT, 'dist'), dist, { recursive: true });
for (const name of ['node_modules', 'fixtures', 'docs', 'src', 'README.md', 'package.json'])
  symlinkSync(join(ROOT, name), join(copy, name));

/** Whether all tests of a file pass. */
function passes(file: string): boolean {
  return testsOf(file).every((name) => {
    const args = ['--test', join(dist, 'test', `${name}.test.js`)];
    return spawnSync(process.execPath, args, { stdio: 'ignore', timeout: 180_000 }).status === 0;
  });
}

interface Place {
  readonly file: string;
  readonly path: string;
  readonly source: string;
}

function placeOf(file: string): Place {
  const path = join(dist, 'src', `${file}.js`);
  return { file, path, source: readFileSync(path, 'utf8') };
}

/** All mutants of the files that judge, or of those of them that were asked for. */
function* ofJudges(asked: readonly string[]): Generator<[Place, Mutant]> {
  for (const file of Object.keys(JUDGES)) {
    if (asked.length > 0 && !asked.some((name) => file.endsWith(name))) continue;
    const place = placeOf(file);
    // Else every mutant would seem to fail a test.
    if (!passes(file)) throw new Error(`the tests of ${file} fail as it stands`);
    for (const mutant of mutantsOf(place.source)) yield [place, mutant];
  }
}

/** `count` mutants, each as likely as any other. */
function sampled(count: number, seed: number): [Place, Mutant][] {
  const files = ['format', 'merge', 'main/batch/results'].flatMap((room) =>
    readdirSync(join(dist, 'src', room), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.js'))
      .sort()
      .map((name) => `${room}/${name.slice(0, -'.js'.length)}`),
  );
  const all = files
    .map(placeOf)
    .flatMap((place) => mutantsOf(place.source).map((mutant) => [place, mutant] as [Place, Mutant]));
  console.log(`${count} of ${all.length} mutants of ${files.length} files`);
  const rank = new Map(all.map((one, i) => [one, createHash('sha256').update(`${seed} ${i}`).digest('hex')]));
  return all.sort((a, b) => ((rank.get(a) ?? '') < (rank.get(b) ?? '') ? -1 : 1)).slice(0, count);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { sample: { type: 'string' }, seed: { type: 'string', default: '1' } },
});
let [all, killed, accepted] = [0, 0, 0];
const mutants = values.sample ? sampled(Number(values.sample), Number(values.seed)) : ofJudges(positionals);
for (const [{ file, path, source }, { text, line, change }] of mutants) {
  all++;
  writeFileSync(path, text);
  if (!passes(file)) killed++;
  else if (ACCEPTED.some((known) => known.file === file && known.line === line && known.change === change)) accepted++;
  else console.log(`survives: ${file}: ${change} in "${line}"`);
  writeFileSync(path, source);
  if (all % 10 === 0) console.error(`${all} mutants, ${killed} fail a test`);
}
rmSync(copy, { recursive: true });
console.log(
  `mutants: ${all}, of which ${killed} fail a test, ${accepted} are accepted, ${all - killed - accepted} survive`,
);
if (killed < 0.9 * (all - accepted)) process.exitCode = 1;
