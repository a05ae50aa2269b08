import { isDeepStrictEqual } from 'node:util';
import { damageOf } from '../../../merge/insight/damage-lines.js';
import { type Failure, failureOf } from '../../base/errors.js';
import type { BrokenEntry, Entry } from '../manifest/manifest.js';
import { type Alarm, mixedPageblocks, raised, raisedByNight } from './alarms.js';
import type { Log } from './batch-log.js';
import type { DumpRecord, FileIdentity } from './dump-record.js';
import type { Night } from './night-folder.js';
import { type Result, Results } from './results-file.js';
import type { Tally } from './tally.js';

/** What a thread says of a dump that it has read. */
export interface ReadDump {
  readonly record: DumpRecord;
  readonly file: FileIdentity | null;
  /** What each chunk took. */
  readonly milliseconds: Float64Array;
  /** That scanned it. */
  readonly threads: number;
  readonly warnings: readonly string[];
}

/** Notes each dump of a night once: its line of results, the sums, the log, and the alarms that it raises. All throw if a line cannot be written. */
export class Ledger {
  private readonly alarms: readonly Alarm[];
  private readonly night: Night;
  private readonly tally: Tally;
  private readonly log: Log;
  private readonly results: Results;

  constructor(alarms: readonly Alarm[], night: Night, tally: Tally, log: Log) {
    this.alarms = alarms;
    this.night = night;
    this.tally = tally;
    this.log = log;
    this.results = new Results(night.folder, [...night.earlier.values()]);
  }

  /** A dump that was read, whose folder is in its place. */
  addRead(
    entry: Entry,
    { record, file, milliseconds: chunks, threads, warnings }: ReadDump,
    milliseconds: number,
  ): void {
    this.tally.addChunks(chunks);
    const result = this.resultOf(entry, {
      ...ofRecord(record),
      file,
      seconds: secondsOf(milliseconds),
      megabytes_per_second: Number((record.counts.bytes / 1000 / Math.max(1, milliseconds)).toPrecision(4)),
      threads,
      chunks: chunks.length,
      warnings: [...warnings, ...warningsOf(record)],
    });
    this.addDone(result, record, false);
  }

  /** The line of an earlier run. One that was killed may not have come to write it after it had made the folder. */
  earlierOf({ name, input, outputs }: DumpRecord): Result | undefined {
    const earlier = this.night.earlier.get(name);
    const isSame = earlier?.input?.sha256 === input.sha256 && isDeepStrictEqual(earlier.outputs, outputs);
    return isSame ? earlier : undefined;
  }

  /** What an earlier run has made is as good as new. */
  addReused(entry: Entry, record: DumpRecord, file: Result['file']): void {
    const earlier = this.earlierOf(record);
    const own = { ...this.resultOf(entry, ofRecord(record)), warnings: warningsOf(record) };
    this.addDone({ ...own, ...earlier, alarms: [], line: entry.line, file }, record, true, earlier);
  }

  private addDone(result: Result, record: DumpRecord, isReused: boolean, earlier?: Result): void {
    const { name } = result;
    const alarms = this.alarms.flatMap((alarm) => {
      const message = raised(alarm, record);
      return message === undefined ? [] : [{ name, alarm: alarm.what, message }];
    });
    const whole: Result = { ...result, alarms: alarms.map(({ message }) => message) };
    // The line of an earlier run stands there already.
    if (earlier === undefined || String(earlier.alarms) !== String(whole.alarms)) this.results.add(whole);
    this.tally.addDone(whole, record, isReused);
    const { seconds, counts } = whole;
    this.log.say('info', isReused ? 'reused' : 'done', `${name}: ${isReused ? 'read before' : 'done'}`, {
      name,
      seconds,
      ...counts,
    });
    for (const warning of whole.warnings) this.log.say('warning', 'warning', `${name}: ${warning}`, { name });
    for (const { alarm, message } of alarms) {
      this.tally.addAlarm({ name, alarm, message });
      this.log.say('error', 'alarm', `${name}: ${message}`, { name, alarm });
    }
  }

  /** Raises the alarm if dumps of the night before are missing. */
  addMissing(missing: readonly string[]): void {
    for (const alarm of this.alarms) {
      const message = raisedByNight(alarm, missing);
      if (message === undefined) continue;
      this.tally.addAlarm({ name: '', alarm: alarm.what, message });
      this.log.say('error', 'alarm', message, { alarm: alarm.what });
    }
  }

  /** What the manifest has instead of a dump. */
  addBroken({ name, line, error }: BrokenEntry): void {
    const entry: Entry = { name, path: '', host: null, takenAt: null, extra: {}, line };
    this.addFailed(entry, failureOf(error), 0);
  }

  addFailed(entry: Entry, error: Failure, milliseconds: number): void {
    const { name, path, line } = entry;
    const { code, message } = error;
    const result = this.resultOf(entry, { error, status: 'failed', seconds: secondsOf(milliseconds) });
    this.results.add(result);
    this.tally.addFailed(result);
    // What is wrong with a line of a manifest begins with its place already.
    this.log.say('error', 'failed', path === '' ? message : `${name}: ${message}`, { name, code, path, line });
  }

  private resultOf({ name, path, host, takenAt, extra, line }: Entry, known: Partial<Result>): Result {
    return {
      name,
      status: 'ok',
      error: null,
      path,
      host,
      taken_at: takenAt,
      extra,
      line,
      counts: null,
      mixed_pageblocks: null,
      leaked_pages: null,
      alarms: [],
      warnings: [],
      input: null,
      file: null,
      outputs: {},
      seconds: null,
      megabytes_per_second: null,
      threads: null,
      chunks: null,
      ended_at: new Date().toISOString(),
      ...known,
    };
  }

  /** Lines of dumps that are not among `seen` are no more of use; undefined: all stay. */
  settle(seen: ReadonlySet<string> | undefined): void {
    if (this.night.earlier.size > 0) this.results.settle(seen);
  }
}

/** What a line says of what is in the dump's folder. */
function ofRecord(record: DumpRecord): Partial<Result> {
  const { taken_at, counts, input, outputs } = record;
  const leaked = record.diff?.leaked_pages ?? null;
  return { taken_at, counts, input, outputs, mixed_pageblocks: mixedPageblocks(record), leaked_pages: leaked };
}

function secondsOf(milliseconds: number): number {
  return Number((milliseconds / 1000).toFixed(3));
}

function warningsOf({ counts, diff }: DumpRecord): string[] {
  const { malformed_at: malformedAt, passed_over: passedOver } = counts;
  return [
    ...damageOf({ ...counts, malformedAt, passedOver }),
    ...(diff?.rebooted ? ['the machine was booted since the night before: no diff'] : []),
  ];
}
