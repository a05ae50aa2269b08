/**
 * Question: what does a batch over many small dumps save, against a process for each?
 *
 * Whole runs in turn, dumps in the page cache: `pageowner batch`, single runs of pageowner one after the other, the same two at a time (xargs -P, one for each
 * CPU), and the C tool so, also by GNU parallel. How to read the table: `time/singles` is the time by that of the single runs in the same round. First, the reports of the batch must
 * be those of single runs, byte for byte.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { median } from '../src/main/bench/median.js';
import { temporaryFolder } from '../src/main/bench/temporary-folder.js';
import { type CTool, findCTool } from './c-tool.js';
import type { BenchOptions } from './options.js';
import { type Report, seconds } from './report.js';
import { runRounds } from './rounds.js';
import { type Command, type Cost, memoryMethod, runProcess } from './run-process.js';
import { pairRatios } from './statistics.js';

const ROUNDS = 3;
const DUMPS = 100;
const MEBIBYTE = 2 ** 20;
const RUN = 'sort --cull=st';
const SCRIPT = fileURLToPath(new URL('../bundle/main/pageowner.js', import.meta.url));
const FIXTURES = fileURLToPath(new URL('../../fixtures/', import.meta.url));

export async function batch({ rounds = ROUNDS, cTool }: BenchOptions): Promise<Report> {
  const folder = temporaryFolder();
  const dumps = join(folder, 'dumps');
  const bytes = writeDumps(dumps, DUMPS);
  await assertSameReports(dumps, folder);
  const c = findCTool(cTool, true);
  const cpus = availableParallelism();
  const each = (jobs: number, command: string): Command => shell(`ls ${dumps}/* | xargs -P ${jobs} -I FILE ${command}`);
  const node = `${process.execPath} ${SCRIPT}`;
  const contenders: [string, Command][] = [
    ['single runs, one after the other', each(1, `${node} ${RUN} FILE /dev/null`)],
    [`single runs, ${cpus} at a time`, each(cpus, `${node} ${RUN} FILE /dev/null`)],
    ['pageowner batch', batchOf(dumps, join(folder, 'out'), [RUN])],
    ['pageowner batch, 4 reports', batchOf(dumps, join(folder, 'out-4'), [RUN, 'top', 'top --by kind', 'frag'])],
    ...ofCTool(c, dumps, cpus, each),
  ];
  const costs = await runRounds(
    contenders.map(([, command]) => command),
    rounds,
  );
  const singles = (costs[0] ?? []).map((cost) => cost.seconds);
  return {
    title: 'a batch beside single runs',
    rows: [
      ['', 'median s', 'time/singles', 'peak MiB'],
      ...contenders.map(([name], i) => row(name, costs[i] ?? [], singles)),
    ],
    notes: [
      `${DUMPS} dumps of fixtures, ${(bytes / MEBIBYTE).toFixed(0)} MiB in all, report: ${RUN}; a batch also saves aggregates and hashes`,
      `${rounds} interleaved rounds, page cache warm, equal reports`,
      memoryMethod(),
      ...('missing' in c ? [`without the C tool: ${c.missing}`] : []),
    ],
    data: { rounds, contenders: contenders.map(([name], i) => ({ name, costs: costs[i] })) },
  };
}

/** The C tool as xargs runs it, and as GNU parallel does, if it is there. */
function ofCTool(
  c: CTool,
  dumps: string,
  cpus: number,
  each: (jobs: number, command: string) => Command,
): [string, Command][] {
  if ('missing' in c) return [];
  const hasParallel = spawnSync('sh', ['-c', 'command -v parallel']).status === 0;
  const byParallel = shell(`ls ${dumps}/* | parallel -j ${cpus} ${c.path} --cull=st {} /dev/null`);
  return [
    [`C tool, ${cpus} at a time`, each(cpus, `${c.path} --cull=st FILE /dev/null`)],
    ...(hasParallel ? [[`C tool, parallel -j ${cpus}`, byParallel] as [string, Command]] : []),
  ];
}

/** Real dumps that differ from each other. Returns their bytes. */
export function writeDumps(folder: string, count: number): number {
  mkdirSync(folder);
  const texts = ['6.12-boot', '6.12-mixed', '6.1-mixed'].map((name) =>
    gunzipSync(readFileSync(join(FIXTURES, name, 'dump.txt.gz'))).toString('latin1'),
  );
  let bytes = 0;
  for (let i = 0; i < count; i++) {
    const blocks = (texts[i % texts.length] as string).split('\n\n');
    const text = `${[...blocks.slice(i, -1), ...blocks.slice(0, i)].join('\n\n')}\n\n`;
    writeFileSync(join(folder, `dump${i}`), text, 'latin1');
    bytes += text.length;
  }
  return bytes;
}

function batchOf(dumps: string, out: string, runs: readonly string[]): Command {
  const args = ['batch', dumps, '--out', out, ...runs.flatMap((run) => ['--run', run])];
  return shell(`rm -rf ${out}; exec ${process.execPath} ${SCRIPT} ${args.map((arg) => `'${arg}'`).join(' ')}`);
}

function shell(text: string): Command {
  return { program: 'sh', args: ['-c', text] };
}

/** Throws if a report of a batch is not that of a single run. */
export async function assertSameReports(dumps: string, folder: string): Promise<void> {
  const out = join(folder, 'checked');
  await runProcess(batchOf(dumps, out, [RUN, 'top']));
  for (const name of readdirSync(dumps).slice(0, 5)) {
    for (const [run, file] of [
      [RUN, 'sort-cull-st.txt'],
      ['top', 'top.txt'],
    ] as const) {
      const single = join(folder, 'single');
      await runProcess({
        program: process.execPath,
        args: [SCRIPT, ...run.split(' '), join(dumps, name)],
        stdout: single,
      });
      const [ours, theirs] = [join(out, 'dumps', name, file), single].map((path) => readFileSync(path, 'latin1'));
      assert.equal(ours, theirs, `the batch and pageowner ${run} differ on ${name}`);
    }
  }
}

function row(name: string, costs: readonly Cost[], singles: readonly number[]): string[] {
  const times = costs.map((cost) => cost.seconds);
  const peak = Math.max(...costs.map(({ peakBytes = 0 }) => peakBytes));
  return [name, seconds(median(times)), median(pairRatios(times, singles)).toFixed(2), (peak / MEBIBYTE).toFixed(0)];
}
