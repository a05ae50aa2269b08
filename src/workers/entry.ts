import { move, transferableSymbol, valueSymbol, workerData } from 'piscina';
import type { Grouping } from '../merge/grouping.js';
import { ChunkRunner } from './chunk-runner.js';
import type { ChunkResult, ChunkTask } from './task.js';

const runner = new ChunkRunner(workerData as Grouping);

/** What piscina calls for each chunk. The result's columns and strings are moved to the main thread. */
export default function run(task: ChunkTask): unknown {
  const result = runner.run(task);
  return move({ [valueSymbol]: result, [transferableSymbol]: buffersOf(result) });
}

function buffersOf(result: ChunkResult): ArrayBuffer[] {
  if ('failure' in result) return [];
  const { heads, stacks, groups } = result.partial;
  return [heads, stacks, groups].flatMap((part) => Object.values(part).map(({ buffer }) => buffer as ArrayBuffer));
}
