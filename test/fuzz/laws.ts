import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PageownerError } from '../../src/main/base/errors.js';
import { CHUNKS_FOR_MAIN } from '../../src/main/base/limits.js';
import { exportOf } from '../../src/main/insight/export-command.js';
import { type LoadOptions, loadSnapshot } from '../../src/main/reading/load-snapshot.js';
import { sortDump } from '../../src/main/sorting/sort-dump.js';
import type { SortOptions } from '../../src/main/sorting/sort-options.js';
import type { Aggregate } from '../../src/merge/aggregate/aggregate.js';
import { joinAggregates } from '../../src/merge/aggregate/join.js';
import { readParquet } from '../../src/merge/aggregate/read-parquet.js';
import { ageOf } from '../../src/merge/insight/age.js';
import { diffOf } from '../../src/merge/insight/diff.js';
import { fragOf } from '../../src/merge/insight/frag.js';
import { INSIGHT_KEYS } from '../../src/merge/insight/insight-keys.js';
import { pagesOfRows } from '../../src/merge/insight/snapshot.js';
import { topOf } from '../../src/merge/insight/top.js';
import { trendOf } from '../../src/merge/insight/trend.js';
import { writeJson } from '../../src/merge/writers/json.js';
import { writeParquet } from '../../src/merge/writers/parquet.js';
import { run } from '../helpers.js';

/** What must hold of any input. `check` throws an AssertionError where it does not. */
export interface Law {
  /** It is asked of each so many runs: starting threads and programs takes a hundred times as long as all else. */
  readonly every: number;
  readonly check: (dump: Buffer, folder: string) => Promise<void> | void;
}

const LOAD: LoadOptions = { threads: 1, chunkBytes: 4096, since: null, withoutReleased: false };
const PLAIN = { selection: {}, ignoreOffsets: false };

const SORTS: readonly Partial<SortOptions>[] = [
  {},
  { cull: 'stacktrace', sort: '-pages' },
  { cull: 'pid,name', sort: 'name,-times' },
  { cull: 'tgid,allocator,free', compat: '6.1' },
  { mergeFreeTs: true, fromLogs: true },
  { withoutReleased: true, pid: '1,2' },
  { cull: 'module,name', sort: '-module,pages' },
  { module: 'vmlinux,polleak', cull: 'stacktrace,pid' },
  { sort: 'alloc_ts,-free_ts,txt', compat: '6.1', tgid: '1,2,3' },
];
/** So many of them are tried with an input: others with others. */
const SORTS_TRIED = 3;

/** An answer, or the one line that says why there is none. */
async function answerOf<T>(ask: () => T | Promise<T>): Promise<T | string> {
  try {
    return await ask();
  } catch (error) {
    assert.ok(error instanceof PageownerError, `no error for users: ${(error as Error).stack}`);
    assert.ok(!error.message.includes('\n'), error.message);
    return error.message.replaceAll(/"?\/\S+/g, 'FILE');
  }
}

async function aggregateOf(path: string, options: Partial<LoadOptions> = {}): Promise<Aggregate | string> {
  return answerOf(async () => (await loadSnapshot(path, { ...LOAD, ...options })).aggregate);
}

function saved(aggregate: Aggregate | string): Buffer {
  return typeof aggregate === 'string' ? Buffer.from(aggregate) : Buffer.from(writeParquet(aggregate, '1'));
}

/** The JSON of all reports, whose numbers are whole and below 2^53. */
function reportsOf(aggregate: Aggregate, path: string): string[] {
  const snapshot = { path, aggregate };
  const tops = INSIGHT_KEYS.map((key) => {
    const top = topOf(snapshot, { ...PLAIN, by: [key], pageBytes: 4096 });
    const pages = top.rows.reduce((sum, row) => sum + row.pages, 0);
    if (key.name !== 'symbol') assert.equal(pages, top.totals.pages, `pages by ${key.name}`);
    return top;
  });
  const by = INSIGHT_KEYS.filter(({ name }) => name === 'kind');
  const all = [
    ...tops,
    ageOf(snapshot, { ...PLAIN, by }),
    fragOf(snapshot, PLAIN),
    diffOf([snapshot, snapshot], { ...PLAIN, by }),
  ];
  return all.map((report) => {
    const text = [...writeJson(report)].join('');
    assert.doesNotMatch(text, /: (?:NaN|-?Infinity|undefined)/);
    // Times have 64 bits.
    JSON.parse(text.replace(/"edges_ns": \[[^\]]*\]/, '"edges_ns": []'), (name, value) => {
      if (typeof value === 'number' && !name.endsWith('_ns') && Number.isInteger(value))
        assert.ok(Number.isSafeInteger(value), `${name}: ${value}`);
      return value;
    });
    return text;
  });
}

async function sortedBy(options: Partial<SortOptions>, input: string, output: string): Promise<Buffer | string> {
  const summary = await answerOf(() => sortDump({ ...options, input, output }));
  if (typeof summary === 'string') return summary;
  assert.equal(summary.blocks, summary.grouped + summary.filtered + summary.malformed);
  assert.equal(summary.threads, options.threads ?? summary.threads, 'threads that scanned');
  return readFileSync(output);
}

/** The same bytes whatever the chunks and the packing. */
const sort: Law = {
  every: 1,
  async check(dump, folder) {
    const [plain, packed, output] = [join(folder, 'plain'), join(folder, 'packed'), join(folder, 'sorted')];
    writeFileSync(plain, dump);
    writeFileSync(packed, gzipSync(dump, { level: 1 }));
    for (let i = 0; i < SORTS_TRIED; i++) {
      const options = { ...SORTS[(dump.length + i) % SORTS.length], threads: 1 };
      const whole = await sortedBy({ ...options, chunkSize: '4M' }, plain, output);
      const inPieces = await sortedBy({ ...options, chunkSize: '4K' }, plain, output);
      assert.deepEqual(inPieces, whole, `chunks of 4K: ${JSON.stringify(options)}`);
      assert.deepEqual(await sortedBy(options, packed, output), whole, `packed: ${JSON.stringify(options)}`);
    }
  },
};

/** The two scanners, chunks and packing find the same, and what is saved gives the same reports. */
const aggregate: Law = {
  every: 1,
  async check(dump, folder) {
    const [plain, packed] = [join(folder, 'plain'), join(folder, 'packed')];
    writeFileSync(plain, dump);
    writeFileSync(packed, gzipSync(dump, { level: 1 }));
    const whole = await aggregateOf(plain);
    const file = saved(whole);
    assert.deepEqual(saved(await aggregateOf(plain, { chunkBytes: 1 << 22 })), file, 'chunks of 4M');
    assert.deepEqual(saved(await aggregateOf(packed)), file, 'packed');
    process.env.PAGEOWNER_SCANNER = 'typescript';
    try {
      assert.deepEqual(saved(await aggregateOf(plain)), file, 'the scan in TypeScript');
    } finally {
      delete process.env.PAGEOWNER_SCANNER;
    }
    if (typeof whole === 'string') return;
    const { facts, rows } = whole;
    assert.equal(
      rows.reduce((sum, row) => sum + row.blocks, 0),
      facts.blocks - facts.malformed,
    );
    const read = await readParquet(Uint8Array.from(file).buffer);
    assert.deepEqual(reportsOf(read, 'x'), reportsOf(whole, 'x'), 'the saved aggregate');
  },
};

/** All parts of a dump are the dump, and a dump beside itself is the dump twice. */
const parts: Law = {
  every: 1,
  async check(dump, folder) {
    const path = join(folder, 'plain');
    writeFileSync(path, dump);
    const whole = await aggregateOf(path);
    if (typeof whole === 'string') return;
    const twice = joinAggregates([whole, whole]);
    const pages = pagesOfRows(whole.rows);
    assert.equal(pagesOfRows(twice.rows), 2 * pages);
    const thirds = await Promise.all([1, 2, 3].map((number) => aggregateOf(path, { part: { number, count: 3 } })));
    // What is no dump cannot be cut.
    if (thirds.some((third) => typeof third === 'string')) return;
    assert.deepEqual(reportsOf(joinAggregates(thirds as Aggregate[]), 'x'), reportsOf(whole, 'x'), 'three parts');
  },
};

/** What is exported has all pages; a night beside the next one has a trend, and a difference that adds up. */
const made: Law = {
  every: 4,
  async check(dump, folder) {
    const [path, half] = [join(folder, 'plain'), join(folder, 'half')];
    writeFileSync(path, dump);
    writeFileSync(half, dump.subarray(0, dump.length / 2));
    const [after, before] = [await aggregateOf(path), await aggregateOf(half)];
    if (typeof after === 'string') return;
    const pages = pagesOfRows(after.rows);
    for (const to of ['folded', 'pprof', 'speedscope', 'csv', 'parquet']) {
      const text = Buffer.concat([...(await exportOf({ to }).of(after, 'x'))]).toString('latin1');
      if (to === 'folded')
        assert.equal(
          sumOf(text.split('\n').slice(0, -1), (line) => line.split(' ').at(-1)),
          pages,
        );
    }
    if (typeof before === 'string') return;
    const by = INSIGHT_KEYS.filter(({ name }) => name === 'stack');
    const { rows } = diffOf(
      [
        { path: half, aggregate: before },
        { path, aggregate: after },
      ],
      { ...PLAIN, by },
    );
    assert.equal(
      sumOf(rows, (row) => row.pages.at(-1)),
      pages,
      'diff',
    );
    const nights = [before, after, before].map((one, i) => {
      return { night: `${i}`, name: 'x', takenAt: i * 86_400_000, aggregate: one };
    });
    const trends = await trendOf(nights, { ...PLAIN, by, together: false });
    assert.equal(
      sumOf(trends.rows, (row) => row.pages[1]),
      pages,
      'trend',
    );
  },
};

function sumOf<T>(items: readonly T[], of: (item: T) => unknown): number {
  return items.reduce((sum, item) => sum + Number(of(item)), 0);
}

/** Threads find what one finds. */
const threads: Law = {
  every: 50,
  async check(dump, folder) {
    // Nothing is not shared.
    if (dump.length === 0) return;
    const [plain, output] = [join(folder, 'plain'), join(folder, 'sorted')];
    // Smaller files are left to one thread.
    writeFileSync(plain, Buffer.concat(Array(Math.ceil((CHUNKS_FOR_MAIN * 4200) / dump.length)).fill(dump)));
    for (const options of [SORTS[0], SORTS[1], SORTS[6]]) {
      const one = await sortedBy({ ...options, threads: 1 }, plain, output);
      assert.deepEqual(await sortedBy({ ...options, threads: 2, chunkSize: '4K' }, plain, output), one, 'sort');
    }
    const one = await aggregateOf(plain);
    assert.deepEqual(saved(await aggregateOf(plain, { threads: 2 })), saved(one), 'aggregate');
  },
};

/** As processes: documented exit codes, lines on stderr, no stack trace, and of a pipe the same as of the file. */
const processes: Law = {
  every: 50,
  async check(dump, folder) {
    const path = join(folder, 'dump');
    writeFileSync(path, dump);
    const out = join(folder, 'night');
    rmSync(out, { recursive: true, force: true });
    const runs = [
      ['page_owner_sort', ['--cull=st', path, '-'], [0, 1]],
      ['page_owner_sort', ['--cull=st', '-', '-'], [0, 1]],
      ['pageowner', ['top', '--by', 'kind,reason', path], [0, 2]],
      ['pageowner', ['info', path], [0, 2]],
      ['pageowner', ['diff', path, path], [0, 2]],
      ['pageowner', ['export', '--to', 'parquet', path], [0, 2]],
      ['pageowner', ['export', '--to', 'parquet', '-'], [0, 2]],
      ['pageowner', ['batch', folder, '--out', out, '--run', 'top --by kind', '--run', 'age'], [0, 1]],
    ] as const;
    const outputs = runs.map(([program, args, codes]) => {
      const { status, stdout, stderr } = run(program, args, { input: dump });
      assert.ok((codes as readonly (number | null)[]).includes(status), `${program} ${args[0]}: ${status} ${stderr}`);
      assert.doesNotMatch(stderr, /internal error|\n {4}at /);
      assert.match(stderr, /^(?:page_owner_sort: .*\n|pageowner: .*\n)*$/);
      return stdout;
    });
    assert.equal(outputs[1], outputs[0], 'page_owner_sort of a pipe');
    assert.equal(outputs[6], outputs[5], 'export of a pipe');
    const whole = await aggregateOf(path);
    const lines = readFileSync(join(out, 'results.ndjson'), 'utf8').split('\n').slice(0, -1);
    const told = lines.map((line) => JSON.parse(line)).find(({ name }) => name === 'dump');
    if (typeof whole !== 'string' && told.status === 'ok') assert.equal(told.counts.pages, pagesOfRows(whole.rows));
  },
};

export const LAWS: Readonly<Record<string, Law>> = { sort, aggregate, parts, made, threads, processes };
