/** What monitoring reads of a batch, by two parsers of others: that of OpenMetrics, and the older one of Prometheus. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { WorkerMetrics } from '../src/main/batch/fleet/worker-metrics.js';
import { type BatchHealth, metricsOf } from '../src/main/batch/results/batch-metrics.js';
import type { DumpRecord } from '../src/main/batch/results/dump-record.js';
import { type MetricFamily, writeOpenMetrics } from '../src/merge/writers/openmetrics.js';
import { textPieces } from '../src/merge/writers/text-pieces.js';
import { ROOT, temporaryFolder } from './helpers.js';

const RUNS = 200 * Number(process.env.PROPERTY_RUNS ?? 1);

/** Parsers, of which each gives what it reads, a text at a time. */
const SCRIPT = `
import json, sys
from prometheus_client import parser
from prometheus_client.openmetrics import parser as openmetrics
for text in json.load(sys.stdin):
  text = bytes.fromhex(text).decode('utf-8')
  print(json.dumps([[[f.name, f.type, f.documentation, [[s.name, s.labels, s.value] for s in f.samples]]
    for f in each.text_string_to_metric_families(text)] for each in (openmetrics, parser)]))
`;

/** Of a Debian package, which a Python from elsewhere does not see. */
const python = ['python3', '/usr/bin/python3'].find(
  (program) => spawnSync(program, ['-c', 'import prometheus_client']).status === 0,
);
const skip = python ? false : 'needs prometheus_client for Python: install the package python3-prometheus-client';

type Parsed = [name: string, type: string, help: string, samples: [name: string, labels: object, value: number][]][];

function bytesOf(families: readonly MetricFamily[]): Buffer {
  return Buffer.concat([...textPieces(writeOpenMetrics(families))]);
}

/** What both parsers make of each. */
function readBack(all: readonly (readonly MetricFamily[])[]): [openMetrics: Parsed, prometheus: Parsed][] {
  const input = JSON.stringify(all.map((families) => bytesOf(families).toString('hex')));
  const { stdout, stderr } = spawnSync(python as string, ['-c', SCRIPT], { input, maxBuffer: 2 ** 28 });
  assert.equal(String(stderr), '');
  return String(stdout)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** What they should: an empty label is none, and UTF-8 has no lone surrogates. */
function expected(families: readonly MetricFamily[]): Parsed {
  return families
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, help, samples }) => [
      name,
      'gauge',
      help,
      samples.map(({ labels, value }) => {
        const filled = Object.entries(labels).filter(([, text]) => text !== '');
        return [
          name,
          Object.fromEntries(filled.map(([key, text]) => [key, Buffer.from(text).toString()])),
          Number(value) + 0,
        ];
      }),
    ]);
}

function assertReadBack(all: readonly (readonly MetricFamily[])[]): void {
  readBack(all).forEach(([openMetrics, prometheus], i) => {
    assert.deepEqual(openMetrics, expected(all[i]!));
    assert.deepEqual(prometheus, expected(all[i]!));
  });
}

function family(...samples: MetricFamily['samples']): MetricFamily {
  return { name: 'some_pages', unit: 'pages', help: 'Some.', samples };
}

const HOSTILE = [
  ...[
    '"',
    '\\',
    '\n',
    '\\n',
    '\\"',
    '"} 1\n# EOF\n',
    '{a="b"} 2 # {} 3',
    ',',
    ' x ',
    '\r\n',
    '\0\x1b',
    'ü 漢 😀',
    '\uef80',
  ],
  ...['\ud800', 'a\udc00b', '', '=', '#', '}', '\u2028\u0085'],
];

test('a metrics file is what the format says, to the byte', () => {
  const text = bytesOf([
    {
      name: 'some_pages',
      unit: 'pages',
      help: 'Some \\ of\nthem.',
      samples: [{ labels: { kind: 'a"b', dump: 'x' }, value: 3 }],
    },
    { name: 'none', help: 'Nothing.', samples: [] },
    {
      name: 'huge',
      help: 'Much.',
      samples: [
        { labels: {}, value: 2n ** 60n },
        { labels: { a: '1' }, value: 0.25 },
      ],
    },
  ]).toString();
  assert.equal(
    text,
    `# TYPE some_pages gauge
# UNIT some_pages pages
# HELP some_pages Some \\\\ of\\nthem.
some_pages{dump="x",kind="a\\"b"} 3
# TYPE huge gauge
# HELP huge Much.
huge 1152921504606846976
huge{a="1"} 0.25
# EOF
`,
  );
});

test('both parsers read any label back', { skip }, () => {
  const label = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));
  const sample = fc.record({
    labels: fc.record({ a: label, b: label }),
    value: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger()),
  });
  const key = ({ labels: { a, b } }: { labels: { a: string; b: string } }): string =>
    JSON.stringify([a, b].map((text) => Buffer.from(text).toString()));
  const samples = fc.uniqueArray(sample, { selector: key, maxLength: 5 });
  const all = fc.sample(samples, RUNS).map((some) => [family(...some)]);
  assertReadBack([...all, [family(...HOSTILE.map((text, i) => ({ labels: { text, i: `${i}` }, value: -i })))]]);
});

test('a series is never there twice, also where only UTF-8 makes it one', () => {
  const twice = (a: object, b: object): void => {
    const samples = [a, b].map((labels) => ({ labels: labels as Record<string, string>, value: 1 }));
    assert.throws(() => bytesOf([family(...samples)]), /internal error: metric some_pages has two samples of/);
  };
  twice({ a: 'x', b: 'y' }, { b: 'y', a: 'x' });
  twice({ a: '\ud800' }, { a: '\ufffd' });
  twice({ a: '' }, {});
  assert.throws(() => bytesOf([family(), family()]), /is there twice/);
});

test('what a parser would refuse, or take for something else, is not written', () => {
  const some: MetricFamily = family({ labels: {}, value: 1 });
  for (const [wrong, why] of [
    [{ ...some, name: 'a b' }, /no name/],
    [{ ...some, unit: 'bytes' }, /does not end with _bytes/],
    [{ ...some, help: 'a "b"' }, /quote/],
    [family({ labels: { 'a-b': 'x' }, value: 1 }), /label that is no name: a-b/],
    [family({ labels: { __name__: 'x' }, value: 1 }), /label that is no name/],
    [family({ labels: {}, value: Number.NaN }), /no number/],
  ] as const)
    assert.throws(() => bytesOf([wrong]), why);
});

const HEALTH: BatchHealth = {
  startedAt: Date.UTC(2026, 10, 24, 1),
  endedAt: Date.UTC(2026, 10, 24, 1, 0, 2, 500),
  seconds: 2.5,
  dumps: { ok: 2, failed: 0 },
  alarms: { leak: 1, frag: 0 },
  bytesRead: 1000,
  isSuccess: true,
};

const LEAF = 'get_page_from_freelist+0x1/0x2';

function record(what: Partial<DumpRecord>): DumpRecord {
  return {
    schema: 'pageowner.dump/1',
    name: 'web-1',
    path: 'web-1.txt.gz',
    host: null,
    taken_at: '2026-11-24T00:00:00.500Z',
    extra: {},
    input: { bytes: 10, sha256: '' },
    options_sha256: '',
    counts: { bytes: 100, blocks: 7, pages: 9, malformed: 3, malformed_at: 0, foreign: 2, passed_over: 0 },
    kinds: { slab: 5, 'driver [polleak]': 4 },
    top: [{ stack: [LEAF, 'leak+0x3/0x4 [polleak]'], pages: 4 }],
    mixed: { Movable: 3 },
    diff: null,
    outputs: {},
    ...what,
  };
}

/** Lines of some metric. */
function lines(name: string, ...records: readonly DumpRecord[]): string[] {
  return bytesOf(metricsOf(records, HEALTH))
    .toString()
    .split('\n')
    .filter((line) => line.startsWith(`pageowner_${name}{`) || line.startsWith(`pageowner_${name} `));
}

const DIFF = {
  previous_sha256: '',
  rebooted: false,
  leaking_stacks: 0,
  suspects: [],
  leaked_pages: 12,
  most_leaked_pages: 12,
};

test('both parsers read the metrics of a batch, hostile names too', { skip }, () => {
  const hostile = record({ name: 'ü "\\', kinds: { '\uef80\ud800\n': 1, '\\x80\\u{d800}\\x0a': 2 }, diff: DIFF });
  const families = metricsOf([record({}), hostile], HEALTH);
  assertReadBack([families, metricsOf([], HEALTH)]);
});

test('the metrics of a dump are those of its record', () => {
  const one = record({ diff: DIFF });
  assert.deepEqual(lines('dump_taken_timestamp_seconds', one), [
    'pageowner_dump_taken_timestamp_seconds{dump="web-1"} 1795478400.5',
  ]);
  assert.deepEqual(lines('kind_pages', one), [
    'pageowner_kind_pages{dump="web-1",kind="slab"} 5',
    'pageowner_kind_pages{dump="web-1",kind="driver [polleak]"} 4',
  ]);
  assert.deepEqual(lines('mixed_pageblocks', one), [
    'pageowner_mixed_pageblocks{dump="web-1",migratetype="Movable"} 3',
  ]);
  assert.deepEqual(lines('leaked_pages', one), ['pageowner_leaked_pages{dump="web-1"} 12']);
  assert.deepEqual(lines('batch_dumps'), [
    'pageowner_batch_dumps{status="ok"} 2',
    'pageowner_batch_dumps{status="failed"} 0',
  ]);
  assert.deepEqual(lines('batch_end_timestamp_seconds'), ['pageowner_batch_end_timestamp_seconds 1795482002.5']);
});

test('where nothing was compared, no metric says that all is well', () => {
  for (const diff of [null, { ...DIFF, rebooted: true }])
    for (const name of ['suspects', 'leaked_pages']) assert.deepEqual(lines(name, record({ diff })), []);
  assert.deepEqual(lines('suspects', record({ diff: DIFF })), ['pageowner_suspects{dump="web-1"} 0']);
  assert.deepEqual(lines('mixed_pageblocks', record({ mixed: null })), []);
});

test('a stack keeps its series over nights, ranks and builds of the kernel', () => {
  const [line] = lines('stack_pages', record({}));
  // printf 'get_page_from_freelist\nleak [polleak]' | sha256sum
  assert.equal(line, 'pageowner_stack_pages{dump="web-1",function="leak",module="polleak",stack="f82cb9a2"} 4');
  const rebuilt = [LEAF.replace('0x1', '0x9'), 'leak.isra.0+0x5/0x8 [polleak]'];
  const other = { stack: [LEAF, 'other+0x1/0x2'], pages: 50 };
  const later = lines('stack_pages', record({ top: [other, { stack: rebuilt, pages: 4 }] }));
  assert.equal(later[1], line);
  assert.doesNotMatch(later[0] as string, /module/);
});

test('stacks that differ by offsets alone are one series, and a dump has few', () => {
  const places = ['0x1', '0x5'].map((offset) => ({ stack: [`f+${offset}/0x9`], pages: 2 }));
  assert.match(lines('stack_pages', record({ top: places })).join(), /^[^,]*,function="f",stack="[\da-f]{8}"} 4$/);
  const many = Array.from({ length: 50 }, (_, i) => ({ stack: [`f${i}+0x1/0x2`], pages: 50 - i }));
  assert.equal(lines('stack_pages', record({ top: many })).length, 10);
  assert.equal(lines('stack_pages', record({ top: [{ stack: [], pages: 1 }] })).length, 1);
});

const DOCUMENTED = /^\| `(pageowner_\w+)` \| (.*?) ?\|/gm;

test('docs/metrics.md has every metric with its labels, and no other', () => {
  const docs = readFileSync(join(ROOT, 'docs/metrics.md'), 'utf8');
  const [ofBatch = '', ofWorkers = ''] = docs.split(/^## (?:Workers|Alerts)$/m);
  const rows = [...ofBatch.matchAll(DOCUMENTED)];
  const documented = rows.map(([, name, labels = '']) => [name, [...labels.matchAll(/\w+/g)].join().split(',').sort()]);
  const families = metricsOf([record({ diff: DIFF })], HEALTH);
  const written = families.map(({ name, samples: [sample] }) => [
    name,
    Object.keys(sample?.labels ?? {})
      .join()
      .split(',')
      .sort(),
  ]);
  assert.deepEqual(documented, written);
  const path = join(temporaryFolder(), 'worker.prom');
  const metrics = new WorkerMetrics(path, 'w');
  metrics.dumpBegins();
  metrics.dumpEnds('failed', 0, 1.5);
  metrics.end();
  const text = readFileSync(path, 'utf8');
  assert.deepEqual(
    [...ofWorkers.matchAll(DOCUMENTED)].map(([, name]) => name),
    [...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name),
  );
  assert.match(text, /^pageowner_worker_dumps\{status="failed",worker="w"\} 1$/m);
  assert.match(text, /^pageowner_worker_busy_seconds\{worker="w"\} 1.5$/m);
  const names = new Set(families.map(({ name }) => name));
  for (const [name] of docs.slice(docs.indexOf('## Alerts')).matchAll(/pageowner_\w+/g))
    assert.ok(names.has(name), name);
});
