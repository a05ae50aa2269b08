/**
 * The sorter against a slow and plain reference, on random dumps. PROPERTY_RUNS multiplies the number of runs: `PROPERTY_RUNS=20 node --test
 * dist/test/property.test.js` is a night's search.
 */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { sortDump } from '../src/main/sorting/sort-dump.js';
import { TYPED_NAMES } from './command-names.js';
import { temporaryFolder } from './helpers.js';
import { dumps, longDumps, terminatedDumps } from './random-dump.js';
import { type ReferenceOptions, referenceSort } from './reference.js';

const RUNS = Number(process.env.PROPERTY_RUNS ?? 1);

const directory = temporaryFolder();
const input = join(directory, 'dump');
const output = join(directory, 'report');

/** How the work is cut up, which must not show in the result. */
interface Cut {
  readonly threads: number;
  readonly chunkSize: number;
}

/** What both sorters tell. Text is latin1: byte by byte, and printed readably where two differ. */
interface Result {
  readonly text: string;
  readonly blocks: number;
  readonly grouped: number;
  readonly filtered: number;
  readonly malformed: number;
  readonly foreign: number;
}

const CULL_KEYS = [
  'st',
  'stacktrace',
  'f',
  'free',
  'p',
  'pid',
  'tg',
  'tgid',
  'n',
  'name',
  'ator',
  'allocator',
  'mod',
  'module',
];
const SORT_KEYS = [
  'p',
  'tg',
  'n',
  'st',
  'T',
  'at',
  'ft',
  'ator',
  'times',
  'pages',
  'pid',
  'tgid',
  'name',
  'txt',
  'alloc_ts',
  'mod',
  'module',
];
const TYPED_MODULES = ['vmlinux', 'polleak', 'zram', 'zsmalloc', 'mod', 'tail', 'x', 'named', 'none'];
const TYPED_IDS = ['1', '7', '0', '34', '-1', '05', '4294967297', '999999999999999'];

const sortKey = fc.tuple(fc.constantFrom('', '-', '+'), fc.constantFrom(...SORT_KEYS)).map((parts) => parts.join(''));

function listOf(values: readonly string[]): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }).map((list) => list.join(','));
}

const selections = fc.record(
  { pid: listOf(TYPED_IDS), tgid: listOf(TYPED_IDS), name: listOf(TYPED_NAMES), module: listOf(TYPED_MODULES) },
  { requiredKeys: [] },
);

const otherOptions = fc.record(
  {
    cull: listOf(CULL_KEYS),
    sort: fc.array(sortKey, { minLength: 1, maxLength: 3 }).map((keys) => keys.join(',')),
    withoutReleased: fc.boolean(),
    compat: fc.constantFrom('6.12' as const, '6.1' as const),
    mergeFreeTs: fc.boolean(),
  },
  { requiredKeys: [] },
);

/** Mostly without a selection, which leaves out nearly everything. */
const options: fc.Arbitrary<ReferenceOptions> = fc.oneof(
  { arbitrary: otherOptions, weight: 3 },
  {
    arbitrary: fc.tuple(otherOptions, selections).map(([others, selection]) => ({ ...others, ...selection })),
    weight: 1,
  },
);

/** A byte a chunk: every chunk is one block. */
const chunkSizes = fc.oneof(fc.constantFrom(1, 2, 100, 1000, 4 << 20), fc.integer({ min: 1, max: 5000 }));

const bytes = (dump: string): Buffer => Buffer.from(dump, 'latin1');

async function sorted(dump: Buffer, typed: ReferenceOptions, cut: Cut): Promise<Result> {
  await writeFile(input, dump);
  const { blocks, grouped, filtered, malformed, foreign } = await sortDump({ ...typed, ...cut, input, output });
  const text = await readFile(output, 'latin1');
  return { text, blocks, grouped, filtered, malformed, foreign };
}

function expected(dump: string, typed: ReferenceOptions): Result {
  const { output, ...counts } = referenceSort(bytes(dump), typed);
  return { text: output.toString('latin1'), ...counts };
}

function check<T extends [unknown, ...unknown[]]>(property: fc.IAsyncProperty<T>, numRuns: number): Promise<void> {
  return fc.assert(property, { numRuns: numRuns * RUNS });
}

test('a random dump gives what the reference gives', () =>
  check(
    fc.asyncProperty(dumps, options, chunkSizes, async (dump, typed, chunkSize) => {
      assert.deepEqual(await sorted(bytes(dump), typed, { threads: 1, chunkSize }), expected(dump, typed));
    }),
    2000,
  ));

test('so it does with several threads', () =>
  check(
    fc.asyncProperty(longDumps, options, fc.integer({ min: 2, max: 3 }), async (dump, typed, threads) => {
      assert.deepEqual(await sorted(bytes(dump), typed, { threads, chunkSize: 1 }), expected(dump, typed));
    }),
    20,
  ));

test('so it does where the dump must be unpacked', () =>
  check(
    fc.asyncProperty(dumps, options, chunkSizes, async (dump, typed, chunkSize) => {
      const packed = gzipSync(bytes(dump));
      assert.deepEqual(await sorted(packed, typed, { threads: 1, chunkSize }), expected(dump, typed));
    }),
    300,
  ));

test('the size of chunks does not show', () =>
  check(
    fc.asyncProperty(longDumps, options, chunkSizes, chunkSizes, async (dump, typed, one, other) => {
      const first = await sorted(bytes(dump), typed, { threads: 1, chunkSize: one });
      assert.deepEqual(await sorted(bytes(dump), typed, { threads: 1, chunkSize: other }), first);
    }),
    50,
  ));

test('the groups have all blocks that were grouped, and no others', () =>
  check(
    fc.asyncProperty(dumps, options, chunkSizes, async (dump, typed, chunkSize) => {
      // Culled by numbers alone, a group is a line: there is no name or stack that could look like another.
      const { name: _, ...nameless } = typed;
      const culled = { ...nameless, cull: 'pid,tgid,free,allocator' };
      const { text, ...counts } = await sorted(bytes(dump), culled, { threads: 1, chunkSize });
      const times = text.split('\n').map((line) => Number.parseInt(line, 10) || 0);
      assert.equal(sum(times), counts.grouped);
      assert.equal(counts.blocks, counts.grouped + counts.filtered + counts.malformed);
    }),
    300,
  ));

test('the counts of two dumps add up', () =>
  check(
    fc.asyncProperty(terminatedDumps, terminatedDumps, options, chunkSizes, async (one, other, typed, chunkSize) => {
      const cut = { threads: 1, chunkSize };
      const both = await sorted(bytes(one + other), typed, cut);
      const first = await sorted(bytes(one), typed, cut);
      const second = await sorted(bytes(other), typed, cut);
      for (const count of ['blocks', 'grouped', 'filtered', 'malformed', 'foreign'] as const) {
        assert.equal(both[count], first[count] + second[count], count);
      }
    }),
    200,
  ));

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
