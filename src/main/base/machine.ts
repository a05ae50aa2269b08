import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { CHUNKS_PER_THREAD_COST, LEAST_MEMORY } from './limits.js';

/** `max 100000` or `150000 100000`: microseconds of CPU time that a cgroup has in a period, and the period. */
const CPU_MAX = '/sys/fs/cgroup/cpu.max';

/** CPUs that this process may run on, and has time on. */
export function defaultThreads(): number {
  return Math.max(1, Math.min(availableParallelism(), Math.ceil(cpusByTime())));
}

/**
 * How many of `threads` pay for themselves on a dump of so many chunks; at least two. More than there are CPUs take turns. And since starts and joins come
 * one after another, n threads take work / n + n * cost, which is least for n = sqrt(work / cost).
 */
export function threadsWorth(threads: number, chunks: number, cpus: number = defaultThreads()): number {
  return Math.min(threads, Math.max(2, Math.min(cpus, Math.floor(Math.sqrt(chunks / CHUNKS_PER_THREAD_COST)))));
}

function cpusByTime(): number {
  try {
    const [quota = NaN, period = NaN] = readFileSync(CPU_MAX, 'utf8').split(' ').map(Number);
    return quota > 0 && period > 0 ? quota / period : Infinity;
  } catch {
    return Infinity;
  }
}

/** A quarter of the memory of the machine or the cgroup, whichever is less, in bytes; but never less than makes sense. */
export function defaultMemory(): number {
  const ofCgroup = process.constrainedMemory() || Infinity;
  return Math.max(LEAST_MEMORY, Math.floor(Math.min(totalmem(), ofCgroup) / 4));
}
