/**
 * Question: is this checkout faster than another one, and how sure is that?
 *
 * Both run side by side, in turn, with equal answers. How to read it: each round gives one ratio of times, from runs next to each other; the verdict is
 * the median of the ratios with an interval that holds the true median in at least 95 of 100 such benchmarks (the sign test: exact, whatever the noise). An
 * interval with 1 inside says that so many rounds show no difference; more rounds narrow it.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { usageError } from '../src/main/base/errors.js';
import { median } from '../src/main/bench/median.js';
import { temporaryFolder } from '../src/main/bench/temporary-folder.js';
import { ours, programOf } from './contenders.js';
import { dumpFile } from './dump-file.js';
import type { BenchOptions } from './options.js';
import { megabytes, type Report, seconds } from './report.js';
import { runRounds } from './rounds.js';
import type { Cost } from './run-process.js';
import { assertSameAnswers } from './same-answers.js';
import { FEWEST_FOR_INTERVAL, type Interval, medianInterval, pairRatios } from './statistics.js';

const ROUNDS = 15;

export async function regress(
  otherCheckout: string,
  { dump: path, args, rounds = ROUNDS, synthetic }: BenchOptions,
): Promise<Report> {
  if (!existsSync(join(otherCheckout, 'package.json')))
    throw usageError(`--regress: there is no checkout ${otherCheckout}`);
  const program = programOf(resolve(otherCheckout));
  if (!existsSync(program)) throw usageError(`--regress: there is no ${program}; build that checkout first`);
  if (rounds < FEWEST_FOR_INTERVAL) throw usageError(`--regress takes at least ${FEWEST_FOR_INTERVAL} --rounds`);
  const folder = temporaryFolder();
  const dump = await dumpFile(path, folder, synthetic);
  const checkouts = [ours('this checkout', args), ours(otherCheckout, args, program)];
  await assertSameAnswers(checkouts, dump.path, folder);
  const output = join(folder, 'output');
  const costs = await runRounds(
    checkouts.map(({ command }) => command(dump.path, output)),
    rounds,
  );
  const [own = [], other = []] = costs.map((list) => list.map(({ seconds }) => seconds));
  const ratios = pairRatios(own, other);
  const interval = medianInterval(ratios);
  return {
    title: `page_owner_sort ${args.join(' ')}: this checkout and ${otherCheckout}`,
    rows: [['', 'median s', 'min s', 'peak MB'], ...checkouts.map(({ name }, i) => row(name, costs[i] ?? []))],
    notes: [verdict(median(ratios), interval, rounds), dump.description],
    data: { dump, args, rounds, ratio: median(ratios), interval, costs: { own: costs[0], other: costs[1] } },
  };
}

function verdict(ratio: number, { low, high, confidence }: Interval, rounds: number): string {
  const percent = Math.abs(100 * (ratio - 1)).toFixed(1);
  const found =
    high < 1
      ? `this checkout is faster: it takes ${percent} % less time`
      : low > 1
        ? `this checkout is SLOWER: it takes ${percent} % more time`
        : 'no difference found';
  const range = `${low.toFixed(3)} to ${high.toFixed(3)}`;
  return `${found} (ratio of times ${ratio.toFixed(3)}; ${range} with ${(100 * confidence).toFixed(1)} % confidence, sign test on ${rounds} pairs of runs)`;
}

function row(name: string, costs: readonly Cost[]): string[] {
  const times = costs.map((cost) => cost.seconds);
  const peak = Math.max(...costs.map(({ peakBytes }) => peakBytes ?? 0));
  return [name, seconds(median(times)), seconds(Math.min(...times)), megabytes(peak || undefined)];
}
