/**
 * Question: how long does a whole run take, from process start to end, beside other ways to the same answer, and beside merely reading the dump?
 *
 * The contenders run in turn, round by round, on a dump in the page cache. How to read the table: `time/ours` is the median over the rounds of the
 * contender's time divided by ours in the same round, so 40 is "we are 40 times as fast", and 0.5 for cat is "we take twice as long as reading". Ratios
 * travel between machines, seconds do not. The C tool and we write a report, to a file in the temporary folder (we also fsync it); cat and wc write nothing
 * to speak of. mawk does not sort. Where cpu is far below time × threads, the machine was busy with something else, or waited.
 */
import { join } from 'node:path';
import { median } from '../src/main/bench/median.js';
import { temporaryFolder } from '../src/main/bench/temporary-folder.js';
import { findCTool } from './c-tool.js';
import { type Contender, otherContenders, ourWays } from './contenders.js';
import { dumpFile } from './dump-file.js';
import type { BenchOptions } from './options.js';
import { MEGABYTE, megabytes, type Report, seconds } from './report.js';
import { runRounds } from './rounds.js';
import { type Cost, memoryMethod } from './run-process.js';
import { assertSameAnswers } from './same-answers.js';
import { pairRatios } from './statistics.js';

const ROUNDS = 5;

export async function compare({ dump: path, args, rounds = ROUNDS, cTool, synthetic }: BenchOptions): Promise<Report> {
  const folder = temporaryFolder();
  const { present, skipped } = otherContenders(args, findCTool(cTool, true));
  for (const line of skipped) process.stderr.write(`${line}\n`);
  const contenders = [...present, ...ourWays(args)];
  const dump = await dumpFile(path, folder, synthetic);
  await assertSameAnswers(contenders, dump.path, folder);
  const output = join(folder, 'output');
  const commands = contenders.map(({ command }) => command(dump.path, output));
  const costs = await runRounds(commands, rounds);
  const results = contenders.map((contender, i) => result(contender, costs[i] ?? [], costs.at(-1) ?? [], dump.bytes));
  return {
    title: `page_owner_sort ${args.join(' ')}`,
    rows: [HEADING, ...results.map(row)],
    notes: [
      dump.description,
      `${rounds} interleaved rounds, page cache warm, equal answers`,
      memoryMethod(),
      ...skipped,
    ],
    data: { dump, args, rounds, contenders: results, skipped },
  };
}

interface Result {
  readonly name: string;
  readonly median: number;
  readonly min: number;
  readonly megabytesPerSecond: number;
  readonly timeByOurs: number;
  readonly cpuSeconds: number | undefined;
  readonly peakBytes: number | undefined;
  readonly costs: readonly Cost[];
}

function result({ name }: Contender, costs: readonly Cost[], ours: readonly Cost[], bytes: number): Result {
  const times = costs.map(({ seconds }) => seconds);
  const cpu = costs.map(({ cpuSeconds }) => cpuSeconds ?? Number.NaN);
  const middle = median(times);
  const peak = Math.max(...costs.map(({ peakBytes }) => peakBytes ?? 0));
  return {
    name,
    median: middle,
    min: Math.min(...times),
    megabytesPerSecond: bytes / middle / MEGABYTE,
    timeByOurs: median(
      pairRatios(
        times,
        ours.map((cost) => cost.seconds),
      ),
    ),
    cpuSeconds: cpu.some(Number.isNaN) ? undefined : median(cpu),
    peakBytes: peak > 0 ? peak : undefined,
    costs,
  };
}

const HEADING = ['', 'median s', 'min s', 'cpu s', 'MB/s', 'time/ours', 'peak MB'];

function row({ name, median, min, megabytesPerSecond, timeByOurs, cpuSeconds, peakBytes }: Result): string[] {
  const cpu = cpuSeconds === undefined ? '-' : cpuSeconds.toFixed(2);
  const speed = megabytesPerSecond.toFixed(0);
  return [name, seconds(median), seconds(min), cpu, speed, timeByOurs.toFixed(2), megabytes(peakBytes)];
}
