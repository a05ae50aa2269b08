import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Command, Option } from 'commander';
import { SYNTHETIC_DUMP } from '../../format/synthetic-dump.js';
import { now } from '../../workers/clock.js';
import { IS_EXECUTABLE } from '../../workers/shipped-file.js';
import { cannotRead, PageownerError, usageError } from '../base/errors.js';
import { formatBytes, parseBytes } from '../command-line/byte-units.js';
import { print } from '../command-line/print.js';
import type { RunSummary } from '../sorting/run-summary.js';
import { sortPlanned } from '../sorting/sort-dump.js';
import { planSort } from '../sorting/sort-options.js';
import { type TableRows, textTable } from './bench-table.js';
import { median } from './median.js';
import { temporaryFolder } from './temporary-folder.js';

/** What is measured: the report that most users ask for. */
const CULL = 'stacktrace';

interface BenchOptions {
  readonly size: string;
  readonly rounds: string;
  readonly json?: true;
  readonly oneRun?: string;
}

/** The command with which users measure their machine and their dump. Each run is a process of its own, and all ways take turns. */
export function benchCommand(): Command {
  return new Command('bench')
    .description('Measures how fast a dump is parsed here, by number of threads, beside cat on the same file.')
    .usage('[OPTIONS] [dump]')
    .argument('[dump]', 'a plain dump, at best in the page cache; without it one is generated')
    .helpOption('-h, --help', 'show this help')
    .option('--size <BYTES>', 'size of the dump that is generated, also as 512M, 4G', '256M')
    .option('--rounds <N>', 'rounds, in which the programs alternate; medians are printed', '3')
    .option('--json', 'all numbers as JSON')
    .addOption(new Option('--one-run <THREADS>', 'what a process of its own does').hideHelp())
    .action((dump: string | undefined, options: BenchOptions) =>
      options.oneRun === undefined ? bench(dump, options) : oneRun(dump as string, Number(options.oneRun)),
    );
}

/** Prints the summary of one run. More than one thread are started however small the dump is. */
async function oneRun(dump: string, threads: number): Promise<void> {
  const options = { input: dump, output: '/dev/null', cull: CULL, threads, latencies: true };
  const summary = await sortPlanned(options, { ...planSort(options), aloneBytes: 0 });
  print(JSON.stringify(summary));
}

interface Measured {
  readonly threads: number;
  /** Of the run that is the median by its time. */
  readonly summary: RunSummary;
}

async function bench(path: string | undefined, options: BenchOptions): Promise<void> {
  const rounds = Number(options.rounds);
  if (!/^\d{1,4}$/.test(options.rounds) || rounds < 1) throw usageError('--rounds takes a whole number from 1 on');
  const bytes = parseBytes(options.size);
  if (!bytes) throw usageError('--size takes bytes from 1 on, also as 512M, 4G');
  const dump = path ?? (await generated(bytes));
  const size = sizeOf(dump);
  const counts = threadCounts(availableParallelism());
  const runs = counts.map((): RunSummary[] => []);
  const cat: number[] = [];
  // The first round is not counted: it brings the dump into the page cache.
  for (let round = 0; round <= rounds; round++) {
    const seconds = timeOfCat(dump);
    if (round > 0) cat.push(seconds);
    for (const [i, threads] of counts.entries()) {
      const summary = runOnce(dump, threads);
      if (round > 0) runs[i]?.push(summary);
    }
  }
  const measured = counts.map((threads, i): Measured => ({ threads, summary: middle(runs[i] as RunSummary[]) }));
  const catRate = size / median(cat) / 1e6;
  if (options.json) {
    const result = {
      schema: 'pageowner.bench/1',
      dump: path ?? null,
      bytes: size,
      rounds,
      catMegabytesPerSecond: catRate,
      runs: measured,
    };
    print(`${JSON.stringify(result)}\n`);
    return;
  }
  const what = path === undefined ? 'a generated dump' : dump;
  print(`${what}, ${formatBytes(size)}, --cull=st, median of ${rounds}\n\n`);
  print(textTable(tableOf(measured, catRate)));
}

function sizeOf(dump: string): number {
  try {
    return statSync(dump).size;
  } catch (error) {
    throw cannotRead(dump, error);
  }
}

/** 1, 2, 4, … and all. */
function threadCounts(all: number): number[] {
  const counts: number[] = [];
  for (let count = 1; count < all; count *= 2) counts.push(count);
  return [...counts, all];
}

function runOnce(dump: string, threads: number): RunSummary {
  const args = [...(IS_EXECUTABLE ? [] : [process.argv[1] as string]), 'bench', `--one-run=${threads}`, dump];
  // An executable is the program that its name says.
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', argv0: process.argv0 });
  if (status !== 0) throw new PageownerError('input', stderr.trim().replace(/^pageowner: /, ''));
  return JSON.parse(stdout) as RunSummary;
}

function timeOfCat(dump: string): number {
  const started = now();
  if (spawnSync('cat', [dump], { stdio: 'ignore' }).status !== 0)
    throw new PageownerError('input', `cat cannot read ${dump}`);
  return (now() - started) / 1000;
}

function middle(runs: RunSummary[]): RunSummary {
  return runs.sort((a, b) => a.seconds - b.seconds)[runs.length >> 1] as RunSummary;
}

function tableOf(measured: readonly Measured[], catRate: number): TableRows {
  const rows = measured.map(({ threads, summary }) => {
    const { megabytesPerSecond, blocks, seconds, chunkLatencyMs, peakMemoryBytes } = summary;
    const { p50 = 0, p90 = 0, p99 = 0, p999 = 0, max = 0 } = chunkLatencyMs ?? {};
    return [
      threads === 1 ? '1 thread' : `${threads} threads`,
      megabytesPerSecond.toFixed(0),
      (blocks / seconds / 1e6).toFixed(2),
      (megabytesPerSecond / catRate).toFixed(2),
      ...[p50, p90, p99, p999, max].map((ms) => ms.toFixed(2)),
      (peakMemoryBytes / 1e6).toFixed(0),
    ];
  });
  const latency = ['p50', 'p90', 'p99', 'p99.9', 'max'].map((name) => `${name} ms`);
  return [
    ['', 'MB/s', 'M blocks/s', 'of cat', ...latency, 'peak MB'],
    ['cat', catRate.toFixed(0), '', '1.00', '', '', '', '', '', ''],
    ...rows,
  ];
}

/** The path of a new dump. Loaded only here: what it needs takes longer to load than most commands. */
async function generated(bytes: number): Promise<string> {
  const { generateDump } = await import('./generate-dump.js');
  return (await generateDump(temporaryFolder(), { ...SYNTHETIC_DUMP, bytes })).path;
}
