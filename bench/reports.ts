/**
 * Question: what does a report on a dump cost, beside grouping it by stack?
 *
 * `page_owner_sort --cull=st` and the reports of pageowner in turn, whole processes, dump in the page cache. How to read the table: `time/sort` is the time
 * by that of page_owner_sort in the same round, for each dump that is read; diff reads it twice. First, all must tell the same number of pages.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from '../src/main/bench/median.js';
import { temporaryFolder } from '../src/main/bench/temporary-folder.js';
import { dumpFile } from './dump-file.js';
import type { BenchOptions } from './options.js';
import { type Report, seconds } from './report.js';
import { runRounds } from './rounds.js';
import { type Command, type Cost, memoryMethod, runProcess } from './run-process.js';
import { pairRatios } from './statistics.js';

const ROUNDS = 5;
const MEBIBYTE = 2 ** 20;

const REPORTS: readonly (readonly string[])[] = [
  ['top'],
  ['top', '--by', 'kind'],
  ['age'],
  ['frag'],
  ['diff'],
  ['export', '--to', 'folded'],
  ['export', '--to', 'parquet'],
];

export async function reports({ dump: path, rounds = ROUNDS, synthetic }: BenchOptions): Promise<Report> {
  const folder = temporaryFolder();
  const dump = await dumpFile(path, folder, synthetic);
  const output = join(folder, 'output');
  await assertSamePages(dump.path, output);
  const sort = command('page_owner_sort', ['--cull=st', dump.path, output]);
  const commands = REPORTS.map((args) => command('pageowner', [...args, ...inputs(args, dump.path), '-o', output]));
  const [ofSort = [], ...ofReports] = await runRounds([sort, ...commands], rounds);
  const rows = ofReports.map((costs, i) => {
    const args = REPORTS[i] ?? [];
    return row(`pageowner ${args.join(' ')}`, costs, ofSort, inputs(args, dump.path).length);
  });
  return {
    title: 'reports beside page_owner_sort --cull=st',
    rows: [['', 'median s', 'time/sort', 'peak MiB'], row('page_owner_sort --cull=st', ofSort, ofSort, 1), ...rows],
    notes: [dump.description, `${rounds} interleaved rounds, page cache warm, equal sums`, memoryMethod()],
    data: { dump, rounds, sort: ofSort, reports: REPORTS.map((args, i) => ({ args, costs: ofReports[i] })) },
  };
}

function inputs([name]: readonly string[], dump: string): string[] {
  return name === 'diff' ? [dump, dump] : [dump];
}

function command(program: string, args: readonly string[]): Command {
  const script = fileURLToPath(new URL(`../bundle/main/${program}.js`, import.meta.url));
  return { program: process.execPath, args: [script, ...args] };
}

function row(name: string, costs: readonly Cost[], sort: readonly Cost[], dumps: number): string[] {
  const times = costs.map((cost) => cost.seconds);
  const ratios = pairRatios(
    times,
    sort.map((cost) => cost.seconds * dumps),
  );
  const peak = Math.max(...costs.map(({ peakBytes = 0 }) => peakBytes));
  return [name, seconds(median(times)), median(ratios).toFixed(2), (peak / MEBIBYTE).toFixed(0)];
}

/** Throws if the report by stack and the reports on it do not have equal sums. */
async function assertSamePages(dump: string, output: string): Promise<void> {
  await runProcess(command('page_owner_sort', ['--cull=st', dump, output]));
  const lines = readFileSync(output, 'latin1').matchAll(/^\d+ times, (\d+) pages/gm);
  const pages = [...lines].reduce((sum, [, count]) => sum + Number(count), 0);
  await runProcess(command('pageowner', ['top', '--format', 'json', '--limit', '1', dump, '-o', output]));
  const { totals } = JSON.parse(readFileSync(output, 'utf8')) as { totals: { pages: number } };
  assert.equal(totals.pages, pages, 'page_owner_sort and pageowner top count different pages');
}
