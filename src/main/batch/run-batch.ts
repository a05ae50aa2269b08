import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeOpenMetrics } from '../../merge/writers/openmetrics.js';
import { textPieces } from '../../merge/writers/text-pieces.js';
import { now } from '../../workers/clock.js';
import { failureOf } from '../base/errors.js';
import { print } from '../command-line/print.js';
import { leaveBy, onSignal } from '../command-line/program.js';
import { Progress } from '../command-line/progress.js';
import { version } from '../command-line/version.js';
import { terminalOfStdout, writePieces } from '../insight/write-report.js';
import { Batch } from './batch.js';
import { type BatchPlan, planBatch } from './batch-plan.js';
import type { Typed } from './config-file.js';
import type { QueueUrl } from './fleet/queue-url.js';
import { entriesOf } from './manifest/manifest.js';
import { ReadAhead } from './manifest/read-ahead.js';
import { ProgressLine } from './progress-line.js';
import { some } from './results/alarms.js';
import { JSON_LOG, type Log, TEXT_LOG } from './results/batch-log.js';
import { metricsOf } from './results/batch-metrics.js';
import {
  SUMMARY_FILE,
  SUMMARY_PAGE_FILE,
  SUMMARY_SCHEMA,
  SUMMARY_TEXT_FILE,
  type Summary,
  summaryMarkdown,
  summaryText,
  titleOf,
  unfinished,
} from './results/batch-summary.js';
import { Ledger } from './results/ledger.js';
import { Night } from './results/night-folder.js';
import { missingDumps, nightsBefore, previousNight, prune, startOf } from './results/previous-night.js';
import { dumpsOf, namesOf } from './results/read-nights.js';
import { summaryPage } from './results/summary-page.js';
import { Tally } from './results/tally.js';
import { writeWhole } from './results/write-whole.js';
import type { DumpRunner } from './running/dump-runner.js';
import { endAtOnce } from './running/end-at-once.js';
import { batchPool } from './running/thread-plan.js';

const EXIT_FOUND = 1;

/** A fortnight. */
const NIGHTS_SHOWN = 14;

/** A manifest is read so far ahead. */
const ENTRIES_AHEAD = 1000;

/** `pageowner batch`. Sets the exit code: 1 if a dump failed or an alarm was raised. Throws a PageownerError if the batch could not be completed. */
export async function runBatch(operands: readonly string[], typed: Typed): Promise<void> {
  const plan = planBatch(operands, typed);
  // A night that is resumed is as old as it was.
  const startedAt = startOf(plan.out) ?? new Date().toISOString();
  const previous = plan.previous === undefined ? undefined : previousNight(plan.previous, plan.out, startedAt);
  // Where it cannot be reached, there is no night yet.
  const fleet = plan.queue && (await connectedFleet(plan.queue));
  const entries = new ReadAhead(entriesOf(plan.operands), ENTRIES_AHEAD);
  const night = await Night.open(plan.out, plan.resume);
  const line = new ProgressLine(plan.progress ? Progress.terminal() : undefined);
  const log = aboveLine(plan.log === 'json' ? JSON_LOG : TEXT_LOG, line);
  if (plan.previous !== undefined && previous === undefined)
    log.say('warning', 'no-previous', `no night in ${plan.previous} is complete yet: no diffs`);
  const clock = now();
  const start = {
    version: version(),
    started_at: startedAt,
    runs: plan.runs.map(({ typed: run }) => run),
    previous: previous ?? null,
  };
  writeWhole(join(plan.out, SUMMARY_FILE), unfinished(start));
  for (const file of [SUMMARY_TEXT_FILE, SUMMARY_PAGE_FILE]) rmSync(join(plan.out, file), { force: true });
  // Threads start while this one loads what it needs.
  const runner = fleet ? await fleet(plan, log) : batchPool(plan, plan.threads);
  const tally = await Tally.create();
  const ledger = new Ledger(plan.alarms, night, tally, log);
  const batch = new Batch({ plan, night, previous, entries, runner, tally, log, ledger });
  const ending = endOnSignal(batch, plan, log);
  line.start(() => batch.progress);
  let failure: unknown;
  try {
    await batch.run();
  } catch (error) {
    failure = error;
  }
  line.end();
  if (batch.isHeld) leaveBy(endAtOnce);
  const { bytes } = batch.progress;
  const milliseconds = now() - clock;
  const missing = previous === undefined || ending.signal !== null ? [] : missingDumps(previous, batch.seen);
  if (failure === undefined) ledger.addMissing(missing);
  if (failure === undefined && ending.signal === null) warnOfOthers(plan.out, batch.seen, log);
  const summary: Summary = {
    schema: SUMMARY_SCHEMA,
    ...start,
    ended_at: new Date().toISOString(),
    seconds: Number((milliseconds / 1000).toFixed(3)),
    megabytes_per_second: Number((bytes / 1000 / milliseconds).toPrecision(4)),
    threads: plan.threads,
    ended_by: failure === undefined ? ending.signal : failureOf(failure).message,
    missing,
    ...tally.end(),
  };
  if (failure !== undefined) {
    await report(plan, summary, batch.seen).catch(() => {
      // It has failed already, which tells more than why this fails too.
    });
    throw failure;
  }
  await report(plan, summary, batch.seen);
  if (plan.keep !== undefined && ending.signal === null)
    for (const removed of prune(plan.out, plan.keep)) log.say('info', 'pruned', `removed ${removed}`, { removed });
  night.unlock();
  const isFine = summary.dumps.all > 0 && summary.dumps.failed === 0 && summary.alarms.count === 0;
  process.exitCode = ending.exitCode ?? (isFine ? 0 : EXIT_FOUND);
  log.say('info', 'end', titleOf(summary), {
    ...summary.dumps,
    alarms: summary.alarms.count,
    ended_by: summary.ended_by,
    exit_code: process.exitCode,
  });
}

/** A fleet that can read the dumps of a night. Loaded only then: most batches run on one machine. */
async function connectedFleet(queue: QueueUrl): Promise<(plan: BatchPlan, log: Log) => Promise<DumpRunner>> {
  const [{ connectQueue }, { QueueRunner }] = await Promise.all([
    import('./fleet/queue-engine.js'),
    import('./fleet/queue-runner.js'),
  ]);
  const engine = await connectQueue(queue);
  return (plan, log) => QueueRunner.begin(engine, plan, log);
}

/** Another manifest may have been resumed with by mistake: what it does not name is not removed. */
function warnOfOthers(folder: string, names: ReadonlySet<string>, log: Log): void {
  const others = namesOf(folder).filter((name) => !names.has(name));
  if (others.length > 0)
    log.say('warning', 'others', `of earlier runs, and not in the manifest any more, these stay: ${some(others)}`);
}

interface Ending {
  signal: string | null;
  exitCode: number | undefined;
}

/** Lets a signal end a batch. What is returned says which one did. */
function endOnSignal(batch: Batch, { graceMs }: BatchPlan, log: Log): Ending {
  const ending: Ending = { signal: null, exitCode: undefined };
  onSignal((signal, exitCode) => {
    // A second signal ends the batch without a wait.
    if (ending.signal !== null) return false;
    ending.signal = signal;
    ending.exitCode = exitCode;
    log.say('warning', 'ending', `${signal}: ends in ${graceMs / 1000} s at most`);
    void batch.stop(graceMs);
    return true;
  });
  return ending;
}

/** A line of the log goes where the progress line is, which comes back below it. */
function aboveLine(log: Log, line: ProgressLine): Log {
  return {
    say: (level, ...said) => {
      if (log.shows(level)) line.clear();
      log.say(level, ...said);
    },
    shows: log.shows,
  };
}

/** Writes what the batch did to its folder, the metrics, and a table to stdout. Throws a PageownerError. */
async function report(plan: BatchPlan, summary: Summary, names: ReadonlySet<string>): Promise<void> {
  writeWhole(join(plan.out, SUMMARY_FILE), `${JSON.stringify(summary, null, 1)}\n`);
  writeWhole(join(plan.out, SUMMARY_TEXT_FILE), summaryMarkdown(summary));
  const links = {
    report: plan.runs.find(({ command }) => command === 'report')?.file,
    nights: nightsOf(plan, summary),
  };
  writeWhole(join(plan.out, SUMMARY_PAGE_FILE), summaryPage(summary, links));
  if (plan.metrics !== undefined)
    await writePieces(textPieces(metricsText(plan, summary, names)), { path: plan.metrics, inputs: [] });
  print(summaryText(summary, terminalOfStdout()));
}

/** This night and those before it, as far as its page shows them. */
function nightsOf({ out, previous }: BatchPlan, { started_at }: Summary): string[] {
  return previous === undefined ? [out] : [...nightsBefore(previous, out, started_at, NIGHTS_SHOWN - 1), out];
}

/** Of dumps that the manifest names: the folder may have others. */
function metricsText(plan: BatchPlan, summary: Summary, names: ReadonlySet<string>): Iterable<string> {
  const { dumps, alarms, started_at, ended_at, seconds, totals, ended_by } = summary;
  const records = dumpsOf(plan.out).flatMap(({ record }) => (names.has(record.name) ? [record] : []));
  const health = {
    startedAt: Date.parse(started_at),
    endedAt: Date.parse(ended_at),
    seconds,
    dumps: { ok: dumps.ok, failed: dumps.failed },
    alarms: alarms.by,
    bytesRead: totals.stored_bytes,
    isSuccess: dumps.all > 0 && dumps.failed === 0 && ended_by === null,
  };
  return writeOpenMetrics(metricsOf(records, health));
}
