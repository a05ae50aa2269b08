import type { AggregatePartial } from '../merge/aggregate/aggregate-partial.js';
import type { Partial } from '../merge/partial.js';
import { writeGroupRun } from '../merge/runs/group-runs.js';
import type { Table } from '../merge/table.js';
import { ChunkRunner } from './chunk-runner.js';
import { KernelAggregator } from './kernel-aggregator.js';
import { KernelReader } from './kernel-reader.js';
import { KernelScanner } from './kernel-scanner.js';
import type { Scanner } from './scanner.js';
import type { AggregatePlan, Plan, ScanPlan } from './task.js';
import { TypeScriptAggregator } from './typescript-aggregator.js';
import { TypeScriptScanner } from './typescript-scanner.js';

/** The runner that finds what a plan asks for. */
export function runnerOf(plan: Plan): ChunkRunner<Partial, Table> | ChunkRunner<AggregatePartial, AggregatePartial> {
  return 'grouping' in plan ? groupRunner(plan) : aggregateRunner(plan);
}

export function groupRunner(
  plan: ScanPlan,
  scanner: Scanner = isPlain() ? new TypeScriptScanner(plan.grouping) : new KernelScanner(plan.grouping),
): ChunkRunner {
  const { folder, spillBytes: bytes } = plan;
  return new ChunkRunner(scanner, { folder, bytes, write: (table) => writeGroupRun(table, plan) });
}

export function aggregateRunner(
  plan: AggregatePlan,
  scanner: Scanner<AggregatePartial, AggregatePartial> = isPlain()
    ? new TypeScriptAggregator(plan)
    : new KernelAggregator(plan),
): ChunkRunner<AggregatePartial, AggregatePartial> {
  return new ChunkRunner(scanner);
}

/** Whether to scan in plain TypeScript: where there is no SIMD, or to see what the kernel is worth. */
function isPlain(): boolean {
  return process.env.PAGEOWNER_SCANNER === 'typescript' || !KernelReader.isSupported();
}
