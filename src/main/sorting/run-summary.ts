import type { FormId } from '../../merge/forms/form.js';
import type { Counts } from '../../merge/partial.js';
import { quoted } from '../base/errors.js';
import { formatBytes } from '../command-line/byte-units.js';
import type { Percentiles } from '../reading/percentiles.js';

/** Where the time of a run went, in milliseconds. Threads read and parse at the same time: that time is divided as their work was. */
export interface Stages {
  /** Reading, or waiting for what is piped or unpacked. */
  readonly reading: number;
  readonly parsing: number;
  /** Joining what the threads found, and sorting it. */
  readonly merging: number;
  readonly writing: number;
}

/** What a run did. `blocks = grouped + filtered + malformed`, always. */
export interface RunSummary extends Readonly<Counts> {
  readonly groups: number;
  /** What the input is; null: text of no form that is known. */
  readonly form: FormId | null;
  /** Lines of a log that are of other messages. */
  readonly passedOver: number;
  /** Byte offset of a last block that has no empty line behind it (it is the one malformed block). */
  readonly unterminatedAt: number | null;
  readonly threads: number;
  readonly chunks: number;
  /** Largest resident set of the whole process so far. */
  readonly peakMemoryBytes: number;
  /** Files that groups were put aside in. */
  readonly runs: number;
  readonly stagesMs: Stages;
  /** The stage that took most of the time. */
  readonly limitedBy: keyof Stages;
  readonly seconds: number;
  readonly megabytesPerSecond: number;
  /** What chunks took to be read and scanned, over all threads. Only if asked for. */
  readonly chunkLatencyMs?: Percentiles;
}

/** The summary for people. */
export function summaryText(summary: RunSummary): string {
  const rows: [string, string][] = [
    ['bytes', count(summary.bytes)],
    ['blocks', count(summary.blocks)],
    ['  grouped', `${count(summary.grouped)} in ${count(summary.groups)} groups`],
    ['  filtered', count(summary.filtered)],
    ['  malformed', located(summary.malformed, summary.malformedAt)],
    ['foreign', located(summary.foreign, summary.foreignAt)],
    ['unterminated', summary.unterminatedAt === null ? 'no' : `last block, at byte ${summary.unterminatedAt}`],
    ['threads', count(summary.threads)],
    ['chunks', count(summary.chunks)],
    ['peak memory', formatBytes(summary.peakMemoryBytes)],
    ['runs', summary.runs === 0 ? '0 (all groups fit in memory)' : `${count(summary.runs)} put aside in files`],
    ['chunk latency', latencyText(summary.chunkLatencyMs)],
    ['time', `${summary.seconds} s, ${summary.megabytesPerSecond} MB/s, limited by ${summary.limitedBy}`],
    [
      '  stages',
      Object.entries(summary.stagesMs)
        .map(([name, ms]) => `${name} ${ms} ms`)
        .join(', '),
    ],
  ];
  return rows.map(([name, value]) => `${name.padEnd(15)}${value}\n`).join('');
}

export function limits(stages: Stages): Pick<RunSummary, 'stagesMs' | 'limitedBy'> {
  const { reading, parsing, merging, writing } = stages;
  const longest = Math.max(reading, parsing, merging, writing);
  const limitedBy = (Object.keys(stages) as (keyof Stages)[]).find((name) => stages[name] === longest) ?? 'reading';
  const rounded = {
    reading: tenths(reading),
    parsing: tenths(parsing),
    merging: tenths(merging),
    writing: tenths(writing),
  };
  return { stagesMs: rounded, limitedBy };
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

function latencyText(latency: Percentiles | undefined): string {
  if (!latency) return 'not measured';
  const { p50, p90, p99, p999, max } = latency;
  return `p50 ${p50} ms, p90 ${p90} ms, p99 ${p99} ms, p99.9 ${p999} ms, max ${max} ms`;
}

function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ' ');
}

function located(blocks: number, offsets: readonly number[]): string {
  if (blocks === 0) return '0';
  const more = blocks > offsets.length ? ', …' : '';
  return `${count(blocks)}, at byte ${offsets.join(', ')}${more}`;
}

/** Of inputs that are sorted as text, though another command reads them. */
const HINTS: Partial<Readonly<Record<FormId, string>>> = {
  sorted:
    'is a report of page_owner_sort: its groups are grouped again as text, and their counts are not added up (pageowner top and diff do that)',
  log: 'is a kernel log, of which lines are grouped as text (pageowner sort takes the dump out of it, pageowner top reads page reports)',
  stacks: 'is the text of show_stacks, grouped as text (pageowner top reads its pages)',
  handles: 'is the text of show_handles, grouped as text (pageowner top --stacks reads its pages)',
  allocinfo: 'is the text of /proc/allocinfo, grouped as text (pageowner top reads its bytes)',
  aggregate: 'is a saved aggregate, which cannot be sorted (pageowner top reads it)',
};

/** One line for each thing that a user should know of, even without --stats. */
export function summaryWarnings(input: string, summary: RunSummary): string[] {
  const warnings: string[] = [];
  if (summary.unterminatedAt !== null) {
    warnings.push(
      `${quoted(input)}: the last block, at byte ${summary.unterminatedAt}, has no empty line behind it and was left out; the dump may be cut off`,
    );
  }
  if (summary.passedOver > 0)
    warnings.push(
      `${quoted(input)}: ${summary.passedOver} lines of the log are of other messages and were passed over`,
    );
  const hint = HINTS[summary.form ?? 'dump'];
  if (hint && (summary.foreign > 0 || summary.form === 'sorted') && summary.passedOver === 0)
    warnings.push(`${quoted(input)} ${hint}`);
  else if (summary.foreign > 0) {
    warnings.push(
      `${quoted(input)}: ${summary.foreign} blocks have no "Page allocated via order" and are grouped as plain text, the first at byte ${summary.foreignAt[0]}`,
    );
  }
  return warnings;
}
