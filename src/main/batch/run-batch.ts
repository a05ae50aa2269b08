import { join } from 'node:path';
import { writeOpenMetrics } from '../../merge/writers/openmetrics.js';
import { now } from '../../workers/clock.js';
import { failureOf } from '../errors.js';
import { terminalOfStdout } from '../insight/write-report.js';
import { print } from '../print.js';
import { onSignal, version } from '../program.js';
import { Progress } from '../progress.js';
import { Batch, batchPool } from './batch.js';
import { missingDumps, previousNight, prune } from './compared-night.js';
import type { Typed } from './config.js';
import { endAtOnce } from './end-at-once.js';
import { JSON_LOG, TEXT_LOG } from './log.js';
import { entriesOf } from './manifest.js';
import { metricsOf } from './metrics.js';
import { Night } from './night.js';
import { dumpsOf } from './nights.js';
import { type BatchPlan, planBatch } from './plan.js';
import { ProgressLine } from './progress-line.js';
import { ReadAhead } from './read-ahead.js';
import { SUMMARY_FILE, SUMMARY_TEXT_FILE, type Summary, summaryMarkdown, summaryText } from './summary.js';
import { Tally } from './tally.js';
import { writeWhole } from './write-whole.js';

const EXIT_FOUND = 1;

/** A manifest is read so far ahead. */
const ENTRIES_AHEAD = 1000;

/** `pageowner batch`. Sets the exit code: 1 if a dump failed or an alarm was raised. Throws a PageownerError if the batch could not come to its end. */
export async function runBatch(operands: readonly string[], typed: Typed): Promise<void> {
  const plan = planBatch(operands, typed);
  const log = plan.log === 'json' ? JSON_LOG : TEXT_LOG;
  const previous = plan.previous === undefined ? undefined : previousNight(plan.previous, plan.out);
  const night = new Night(plan.out, plan.resume);
  if (plan.previous !== undefined && previous === undefined)
    log.say('warning', 'no-previous', `no night in ${plan.previous} has come to its end yet: no diffs`);
  const started = { at: new Date(), clock: now() };
  const entries = new ReadAhead(entriesOf(plan.operands), ENTRIES_AHEAD);
  // Threads start while this one loads what it needs.
  const pool = batchPool(plan, plan.threads);
  const tally = await Tally.create();
  const batch = new Batch(plan, night, previous, entries, pool, tally, log);
  let endedBy: string | null = null;
  let exitCode = 0;
  onSignal((signal, code) => {
    // Who asks twice wants it at once.
    if (endedBy !== null) return false;
    endedBy = signal;
    exitCode = code;
    log.say('warning', 'ending', `${signal}: ends in ${plan.graceMs / 1000} s at most`);
    void batch.stop(plan.graceMs);
    return true;
  });
  const line = new ProgressLine(plan.progress ? Progress.terminal() : undefined, () => batch.progress);
  let failure: unknown;
  try {
    await batch.run();
  } catch (error) {
    failure = error;
    endedBy ??= failureOf(error).message;
  } finally {
    line.end();
  }
  const summary: Summary = {
    schema: 'pageowner.batch/1',
    version: version(),
    started_at: started.at.toISOString(),
    ended_at: new Date().toISOString(),
    seconds: Number(((now() - started.clock) / 1000).toFixed(3)),
    megabytes_per_second: Number((batch.progress.bytes / 1000 / (now() - started.clock)).toPrecision(4)),
    threads: plan.threads,
    ended_by: endedBy,
    runs: plan.runs.map(({ typed: run }) => run),
    previous: previous ?? null,
    missing: previous === undefined || endedBy !== null ? [] : missingDumps(previous, batch.seen),
    ...tally.end(),
  };
  if (failure === undefined) report(plan, summary);
  else tryReport(plan, summary);
  if (plan.keep !== undefined && endedBy === null)
    for (const removed of prune(plan.out, plan.keep)) log.say('info', 'pruned', `removed ${removed}`, { removed });
  night.unlock();
  onSignal(undefined);
  if (failure !== undefined) throw failure;
  if (exitCode === 0 && (summary.dumps.failed > 0 || summary.alarms.count > 0)) exitCode = EXIT_FOUND;
  process.exitCode = exitCode;
  const { dumps, alarms } = summary;
  const ending = endedBy === null ? '' : `, ended by ${endedBy} before the rest`;
  log.say('info', 'end', `${dumps.ok} dumps read, ${dumps.failed} failed, ${alarms.count} alarms${ending}`, {
    ...dumps,
    alarms: alarms.count,
    ended_by: endedBy,
    exit_code: exitCode,
  });
  if (batch.isHeld) endAtOnce(exitCode);
}

/** Writes what the batch did to its folder, the metrics, and a table to stdout. Throws a PageownerError. */
function report(plan: BatchPlan, summary: Summary): void {
  writeWhole(join(plan.out, SUMMARY_FILE), `${JSON.stringify(summary, null, 1)}\n`);
  writeWhole(join(plan.out, SUMMARY_TEXT_FILE), summaryMarkdown(summary));
  if (plan.metrics !== undefined) writeWhole(plan.metrics, metricsText(plan, summary));
  print(summaryText(summary, terminalOfStdout()));
}

/** The same where the batch has failed already, which tells more than why this fails too. */
function tryReport(plan: BatchPlan, summary: Summary): void {
  try {
    report(plan, summary);
  } catch {
    // The disk is full.
  }
}

function metricsText(plan: BatchPlan, summary: Summary): string {
  const { dumps, alarms, started_at, ended_at, seconds, totals, ended_by } = summary;
  const records = dumpsOf(plan.out).map(({ record }) => record);
  const health = {
    startedAt: Date.parse(started_at),
    endedAt: Date.parse(ended_at),
    seconds,
    dumps: { ok: dumps.ok, failed: dumps.failed },
    alarms: alarms.by,
    bytesRead: totals.stored_bytes,
    isSuccess: dumps.failed === 0 && ended_by === null,
  };
  return [...writeOpenMetrics(metricsOf(records, health))].join('');
}
