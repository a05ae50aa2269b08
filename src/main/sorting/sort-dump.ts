import { rmSync } from 'node:fs';
import type { FormId } from '../../merge/forms/form.js';
import type { Table } from '../../merge/group-table.js';
import { order } from '../../merge/order.js';
import type { Counts } from '../../merge/partial.js';
import { orderRuns, writeRuns } from '../../merge/runs/report-runs.js';
import { writePageOwnerSort } from '../../merge/writers/page-owner-sort.js';
import { now } from '../../workers/clock.js';
import { groupRunner } from '../../workers/runners.js';
import type { ScanPlan, Spilled } from '../../workers/task.js';
import { cannotSpill } from '../base/errors.js';
import { giveUp, type Input, openInput, reasonOf } from '../io/input.js';
import { type Output, openOutput, writeAll } from '../io/output.js';
import { undoAtEnd } from '../io/undo.js';
import type { Percentiles } from '../reading/percentiles.js';
import { dumpInLog } from '../reading/read-log.js';
import { startOf } from '../reading/recognise.js';
import { scanDump } from '../reading/scan-dump.js';
import { limits, type RunSummary, type Stages } from './run-summary.js';
import { planSort, type SortOptions, type SortPlan } from './sort-options.js';

/**
 * Groups and sorts a dump into a report, as page_owner_sort does.
 * @returns what the run did; blocks that are in no group are counted in it
 * @throws PageownerError for options, input and output that cannot be used; there is no output then. The reason of the signal, likewise
 */
export async function sortDump(options: SortOptions): Promise<RunSummary> {
  return sortPlanned(options, planSort(options));
}

/** The same with a plan that the caller has made. */
export async function sortPlanned(options: SortOptions, plan: SortPlan): Promise<RunSummary> {
  const opened = await openInput(options.input, options);
  let output: Output | undefined;
  try {
    output = await openOutput(options.output, [opened], options);
    const { input, form, passedOver } = await sortable(opened, options.fromLogs === true);
    const summary = await run(options, plan, input, output);
    return { ...summary, form, passedOver: passedOver() };
  } catch (error) {
    await output?.discard();
    giveUp(opened);
    throw reasonOf(error, options.signal);
  }
}

/** What is scanned of an input: of a log the dump in it, if that is wanted. Other forms are sorted as the text that they are. */
async function sortable(
  opened: Input,
  fromLogs: boolean,
): Promise<{ input: Input; form: FormId | null; passedOver: () => number }> {
  const { input, form, start } = await startOf(opened);
  const id = form?.id ?? null;
  return fromLogs && id === 'log' ? { form: id, ...dumpInLog(input, start) } : { input, form: id, passedOver: () => 0 };
}

async function run(
  options: SortOptions,
  plan: SortPlan,
  input: Input,
  output: Output,
): Promise<Omit<RunSummary, 'form' | 'passedOver'>> {
  const started = now();
  const removeRuns = (): void => rmSync(plan.scan.folder, { recursive: true, force: true });
  const forget = undoAtEnd(removeRuns);
  try {
    const { found, threads, milliseconds, spent, scannedAt } = await scanDump(
      input,
      plan,
      groupRunner(plan.scan),
      (bytes) => {
        options.signal?.throwIfAborted();
        options.onProgress?.(bytes, input.size);
      },
    );
    input.close();
    options.signal?.throwIfAborted();
    const { groups, pieces } = await sortedReport(found, plan.scan);
    const sortedAt = now();
    await writeAll(output, pieces);
    await output.commit();
    const ended = now();
    const seconds = (ended - started) / 1000;
    const readingShare = spent.reading / (spent.reading + spent.parsing || 1);
    const stages: Stages = {
      reading: (scannedAt - started) * readingShare,
      parsing: (scannedAt - started) * (1 - readingShare),
      merging: sortedAt - scannedAt,
      writing: ended - sortedAt,
    };
    const { counts } = found;
    return {
      ...counts,
      groups,
      unterminatedAt: counts.malformedAt[0] ?? null,
      threads,
      chunks: milliseconds.length,
      peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
      runs: 'runs' in found ? found.runs.length : 0,
      ...limits(stages),
      seconds: Number(seconds.toFixed(3)),
      megabytesPerSecond: Number((counts.bytes / seconds / 1e6).toPrecision(4)),
      ...(options.latencies && { chunkLatencyMs: await latencies(milliseconds) }),
    };
  } finally {
    removeRuns();
    forget();
  }
}

/** The number of groups, and the report on them. Throws if blocks were lost in runs (law 1). */
export async function sortedReport(
  found: Table | Spilled,
  scan: ScanPlan,
): Promise<{ groups: number; pieces: Iterable<Uint8Array> }> {
  if (!('runs' in found)) {
    const sorted = order(found, scan.order, scan.grouping.cull);
    return { groups: found.size, pieces: writePageOwnerSort(found, sorted, scan.grouping) };
  }
  const { runs, reported } = await orderRuns(found.runs, scan, scan.spillBytes).catch((error) => {
    throw cannotSpill(scan.folder, error);
  });
  const { grouped }: Counts = found.counts;
  if (reported.grouped !== grouped)
    throw new Error(`internal error: ${grouped} blocks were put aside, but ${reported.grouped} came back`);
  return { groups: reported.groups, pieces: writeRuns(runs) };
}

async function latencies(milliseconds: Float64Array): Promise<Percentiles> {
  const { Times } = await import('../reading/percentiles.js');
  const times = await Times.create();
  for (const chunk of milliseconds) times.add(chunk);
  return times.end();
}
