import { resolve } from 'node:path';
import { quoted, usageError } from '../base/errors.js';
import { parseSize } from '../command-line/parse-values.js';
import { readConfig, type Typed } from './config-file.js';
import { parseQueueUrl, type QueueUrl } from './fleet/queue-url.js';
import { type Alarm, parseAlarm } from './results/alarms.js';
import { endOf } from './running/prepared-runs.js';
import { planThreads, type ThreadPlan } from './running/thread-plan.js';
import { type NamedRun, nameRuns, parseRun } from './running/typed-runs.js';

/** Options of a batch, filled and checked. */
export interface BatchPlan extends ThreadPlan {
  /** Manifests, folders, globs and dumps. */
  readonly operands: readonly string[];
  readonly out: string;
  readonly runs: readonly NamedRun[];
  readonly metrics: string | undefined;
  readonly previous: string | undefined;
  readonly alarms: readonly Alarm[];
  /** Nights that are kept; undefined: all. */
  readonly keep: number | undefined;
  readonly resume: boolean;
  /** Where workers take dumps from; undefined: threads of this process read them. */
  readonly queue: QueueUrl | undefined;
  /** With a queue: a larger dump is read in parts. */
  readonly splitBytes: number;
  /** Infinity: none. */
  readonly timeoutMs: number;
  readonly graceMs: number;
  readonly log: 'text' | 'json';
  readonly progress: boolean;
}

const DEFAULT_RUNS = ['top --by kind', 'top', 'frag'];
const DEFAULT_TIMEOUT = 3600;
const DEFAULT_GRACE = 10;
const DEFAULT_SPLIT = 4 * 2 ** 30;
const LEAST_SPLIT = 2 ** 20;
const MOST_SECONDS = 1e6;

/** Throws a usage error that names the option. */
export function planBatch(operands: readonly string[], typed: Typed): BatchPlan {
  const config = typeof typed.config === 'string' ? readConfig(typed.config) : { typed: {}, operands: [] };
  const options: Typed = { ...config.typed, ...typed };
  const text = (name: string): string | undefined => options[name] as string | undefined;
  const list = (name: string): readonly string[] => (options[name] ?? []) as readonly string[];
  const all = operands.length > 0 ? operands : config.operands;
  if (all.length === 0)
    throw usageError('which dumps? Name a manifest (- for standard input), a folder, a glob or dumps');
  const out = text('out');
  if (!out) throw usageError('where to? Give --out FOLDER');
  const threadPlan = planThreads(text('threads'), text('max-memory'), text('chunk-size'));
  const previous = text('previous');
  const runs = runsOf(list('run'), previous !== undefined);
  const alarms = list('fail-on').map(parseAlarm);
  const comparing = alarms.find(({ what }) => what === 'leak' || what === 'missing');
  if (comparing && previous === undefined)
    throw usageError(`--fail-on ${comparing.what} compares with the night before: give --previous FOLDER`);
  return {
    operands: all,
    out: resolve(out),
    runs,
    metrics: text('metrics'),
    previous,
    alarms,
    keep: keepOf(text('keep')),
    resume: options.resume === true,
    queue: queueOf(text('queue'), options),
    splitBytes: parseSize('split', text('split'), DEFAULT_SPLIT, LEAST_SPLIT, Number.MAX_SAFE_INTEGER),
    timeoutMs: number('timeout', text('timeout'), DEFAULT_TIMEOUT, 0, MOST_SECONDS) * 1000 || Infinity,
    graceMs: number('grace', text('grace'), DEFAULT_GRACE, 0, MOST_SECONDS) * 1000,
    ...threadPlan,
    log: text('log') === 'json' ? 'json' : 'text',
    progress: options['no-progress'] !== true,
  };
}

function runsOf(typed: readonly string[], isCompared: boolean): NamedRun[] {
  const runs = (typed.length > 0 ? typed : DEFAULT_RUNS).map(parseRun);
  const diffs = runs.filter(({ command }) => command === 'diff');
  if (!isCompared && diffs[0])
    throw usageError(`--run '${quoted(diffs[0].typed)}' compares with the night before: give --previous FOLDER`);
  const all = isCompared && diffs.length === 0 ? [...runs, parseRun('diff')] : runs;
  return nameRuns(all, all.map(endOf));
}

function queueOf(typed: string | undefined, options: Typed): QueueUrl | undefined {
  const own = ['threads', 'max-memory', 'chunk-size'].find((name) => options[name] !== undefined);
  if (typed !== undefined && own)
    throw usageError(`--${own} is for threads of this process: with --queue, give it to each pageowner worker`);
  if (typed === undefined && options.split !== undefined) throw usageError('--split is for workers: give --queue too');
  return typed === undefined ? undefined : parseQueueUrl(typed);
}

function keepOf(typed: string | undefined): number | undefined {
  if (typed === undefined) return undefined;
  if (/^[1-9]\d{0,5}$/.test(typed)) return Number(typed);
  throw usageError(`--keep takes a whole number from 1 on, not ${quoted(typed)}`);
}

/** A number that may have a fraction. */
function number(name: string, typed: string | undefined, byDefault: number, least: number, most: number): number {
  const value = typed === undefined ? byDefault : /^\d{1,9}(\.\d{1,6})?$/.test(typed) ? Number(typed) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw usageError(`--${name} takes a number from ${least} to ${most}, not ${quoted(typed ?? '')}`);
}
