import type { Job, Queue } from 'bullmq';
import { column } from '../../../merge/insight/tables.js';
import { type MetricFamily, writeOpenMetrics } from '../../../merge/writers/openmetrics.js';
import type { ReportTable } from '../../../merge/writers/report.js';
import { writeText } from '../../../merge/writers/table-text.js';
import { quoted, usageError } from '../../base/errors.js';
import { print } from '../../command-line/print.js';
import { terminalOfStdout } from '../../insight/write-report.js';
import { type FleetJob, type FleetProgress, type FleetResult, QUEUE_NAME } from './fleet-job.js';
import { QUEUE_ACTIONS, type QueueAction } from './queue-actions.js';
import { connectQueue } from './queue-engine.js';
import { parseQueueUrl } from './queue-url.js';

/** Jobs that status looks at. */
const MOST_SHOWN = 1000;

type Jobs = Queue<FleetJob, FleetResult>;

/** `pageowner queue`. Throws a PageownerError. */
export async function runQueue(
  typed: string,
  options: { readonly queue?: string; readonly format: string },
): Promise<void> {
  if (!(typed in QUEUE_ACTIONS))
    throw usageError(`queue has no action ${quoted(typed)}; it takes ${Object.keys(QUEUE_ACTIONS).join(', ')}`);
  const action = typed as QueueAction;
  if (options.queue === undefined) throw usageError('which queue? Give --queue URL');
  const engine = await connectQueue(parseQueueUrl(options.queue));
  const queue = engine.queue();
  try {
    await queue.waitUntilReady();
    if (action === 'status') await showStatus(queue, options.format);
    else if (action === 'pause') await queue.pause();
    else if (action === 'resume') await queue.resume();
    else if (action === 'drain') await queue.drain(true);
    else await forgetSetAside(queue);
  } finally {
    await queue.close();
  }
}

/** What status shows. Fields as in JSON. */
interface QueueStatus {
  readonly schema: 'pageowner.queue/1';
  readonly queue: string;
  readonly paused: boolean;
  /** Dumps by where they are. */
  readonly dumps: { readonly waiting: number; readonly active: number; readonly set_aside: number };
  readonly workers: number;
  /** Completed in the last whole minute. */
  readonly dumps_per_minute: number;
  /** ISO 8601; null: none waits. */
  readonly waiting_since: string | null;
  readonly active: readonly {
    readonly name: string;
    readonly out: string;
    readonly worker: string | null;
    readonly bytes: number;
    readonly since: string;
  }[];
  readonly set_aside: readonly { readonly name: string; readonly out: string; readonly reason: string }[];
}

async function showStatus(queue: Jobs, format: string): Promise<void> {
  const status = await statusOf(queue);
  if (format === 'openmetrics') print([...writeOpenMetrics(familiesOf(status))].join(''));
  else if (format === 'json') print(`${JSON.stringify(status, null, 1)}\n`);
  else print([...writeText(tablesOf(status), terminalOfStdout())].join(''));
}

async function statusOf(queue: Jobs): Promise<QueueStatus> {
  const counts = await queue.getJobCounts('waiting', 'prioritized', 'delayed', 'active', 'failed');
  const [active, failed, [oldest], metrics] = await Promise.all([
    queue.getJobs(['active'], 0, MOST_SHOWN - 1),
    queue.getJobs(['failed'], 0, MOST_SHOWN - 1),
    queue.getJobs(['waiting', 'prioritized'], 0, MOST_SHOWN - 1, true).then(firstAdded),
    queue.getMetrics('completed', 0, 0),
  ]);
  return {
    schema: 'pageowner.queue/1',
    queue: QUEUE_NAME,
    paused: await queue.isPaused(),
    dumps: {
      waiting: (counts.waiting ?? 0) + (counts.prioritized ?? 0) + (counts.delayed ?? 0),
      active: counts.active ?? 0,
      set_aside: counts.failed ?? 0,
    },
    workers: await queue.getWorkersCount(),
    dumps_per_minute: Number(metrics.data[0] ?? 0),
    waiting_since: oldest ? new Date(oldest.timestamp).toISOString() : null,
    active: active.map(({ data, progress, processedOn }) => {
      const { worker = null, bytes = 0 } = (progress || {}) as Partial<FleetProgress>;
      return { name: data.job.name, out: data.out, worker, bytes, since: new Date(processedOn ?? 0).toISOString() };
    }),
    set_aside: failed.map(({ data, failedReason }) => ({ name: data.job.name, out: data.out, reason: failedReason })),
  };
}

function firstAdded(jobs: readonly Job<FleetJob, FleetResult>[]): Job<FleetJob, FleetResult>[] {
  return [...jobs].sort((a, b) => a.timestamp - b.timestamp).slice(0, 1);
}

function tablesOf({
  queue,
  paused,
  dumps,
  workers,
  dumps_per_minute,
  waiting_since,
  active,
  set_aside,
}: QueueStatus): ReportTable[] {
  return [
    {
      title: `${queue}${paused ? ': paused' : ''}`,
      columns: [
        column('waiting', 'number'),
        column('active', 'number'),
        column('set aside', 'number'),
        column('workers', 'number'),
        column('a minute', 'number'),
        column('the first waits since', 'text'),
      ],
      rows: [[dumps.waiting, dumps.active, dumps.set_aside, workers, dumps_per_minute, waiting_since ?? '']],
      notes: [],
    },
    ...[
      {
        title: 'Read now',
        columns: [
          column('dump', 'text'),
          column('night', 'text'),
          column('worker', 'text'),
          column('text', 'bytes'),
          column('since', 'text'),
        ],
        rows: active.map(({ name, out, worker, bytes, since }) => [name, out, worker ?? '', bytes, since]),
        notes: [],
      },
      {
        title: 'Set aside',
        columns: [column('dump', 'text'), column('night', 'text'), column('why', 'text')],
        rows: set_aside.map(({ name, out, reason }) => [name, out, reason]),
        notes: [],
      },
    ].filter(({ rows }) => rows.length > 0),
  ];
}

/** docs/metrics.md explains each. */
function familiesOf({ queue, dumps, workers }: QueueStatus): MetricFamily[] {
  const family = (name: string, help: string, value: number): MetricFamily => ({
    name: `pageowner_queue_${name}`,
    help,
    samples: [{ labels: { queue }, value }],
  });
  return [
    family('waiting_dumps', 'Dumps, and parts of dumps, that wait for a worker.', dumps.waiting),
    family('active_dumps', 'Dumps, and parts of dumps, that are read.', dumps.active),
    family('set_aside_dumps', 'Dumps over which three workers died.', dumps.set_aside),
    family('workers', 'Workers that listen.', workers),
  ];
}

async function forgetSetAside(queue: Jobs): Promise<void> {
  for (;;) {
    const failed = await queue.getJobs(['failed'], 0, MOST_SHOWN - 1);
    if (failed.length === 0) return;
    for (const job of failed) await job.remove();
  }
}
