import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { ACCEPTED } from './accepted.js';
import { type Coverage, coverageOf } from './coverage.js';
import { type Mutant, mutantsOf } from './mutants.js';

/**
 * Changes one operator, number or word of the compiled sources at a time, and asks whether a test notices. Survivors are printed; those that are
 * accepted, with the reason, stand in accepted.ts.
 *
 *     npm run mutate                              the files that judge, all mutants (half a minute)
 *     npm run mutate -- verdict alarms            some of them
 *     npm run mutate -- --sample 60 --seed 1      so many mutants, drawn from all of src/format, src/merge and what resumes and locks a batch. First each
 *                                                 test file runs once, to see what it reaches (some minutes); a mutant is then shown to those that reach it
 */

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Files that judge, and the one test file that notices whatever is wrong in them. */
const JUDGES: readonly string[] = [
  'main/batch/results/alarms',
  'merge/insight/verdict',
  'merge/insight/suspicion',
  'merge/insight/trend-class',
];
const OF_JUDGES: readonly string[] = ['judges'];

/** Tests that say nothing about what is mutated, or too little for the time that they take. */
const LEFT_OUT = /^(docs|package|page|golden-large|batch-threads|fuzz|fleet)\.test\.js$/;

/** Makes dumps for benchmarks: another dump is as good. */
const GENERATOR = 'synthetic-dump.js';

/** No test file takes so long. */
const MOST_MS = 200_000;

/** A copy of the build, in which files can be changed: what is interrupted must not leave a mutant in the build. */
class Copy {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'pageowner-mutants-'));
  readonly sources: string = join(this.folder, 'dist/src');

  constructor() {
    cpSync(join(ROOT, 'dist'), join(this.folder, 'dist'), { recursive: true });
    // Tests read what they like of the project.
    for (const name of readdirSync(ROOT))
      if (name !== 'dist' && name !== '.git') symlinkSync(join(ROOT, name), join(this.folder, name));
  }

  /** Whether all tests of a file pass. The programs are those that are not bundled, else a mutant would not be in them. */
  passes(test: string, environment: NodeJS.ProcessEnv = {}): Promise<boolean> {
    const env = { ...process.env, COVERED_PROGRAMS: 'dist/src/main', ...environment };
    const args = ['--test', join(this.folder, 'dist/test', `${test}.test.js`)];
    const child = spawn(process.execPath, args, { stdio: 'ignore', env, detached: true });
    // What runs for ever has failed. With it end the programs that it has begun.
    const timer = setTimeout(() => process.kill(-(child.pid as number), 'SIGKILL'), MOST_MS);
    return new Promise((resolve) =>
      child.on('exit', (code) => {
        clearTimeout(timer);
        resolve(code === 0);
      }),
    );
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** Does `work` for each item, in as many copies at once as there are CPUs, and removes them. */
async function inCopies<Item>(items: Iterable<Item>, work: (item: Item, copy: Copy) => Promise<void>): Promise<void> {
  const waiting = items[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    const copy = new Copy();
    for (let next = waiting.next(); !next.done; next = waiting.next()) await work(next.value, copy);
    copy.remove();
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
}

interface Asked {
  readonly file: string;
  readonly source: string;
  readonly mutant: Mutant;
}

function askedOf(file: string): Asked[] {
  const source = readFileSync(join(ROOT, 'dist/src', `${file}.js`), 'utf8');
  return mutantsOf(source).map((mutant) => ({ file, source, mutant }));
}

/** `count` mutants, each as likely as any other. */
function sampled(count: number, seed: number): Asked[] {
  const files = ['format', 'merge', 'main/batch/results'].flatMap((room) =>
    readdirSync(join(ROOT, 'dist/src', room), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.js') && !name.endsWith(GENERATOR))
      .sort()
      .map((name) => `${room}/${name.slice(0, -'.js'.length)}`),
  );
  const all = files.flatMap(askedOf);
  console.log(`${count} of ${all.length} mutants of ${files.length} files`);
  const rank = new Map(all.map((one, i) => [one, createHash('sha256').update(`${seed} ${i}`).digest('hex')]));
  return all.sort((a, b) => ((rank.get(a) ?? '') < (rank.get(b) ?? '') ? -1 : 1)).slice(0, count);
}

/** A test file, what it reaches, and how long it takes (ms). */
interface Reach {
  readonly test: string;
  readonly covered: Coverage;
  readonly took: number;
}

/** A hash of compiled files: of the names and what is in them. */
function hashOf(paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(`${path}\0`).update(readFileSync(path)).update('\0');
  return hash.digest('hex');
}

/** What is kept of a test file that reached the same code before. */
const KEPT: string = join(ROOT, 'dist/reach');

/** What each test file reaches, the fastest first. What did not change since is kept from the last time. */
async function reachOfTests(): Promise<Reach[]> {
  const built = readdirSync(join(ROOT, 'dist'), { recursive: true, encoding: 'utf8' }).sort();
  const shared = built.filter((name) => /^(src|test)\/(?!mutate\/).*\.js$/.test(name) && !name.endsWith('.test.js'));
  const sharedHash = hashOf(shared.map((name) => join(ROOT, 'dist', name)));
  const tests = readdirSync(join(ROOT, 'dist/test')).filter(
    (name) => name.endsWith('.test.js') && !LEFT_OUT.test(name),
  );
  const reached: Reach[] = [];
  mkdirSync(KEPT, { recursive: true });
  await inCopies(tests, async (name, copy) => {
    const test = name.slice(0, -'.test.js'.length);
    const kept = join(
      KEPT,
      `${test}-${sharedHash.slice(0, 16)}-${hashOf([join(ROOT, 'dist/test', name)]).slice(0, 16)}`,
    );
    if (existsSync(kept)) return void reached.push(deserialize(readFileSync(kept)) as Reach);
    const folder = join(copy.folder, 'coverage');
    mkdirSync(folder);
    const from = performance.now();
    if (await copy.passes(test, { NODE_V8_COVERAGE: folder })) {
      const reach = { test, covered: coverageOf(folder, copy.sources), took: performance.now() - from };
      writeFileSync(kept, serialize(reach));
      reached.push(reach);
    } else console.log(`left out: ${test}, which fails as it stands`);
    rmSync(folder, { recursive: true });
  });
  return reached.sort((a, b) => a.took - b.took);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { sample: { type: 'string' }, seed: { type: 'string', default: '1' } },
});

/** Which tests a mutant is shown to. */
let testsOf = (_: Asked): readonly string[] => OF_JUDGES;
let mutants: readonly Asked[];
if (values.sample) {
  mutants = sampled(Number(values.sample), Number(values.seed));
  const reach = await reachOfTests();
  testsOf = ({ file, mutant }) =>
    reach.filter(({ covered }) => covered.get(`${file}.js`)?.[mutant.index]).map(({ test }) => test);
} else {
  mutants = JUDGES.filter(
    (file) => positionals.length === 0 || positionals.some((name) => file.endsWith(name)),
  ).flatMap(askedOf);
  // Else every mutant would seem to fail a test.
  await inCopies(OF_JUDGES, async (test, copy) => {
    if (!(await copy.passes(test))) throw new Error(`${test} fails as it stands`);
  });
}

let [all, killed, accepted] = [0, 0, 0];
await inCopies(mutants, async (asked, copy) => {
  const { file, source, mutant } = asked;
  const tests = testsOf(asked);
  const path = join(copy.sources, `${file}.js`);
  writeFileSync(path, mutant.text);
  let failing: string | undefined;
  for (const test of tests)
    if (!(await copy.passes(test))) {
      failing = test;
      break;
    }
  writeFileSync(path, source);
  all++;
  const { line, change } = mutant;
  if (failing) killed++;
  else if (ACCEPTED.some((known) => known.file === file && known.line === line && known.change === change)) accepted++;
  else console.log(`survives ${tests.length} test files: ${file}: ${change} in "${line}"`);
  if (all % 10 === 0) console.error(`${all} mutants, ${killed} fail a test`);
});
console.log(
  `mutants: ${all}, of which ${killed} fail a test, ${accepted} are accepted, ${all - killed - accepted} survive`,
);
if (killed < 0.9 * (all - accepted)) process.exitCode = 1;
