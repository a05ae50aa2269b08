/**
 * Question: how large should a chunk be, and how does a scan scale with threads? DEFAULT_CHUNK_BYTES in src/main/base/limits.ts is the answer.
 *
 * Processes that only scan (--cull=st) one dump, in turn. How to read it: one row a chunk size, for each number of threads the median time and the peak memory. Small
 * chunks cost messages and merges, large ones memory and idle threads at the end. One thread is the main thread; more are a pool, however small the dump.
 */
import { availableParallelism } from 'node:os';
import { median } from '../src/main/bench/median.js';
import { temporaryFolder } from '../src/main/bench/temporary-folder.js';
import { formatBytes } from '../src/main/command-line/byte-units.js';
import { dumpFile } from './dump-file.js';
import type { BenchOptions } from './options.js';
import { megabytes, type Report, seconds } from './report.js';
import { runRounds } from './rounds.js';
import { memoryMethod } from './run-process.js';
import { scanCommand } from './scan-command.js';

const ROUNDS = 3;
const MEBIBYTE = 2 ** 20;
const CHUNK_SIZES = [0.25, 1, 2, 4, 8, 16, 32].map((size) => size * MEBIBYTE);

export async function sweep({ dump: path, rounds = ROUNDS, synthetic }: BenchOptions): Promise<Report> {
  const folder = temporaryFolder();
  const dump = await dumpFile(path, folder, synthetic);
  const threadCounts = powersOfTwoUpTo(availableParallelism());
  const points = CHUNK_SIZES.flatMap((chunkBytes) => threadCounts.map((threads) => ({ chunkBytes, threads })));
  const commands = points.map(({ chunkBytes, threads }) => scanCommand(dump.path, threads, chunkBytes));
  await runRounds(commands.slice(0, 1), 1);
  const costs = await runRounds(commands, rounds);
  const results = points.map((point, i) => {
    const runs = costs[i] ?? [];
    const peak = Math.max(...runs.map(({ peakBytes }) => peakBytes ?? 0));
    return { ...point, median: median(runs.map((cost) => cost.seconds)), peakBytes: peak || undefined };
  });
  const heading = threadCounts.flatMap((threads) => [`${threads} thr. s`, 'peak MB']);
  return {
    title: 'scan by chunk size and threads',
    rows: [
      ['chunk', ...heading],
      ...CHUNK_SIZES.map((size) => {
        const cells = results.filter(({ chunkBytes }) => chunkBytes === size);
        return [
          formatBytes(size),
          ...cells.flatMap(({ median, peakBytes }) => [seconds(median), megabytes(peakBytes)]),
        ];
      }),
    ],
    notes: [dump.description, `medians of ${rounds} interleaved rounds, page cache warm`, memoryMethod()],
    data: { dump, rounds, results },
  };
}

/** 1, 2, 4, … and the limit itself. */
function powersOfTwoUpTo(limit: number): number[] {
  const counts: number[] = [];
  for (let count = 1; count < limit; count *= 2) counts.push(count);
  return [...counts, limit];
}
