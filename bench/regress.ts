/**
 * Question: is this checkout slower than another one, and how sure is that?
 *
 * Both run side by side, in turn, with equal answers, over several kinds of work. How to read it: each round gives one ratio of times, from runs next to
 * each other; a row has the median of the ratios and an interval that holds the true median in at least 95 of 100 such benchmarks (the sign test: exact,
 * whatever the noise). An interval with 1 inside says that so many rounds show no difference; more rounds narrow it. The benchmark fails (exit code 1) if a
 * row takes 15 % more time, and its interval has no 1 inside.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PageownerError, usageError } from '../src/main/base/errors.js';
import { median } from '../src/main/bench/median.js';
import { temporaryFolder } from '../src/main/bench/temporary-folder.js';
import { undoAtEnd } from '../src/main/io/undo.js';
import { type Contender, ours, programOf } from './contenders.js';
import { dumpFile } from './dump-file.js';
import type { BenchOptions } from './options.js';
import { type Report, seconds } from './report.js';
import { runRounds } from './rounds.js';
import { assertSameAnswers } from './same-answers.js';
import { FEWEST_FOR_INTERVAL, type Interval, medianInterval, pairRatios } from './statistics.js';

const ROUNDS = 15;
const SMALL_BYTES: number = 2 ** 20;

/** More time than this, by that of the other checkout, is a failure. */
const MOST = 1.15;

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));

/** Kinds of work, each on a dump. */
interface Work {
  readonly name: string;
  readonly dump: string;
  /** The same work by the programs of a checkout. */
  readonly by: (checkout: string) => Contender;
}

interface Row {
  readonly work: string;
  readonly own: number;
  readonly other: number;
  readonly ratio: number;
  readonly interval: Interval;
}

/** @param typed another checkout that is built; true: the commit before this one, which is built here */
export async function regress(typed: string | true, options: BenchOptions): Promise<Report> {
  const { dump: path, args, rounds = ROUNDS, synthetic } = options;
  if (rounds < FEWEST_FOR_INTERVAL) throw usageError(`--regress takes at least ${FEWEST_FOR_INTERVAL} --rounds`);
  const folder = temporaryFolder();
  const other = typed === true ? commitBefore(folder) : checked(resolve(typed));
  const large = await dumpFile(path, folder, synthetic);
  const small = await dumpFile(undefined, temporaryFolder(), { ...synthetic, bytes: SMALL_BYTES });
  const sort = (more: readonly string[]) => (checkout: string) =>
    ours('page_owner_sort', more, programOf(checkout, 'page_owner_sort'));
  const works: Work[] = [
    { name: `page_owner_sort ${args.join(' ')}`, dump: large.path, by: sort(args) },
    { name: 'page_owner_sort', dump: large.path, by: sort([]) },
    { name: 'pageowner top', dump: large.path, by: topOf },
    { name: `page_owner_sort ${args.join(' ')}, 1 MiB`, dump: small.path, by: sort(args) },
    { name: 'pageowner top, 1 MiB', dump: small.path, by: topOf },
  ];
  const rows: Row[] = [];
  for (const work of works) rows.push(await compare(work, other, rounds, folder));
  return {
    title: `this checkout and ${typed === true ? 'the commit before' : typed}`,
    rows: [
      ['', 'median s', 'other s', 'time/other', 'interval', ''],
      ...rows.map((row) => [
        row.work,
        seconds(row.own),
        seconds(row.other),
        row.ratio.toFixed(3),
        `${row.interval.low.toFixed(3)} to ${row.interval.high.toFixed(3)}`,
        verdict(row),
      ]),
    ],
    notes: [
      large.description,
      `${rounds} interleaved rounds, page cache warm, equal answers of page_owner_sort; sign test of 95 % and more`,
    ],
    data: { rounds, rows },
    hasFailed: rows.some(isTooSlow),
  };
}

async function compare({ name, dump, by }: Work, other: string, rounds: number, folder: string): Promise<Row> {
  const contenders = [by(CHECKOUT), by(other)];
  await assertSameAnswers(contenders, dump, folder);
  const output = join(folder, 'output');
  const costs = await runRounds(
    contenders.map(({ command }) => command(dump, output)),
    rounds,
  );
  const [own = [], others = []] = costs.map((list) => list.map((cost) => cost.seconds));
  const ratios = pairRatios(own, others);
  return {
    work: name,
    own: median(own),
    other: median(others),
    ratio: median(ratios),
    interval: medianInterval(ratios),
  };
}

/** Of the words of a report two commits may think differently. */
function topOf(checkout: string): Contender {
  const program = programOf(checkout, 'pageowner');
  return {
    name: 'pageowner top',
    answer: 'none',
    command: (dump, output) => ({ program: process.execPath, args: [program, 'top', dump, '-o', output] }),
  };
}

function isTooSlow({ ratio, interval }: Row): boolean {
  return ratio > MOST && interval.low > 1;
}

function verdict(row: Row): string {
  if (isTooSlow(row)) return 'TOO SLOW';
  const { low, high } = row.interval;
  return high < 1 ? 'faster' : low > 1 ? 'slower' : 'no difference found';
}

/** Throws a usage error for what is no checkout that is built. */
function checked(checkout: string): string {
  if (!existsSync(join(checkout, 'package.json'))) throw usageError(`--regress: there is no checkout ${checkout}`);
  const program = programOf(checkout, 'page_owner_sort');
  if (!existsSync(program)) throw usageError(`--regress: there is no ${program}; build that checkout first`);
  return checkout;
}

/** Checks out the commit before this one into a folder, and builds it with the packages of this checkout. */
function commitBefore(folder: string): string {
  const checkout = join(folder, 'before');
  run('git', ['worktree', 'add', '--quiet', '--detach', checkout, 'HEAD~1'], CHECKOUT);
  // The folder may be gone by then.
  undoAtEnd(() => {
    rmSync(checkout, { recursive: true, force: true });
    spawnSync('git', ['worktree', 'prune'], { cwd: CHECKOUT });
  });
  symlinkSync(join(CHECKOUT, 'node_modules'), join(checkout, 'node_modules'));
  run('npm', ['run', '--silent', 'build'], checkout);
  return checkout;
}

function run(program: string, args: readonly string[], cwd: string): void {
  const { status, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (status !== 0)
    throw new PageownerError(
      'input',
      `--regress: ${program} ${args[0]} failed: ${stderr?.trim().split('\n').at(-1) ?? ''}`,
    );
}
