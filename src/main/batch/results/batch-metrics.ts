import { createHash } from 'node:crypto';
import { Frames } from '../../../merge/insight/insight-keys.js';
import { visible } from '../../../merge/writers/escape.js';
import type { MetricFamily, MetricSample } from '../../../merge/writers/openmetrics.js';
import type { DumpRecord, StackPages } from './dump-record.js';

/** How the run of a batch went. */
export interface BatchHealth {
  /** In ms since 1970. */
  readonly startedAt: number;
  /** In ms since 1970. */
  readonly endedAt: number;
  /** By a clock that no one sets. */
  readonly seconds: number;
  /** Dumps by outcome. Zeros too, so that a series does not end where nothing is wrong. */
  readonly dumps: Readonly<Record<string, number>>;
  /** Alarms that were raised, by what raises them; zeros too. */
  readonly alarms: Readonly<Record<string, number>>;
  /** Bytes read of dumps, as they are stored. */
  readonly bytesRead: number;
  /** Whether all dumps were read to their ends; an alarm is no failure. */
  readonly isSuccess: boolean;
}

/** Stacks of a dump that become series. Each is one series a dump for as long as it is among the first, and Prometheus keeps those that were. */
const STACKS_PER_DUMP = 10;

type Labels = Readonly<Record<string, string>>;
type Values = readonly (readonly [labels: Labels, value: number])[];

interface DumpMetric {
  readonly name: string;
  readonly unit?: string;
  readonly help: string;
  /** Of one dump; labels besides its name. */
  readonly values: (record: DumpRecord) => Values;
}

/** docs/metrics.md explains each. */
const DUMP_METRICS: readonly DumpMetric[] = [
  { name: 'dump_pages', unit: 'pages', help: 'Base pages in the dump.', values: ({ counts }) => one(counts.pages) },
  {
    name: 'dump_blocks',
    unit: 'blocks',
    help: 'Blocks in the dump.',
    values: ({ counts }) => (counts.blocks === null ? [] : one(counts.blocks)),
  },
  {
    name: 'dump_malformed_blocks',
    unit: 'blocks',
    help: 'Blocks that could not be read whole.',
    values: ({ counts }) => one(counts.malformed),
  },
  {
    name: 'dump_foreign_blocks',
    unit: 'blocks',
    help: 'Blocks that are no page_owner text.',
    values: ({ counts }) => one(counts.foreign),
  },
  { name: 'dump_text_bytes', unit: 'bytes', help: 'Text of the dump.', values: ({ counts }) => one(counts.bytes) },
  {
    name: 'dump_stored_bytes',
    unit: 'bytes',
    help: 'Size of the dump as it is stored.',
    values: ({ input }) => one(input.bytes),
  },
  {
    name: 'dump_taken_timestamp_seconds',
    unit: 'seconds',
    help: 'When the dump was taken, since 1970.',
    values: ({ taken_at }) => one(Date.parse(taken_at) / 1000),
  },
  {
    name: 'kind_pages',
    unit: 'pages',
    help: 'Base pages by what they are for.',
    values: ({ kinds }) => each(kinds, 'kind'),
  },
  {
    name: 'stack_pages',
    unit: 'pages',
    help: `Base pages of the ${STACKS_PER_DUMP} stacks that hold the most.`,
    values: ({ top }) => stackPages(top.slice(0, STACKS_PER_DUMP)),
  },
  {
    name: 'mixed_pageblocks',
    unit: 'pageblocks',
    help: 'Pageblocks with pages of another migrate type, by their own.',
    values: ({ mixed }) => each(mixed ?? {}, 'migratetype'),
  },
  {
    name: 'suspects',
    help: 'Stacks that leak, compared with the night before.',
    values: (record) => compared(record, (diff) => diff.leaking_stacks),
  },
  {
    name: 'leaked_pages',
    unit: 'pages',
    help: 'Base pages that stacks which leak grew by since the night before.',
    values: (record) => compared(record, (diff) => diff.leaked_pages),
  },
];

/** What a batch tells a monitoring system: for writeOpenMetrics. */
export function metricsOf(records: readonly DumpRecord[], health: BatchHealth): MetricFamily[] {
  return [...DUMP_METRICS.map((metric) => dumpFamily(metric, records)), ...healthFamilies(health)];
}

function dumpFamily({ values, ...metric }: DumpMetric, records: readonly DumpRecord[]): MetricFamily {
  const samples = records.flatMap((record) => samplesOf(values(record), { dump: record.name }));
  return { ...metric, name: `pageowner_${metric.name}`, samples };
}

function healthFamilies({
  startedAt,
  endedAt,
  seconds,
  dumps,
  alarms,
  bytesRead,
  isSuccess,
}: BatchHealth): MetricFamily[] {
  const batch = (name: string, help: string, values: Values, unit?: string): MetricFamily => ({
    name: `pageowner_batch_${name}`,
    help,
    ...(unit !== undefined && { unit }),
    samples: samplesOf(values, {}),
  });
  return [
    batch('dumps', 'Dumps by what became of them.', each(dumps, 'status')),
    batch('alarms', 'Alarms raised, by what raises them.', each(alarms, 'alarm')),
    batch('start_timestamp_seconds', 'When the batch began, since 1970.', one(startedAt / 1000), 'seconds'),
    batch('end_timestamp_seconds', 'When the batch ended, since 1970.', one(endedAt / 1000), 'seconds'),
    batch('duration_seconds', 'How long the batch took.', one(seconds), 'seconds'),
    batch('read_bytes', 'Bytes read of dumps, as they are stored.', one(bytesRead), 'bytes'),
    batch('success', 'Whether all dumps were read.', one(Number(isSuccess))),
  ];
}

/** Names in a dump may hold what a terminal would act upon, and no two are written alike. */
function samplesOf(values: Values, shared: Labels): MetricSample[] {
  return values.map(([labels, value]) => {
    const all = Object.entries({ ...shared, ...labels });
    return { labels: Object.fromEntries(all.map(([name, text]) => [name, visible(text)])), value };
  });
}

function one(value: number): Values {
  return [[{}, value]];
}

function each(numbers: Readonly<Record<string, number>>, label: string): Values {
  return Object.entries(numbers).map(([name, value]) => [{ [label]: name }, value]);
}

/** Nothing where no comparison says anything: a zero would say that all is well. */
function compared({ diff }: DumpRecord, value: (diff: NonNullable<DumpRecord['diff']>) => number): Values {
  return diff === null || diff.rebooted ? [] : one(value(diff));
}

/** Stacks that have the same labels are one. */
function stackPages(top: readonly StackPages[]): Values {
  const pagesByLabels = new Map<string, [Labels, number]>();
  for (const { stack, pages } of top) {
    const labels = stackLabels(stack);
    const id = JSON.stringify(labels);
    pagesByLabels.set(id, [labels, (pagesByLabels.get(id)?.[1] ?? 0) + pages]);
  }
  return [...pagesByLabels.values()];
}

/**
 * What tells a stack from others, on every machine and night, with any build of the kernel: the function that wanted the memory and the module nearest the
 * allocation (the keys `caller` and `module`), and the first 8 hex digits of the SHA-256 of the frames without offsets, a line each. A rank
 * would not do: each change of it would end a series and begin another.
 */
function stackLabels(stack: readonly string[]): Labels {
  const frames = new Frames({ ignoreOffsets: true });
  const id = createHash('sha256').update(frames.lines(stack).join('\n'));
  return {
    function: frames.caller(stack) ?? '',
    module: frames.module(stack) ?? '',
    stack: id.digest('hex').slice(0, 8),
  };
}
