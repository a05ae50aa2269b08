import { hostname } from 'node:os';
import { quoted, usageError } from '../../base/errors.js';
import { planThreads, type ThreadPlan } from '../running/thread-plan.js';
import { parseQueueUrl, type QueueUrl } from './queue-url.js';

/** Options of a worker, filled and checked. */
export interface WorkerPlan extends ThreadPlan {
  readonly queue: QueueUrl;
  readonly name: string;
  /** A worker that is silent for so long is taken for dead. */
  readonly stalledMs: number;
  readonly graceMs: number;
  readonly metrics: string | undefined;
  readonly log: 'text' | 'json';
}

/** As commander gives them. */
export type WorkerValues = Readonly<Record<string, string | undefined>>;

const DEFAULT_STALLED = 30;
const DEFAULT_GRACE = 60;

/** Throws a usage error that names the option. */
export function planWorker(values: WorkerValues): WorkerPlan {
  const { queue, name, threads, maxMemory, chunkSize, stalled, grace, metrics, log } = values;
  if (queue === undefined) throw usageError('which queue? Give --queue URL, as pageowner batch has it');
  return {
    queue: parseQueueUrl(queue),
    name: nameOf(name),
    ...planThreads(threads, maxMemory, chunkSize),
    stalledMs: secondsOf('stalled', stalled, DEFAULT_STALLED, 1) * 1000,
    graceMs: secondsOf('grace', grace, DEFAULT_GRACE, 0) * 1000,
    metrics,
    log: log === 'json' ? 'json' : 'text',
  };
}

function nameOf(typed: string | undefined): string {
  if (typed === undefined) return `${hostname()}-${process.pid}`;
  if (/^[\w.-]{1,100}$/.test(typed)) return typed;
  throw usageError(`--name takes letters, digits, dots, hyphens and underscores, not ${quoted(typed)}`);
}

function secondsOf(option: string, typed: string | undefined, byDefault: number, least: number): number {
  const seconds = typed === undefined ? byDefault : /^\d{1,6}$/.test(typed) ? Number(typed) : -1;
  if (seconds >= least) return seconds;
  throw usageError(`--${option} takes whole seconds, at least ${least}, not ${quoted(typed ?? '')}`);
}
