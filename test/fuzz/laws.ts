import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PageownerError } from '../../src/main/errors.js';
import { type LoadOptions, loadSnapshot } from '../../src/main/load-snapshot.js';
import { sortDump } from '../../src/main/sort-dump.js';
import type { SortOptions } from '../../src/main/sort-options.js';
import type { Aggregate } from '../../src/merge/aggregate/aggregate.js';
import { readParquet } from '../../src/merge/aggregate/read-parquet.js';
import { ageOf } from '../../src/merge/insight/age.js';
import { diffOf } from '../../src/merge/insight/diff.js';
import { fragOf } from '../../src/merge/insight/frag.js';
import { INSIGHT_KEYS } from '../../src/merge/insight/keys.js';
import { topOf } from '../../src/merge/insight/top.js';
import { writeJson } from '../../src/merge/writers/json.js';
import { writeParquet } from '../../src/merge/writers/parquet.js';
import { run } from '../helpers.js';

/** What must hold of any input. Each law throws an AssertionError where it does not. */
export type Law = (dump: Buffer, folder: string) => Promise<void> | void;

const LOAD: LoadOptions = { threads: 1, chunkBytes: 4096, since: null, withoutReleased: false };
const PLAIN = { selection: {}, ignoreOffsets: false };

const SORTS: readonly Partial<SortOptions>[] = [
  {},
  { cull: 'stacktrace', sort: '-pages' },
  { cull: 'pid,name', sort: 'name,-times' },
  { cull: 'tgid,allocator,free', compat: '6.1' },
  { mergeFreeTs: true, fromLogs: true },
  { withoutReleased: true, pid: '1,2' },
];

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

export const LAWS: Readonly<Record<string, Law>> = {
  /** blocks = grouped + filtered + malformed, and the same bytes whatever the parallelism and the packing. */
  async sort(dump, folder) {
    const [plain, packed] = [join(folder, 'plain'), join(folder, 'packed')];
    writeFileSync(plain, dump);
    writeFileSync(packed, gzipSync(dump, { level: 1 }));
    for (const [i, options] of SORTS.entries()) {
      const outputs: (Buffer | string)[] = [];
      for (const [input, chunkSize] of [
        [plain, '4M'],
        [plain, '4K'],
        [packed, '64K'],
      ] as const) {
        const output = join(folder, `sorted-${i}`);
        const summary = await answerOf(() => sortDump({ ...options, input, output, chunkSize, threads: 1 }));
        if (typeof summary === 'string') outputs.push(summary);
        else {
          assert.equal(summary.blocks, summary.grouped + summary.filtered + summary.malformed);
          outputs.push(readFileSync(output));
        }
      }
      assert.deepEqual(outputs[1], outputs[0], `chunks of 4K: ${JSON.stringify(options)}`);
      assert.deepEqual(outputs[2], outputs[0], `packed: ${JSON.stringify(options)}`);
    }
  },

  /** The two scanners, chunks and packing find the same, and what is saved gives the same reports. */
  async aggregate(dump, folder) {
    const [plain, packed] = [join(folder, 'plain'), join(folder, 'packed')];
    writeFileSync(plain, dump);
    writeFileSync(packed, gzipSync(dump, { level: 1 }));
    const aggregate = await aggregateOf(plain);
    const file = saved(aggregate);
    assert.deepEqual(saved(await aggregateOf(plain, { chunkBytes: 1 << 22 })), file, 'chunks of 4M');
    assert.deepEqual(saved(await aggregateOf(packed)), file, 'packed');
    process.env.PAGEOWNER_SCANNER = 'typescript';
    try {
      assert.deepEqual(saved(await aggregateOf(plain)), file, 'the scan in TypeScript');
    } finally {
      delete process.env.PAGEOWNER_SCANNER;
    }
    if (typeof aggregate === 'string') return;
    const { facts, rows } = aggregate;
    assert.equal(
      rows.reduce((sum, row) => sum + row.blocks, 0),
      facts.blocks - facts.malformed,
    );
    const read = await readParquet(Uint8Array.from(file).buffer);
    assert.deepEqual(reportsOf(read, 'x'), reportsOf(aggregate, 'x'), 'the saved aggregate');
  },

  /** As a process: documented exit codes, lines on stderr, no stack trace. */
  process(dump, folder) {
    const path = join(folder, 'dump');
    writeFileSync(path, dump);
    for (const [program, args, codes] of [
      ['page_owner_sort', ['--cull=st', path, '/dev/null'], [0, 1]],
      ['pageowner', ['top', '--by', 'kind,reason', path], [0, 2]],
      ['pageowner', ['info', path], [0, 2]],
      ['pageowner', ['diff', path, path], [0, 2]],
      ['pageowner', ['export', '--to', 'pprof', path, '-o', '/dev/null'], [0, 2]],
    ] as const) {
      const { status, stderr } = run(program, args);
      assert.ok((codes as readonly (number | null)[]).includes(status), `${program} ${args[0]}: ${status} ${stderr}`);
      assert.doesNotMatch(stderr, /internal error|\n {4}at /);
      assert.match(stderr, /^(?:page_owner_sort: .*\n|pageowner: .*\n)*$/);
    }
  },
};
