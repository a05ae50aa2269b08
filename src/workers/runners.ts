import type { AggregatePartial } from '../merge/aggregate/aggregate-partial.js';
import type { Table } from '../merge/group-table.js';
import { writeGroupRun } from '../merge/runs/group-runs.js';
import { ChunkRunner, type OnRead } from './chunk-runner.js';
import { KernelAggregator } from './kernel-aggregator.js';
import { KernelReader } from './kernel-reader.js';
import { KernelScanner } from './kernel-scanner.js';
import { ManyRunners } from './many-runners.js';
import type { Runner } from './runner.js';
import type { Scanner } from './scanner.js';
import type { AggregatePlan, OnePlan, Plan, ScanPlan } from './task.js';
import { TypeScriptAggregator } from './typescript-aggregator.js';
import { TypeScriptScanner } from './typescript-scanner.js';

/** The runner that finds what a plan asks for. */
export function runnerOf(plan: Plan): Runner {
  return 'plans' in plan ? manyRunners(plan.plans) : runnerOfOne(plan);
}

/** Finds what several plans ask for, in their order. */
export function manyRunners(plans: readonly OnePlan[], onRead?: OnRead): ManyRunners {
  const make = plans.map((plan) => (listener?: OnRead) => runnerOfOne(plan, listener) as ChunkRunner<unknown, never>);
  return new ManyRunners(make, onRead);
}

function runnerOfOne(plan: OnePlan, onRead?: OnRead): Runner {
  return 'grouping' in plan ? groupRunner(plan, undefined, onRead) : aggregateRunner(plan, undefined, onRead);
}

export function groupRunner(
  plan: ScanPlan,
  scanner: Scanner = isPlain() ? new TypeScriptScanner(plan.grouping) : new KernelScanner(plan.grouping),
  onRead?: OnRead,
): ChunkRunner {
  const { folder, spillBytes: bytes } = plan;
  const spill = { folder, bytes, write: (table: Table) => writeGroupRun(table, plan) };
  return new ChunkRunner(scanner, { ...plan, spill, onRead });
}

export function aggregateRunner(
  plan: AggregatePlan,
  scanner: Scanner<AggregatePartial, AggregatePartial> = isPlain()
    ? new TypeScriptAggregator(plan)
    : new KernelAggregator(plan),
  onRead?: OnRead,
): ChunkRunner<AggregatePartial, AggregatePartial> {
  return new ChunkRunner(scanner, { ...plan, onRead });
}

/** Whether to scan in plain TypeScript: where there is no SIMD, or to see what the kernel is worth. */
function isPlain(): boolean {
  return process.env.PAGEOWNER_SCANNER === 'typescript' || !KernelReader.isSupported();
}
