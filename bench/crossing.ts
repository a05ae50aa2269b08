/**
 * Question: from what size on does it pay to load piscina and start workers? CHUNKS_FOR_MAIN in src/main/base/limits.ts is the answer.
 *
 * Generated dumps of rising size are scanned (--cull=st) by processes that do nothing else, in the main thread and in a pool of as many workers as there are
 * CPUs. How to read it: below 1 in `pool/main` the pool wins. Noise decides near 1, so take the size from which it stays below.
 */
import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { usageError } from '../src/main/base/errors.js';
import { CHUNKS_FOR_MAIN, DEFAULT_CHUNK_BYTES } from '../src/main/base/limits.js';
import { generateDump } from '../src/main/bench/generate-dump.js';
import { median } from '../src/main/bench/median.js';
import { temporaryFolder } from '../src/main/bench/temporary-folder.js';
import { formatBytes } from '../src/main/command-line/byte-units.js';
import type { BenchOptions } from './options.js';
import { type Report, seconds } from './report.js';
import { runRounds } from './rounds.js';
import { scanCommand } from './scan-command.js';
import { pairRatios } from './statistics.js';

const ROUNDS = 7;
const SMALLEST = 16 * 2 ** 20;

interface Point {
  readonly bytes: number;
  readonly main: number;
  readonly pool: number;
  readonly poolByMain: number;
}

/** Measures up to --size. */
export async function crossing({ dump, rounds = ROUNDS, synthetic }: BenchOptions): Promise<Report> {
  if (dump !== undefined) throw usageError('--crossing generates its dumps: leave out --dump');
  const threads = Math.max(2, availableParallelism());
  const folder = temporaryFolder();
  const points: Point[] = [];
  for (const bytes of sizesUpTo(synthetic.bytes)) {
    const { path } = await generateDump(folder, { ...synthetic, bytes });
    const ways = [1, threads].map((count) => scanCommand(path, count, DEFAULT_CHUNK_BYTES));
    await runRounds(ways, 1);
    const [main = [], pool = []] = (await runRounds(ways, rounds)).map((costs) => costs.map((cost) => cost.seconds));
    points.push({ bytes, main: median(main), pool: median(pool), poolByMain: median(pairRatios(pool, main)) });
    rmSync(path);
  }
  const last = points.findLastIndex(({ poolByMain }) => poolByMain >= 1);
  const from = points[last + 1];
  return {
    title: `scan in the main thread and in a pool of ${threads} workers`,
    rows: [
      ['size', 'main s', 'pool s', 'pool/main'],
      ...points.map(({ bytes, main, pool, poolByMain }) => {
        return [formatBytes(bytes), seconds(main), seconds(pool), poolByMain.toFixed(2)];
      }),
    ],
    notes: [
      from
        ? `the pool pays from ${formatBytes(from.bytes)} on`
        : 'the pool does not pay up to here: try a larger --size',
      `now: from ${formatBytes(CHUNKS_FOR_MAIN * DEFAULT_CHUNK_BYTES)} on (CHUNKS_FOR_MAIN = ${CHUNKS_FOR_MAIN}, chunks of ${formatBytes(DEFAULT_CHUNK_BYTES)})`,
      `medians of ${rounds} interleaved rounds, whole processes, page cache warm`,
    ],
    data: { threads, rounds, points },
  };
}

/** 16, 24, 32, 48, 64, … MiB; at least one. */
function sizesUpTo(largest: number): number[] {
  const sizes = [Math.min(SMALLEST, largest)];
  for (let size = SMALLEST; size <= largest; size *= 2) sizes.push(size, size * 1.5);
  return [...new Set(sizes)].filter((size) => size <= largest);
}
