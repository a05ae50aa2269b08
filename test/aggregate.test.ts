import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { NO_NANOS } from '../src/format/timestamp.js';
import type { Aggregate } from '../src/merge/aggregate/aggregate.js';
import type { AggregatePartial } from '../src/merge/aggregate/aggregate-partial.js';
import { copyOf, distinctRows } from '../src/merge/aggregate/builder.js';
import { joinAggregates } from '../src/merge/aggregate/join.js';
import { readParquet } from '../src/merge/aggregate/read-parquet.js';
import { readPartial } from '../src/merge/aggregate/read-partial.js';
import { writeParquet } from '../src/merge/writers/parquet.js';
import { KernelAggregator } from '../src/workers/kernel-aggregator.js';
import { aggregateRunner } from '../src/workers/runners.js';
import type { Scanner } from '../src/workers/scanner.js';
import type { AggregatePlan } from '../src/workers/task.js';
import { TypeScriptAggregator } from '../src/workers/typescript-aggregator.js';
import { BLOCK, fixtureDump, ROOT, temporaryFolder, writeInto } from './helpers.js';
import { dumps, longDumps } from './random-dump.js';

const pageblocks = gunzipSync(readFileSync(join(ROOT, 'fixtures/6.12-mixed/pageblocks.txt.gz')));

const RUNS = 200 * Number(process.env.PROPERTY_RUNS ?? 1);

const ALL: AggregatePlan = { since: NO_NANOS, withoutReleased: false };
const PLANS: readonly AggregatePlan[] = [
  ALL,
  { since: 2n, withoutReleased: false },
  { since: 9_007_199_254_740_992n, withoutReleased: true },
];

type AnyScanner = Scanner<AggregatePartial, AggregatePartial>;

/** The partial of a dump that comes in pieces of these lengths, over and over. */
function partialOf(
  dump: Uint8Array,
  plan: AggregatePlan,
  scanner: AnyScanner,
  lengths: readonly number[],
): AggregatePartial {
  const runner = aggregateRunner(plan, scanner);
  for (let at = 0, i = 0; at < dump.length; i++) {
    const piece = dump.subarray(at, at + (lengths[i % lengths.length] as number));
    runner.addBytes(piece, at);
    at += piece.length;
  }
  runner.endChunk(0);
  const { found } = runner.result();
  assert.ok(!('runs' in found));
  return found;
}

function aggregateOf(
  dump: Uint8Array,
  plan = ALL,
  scanner: AnyScanner = new KernelAggregator(plan),
  lengths = [Infinity],
): Aggregate {
  return readPartial(partialOf(dump, plan, scanner, lengths), plan.since === NO_NANOS ? null : plan.since);
}

/** All that an aggregate says, as text that is equal for equal ones. */
function textOf(aggregate: Aggregate): string {
  return inspect(
    { facts: aggregate.facts, rows: distinctRows(aggregate).map(copyOf) },
    { depth: 9, maxArrayLength: null, sorted: true },
  );
}

/** The parts of a dump between some empty lines. */
function partsOf(dump: Buffer, cuts: readonly number[]): Buffer[] {
  const ends = cuts.map((cut) => dump.indexOf('\n\n', cut) + 2).filter((end) => end >= 2);
  const places = [0, ...[...new Set(ends)].sort((a, b) => a - b), dump.length];
  return places.slice(1).map((end, i) => dump.subarray(places[i], end));
}

test('kernel and TypeScript aggregate the same, however the dump comes in pieces', () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 5 });
  const property = fc.property(fc.oneof(dumps, longDumps), lengths, fc.constantFrom(...PLANS), (text, pieces, plan) => {
    const dump = Buffer.from(text, 'latin1');
    const whole = textOf(aggregateOf(dump, plan, new TypeScriptAggregator(plan)));
    assert.ok(textOf(aggregateOf(dump, plan, new KernelAggregator(plan), pieces)) === whole);
  });
  fc.assert(property, { numRuns: RUNS });
});

test('kernel and TypeScript aggregate real dumps the same', () => {
  for (const name of ['6.12-boot', '6.12-mixed', '6.1-mixed']) {
    const dump = fixtureDump(name);
    const kernel = textOf(aggregateOf(dump, ALL, new KernelAggregator(ALL), [10_000]));
    assert.ok(kernel === textOf(aggregateOf(dump, ALL, new TypeScriptAggregator(ALL))), name);
  }
});

test('a PFN line that ends behind its number has no place, whatever the line before was', () => {
  const cut = BLOCK.replace(/(PFN 0x10).*/, '$1').replace('pid 7', 'pid 8');
  const odd = BLOCK.replace('\n\n', '\nts 3 ns\n\n');
  for (const before of ['', BLOCK, odd, BLOCK.replace(/(PFN 0x10) .*/, '$1 Block 7 type 2'), cut]) {
    const dump = Buffer.from(BLOCK + before + cut + BLOCK);
    const [kernel, plain] = [new KernelAggregator(ALL), new TypeScriptAggregator(ALL)].map((scanner) =>
      aggregateOf(dump, ALL, scanner),
    );
    assert.equal(textOf(kernel as Aggregate), textOf(plain as Aggregate));
    const placed = kernel?.rows.filter(({ task, place }) => task.pid === 8 && place.migratetype !== '');
    assert.deepEqual(placed, []);
  }
});

test('partials of threads are absorbed in any order', () => {
  const dump = fixtureDump('6.12-mixed');
  const [first, ...others] = partsOf(dump, [30_000, 90_000, 200_000]).map((part) => {
    return partialOf(part, ALL, new KernelAggregator(ALL), [Infinity]);
  });
  for (const order of [others, [...others].reverse()]) {
    const scanner = new KernelAggregator(ALL);
    for (const partial of [...order, first as AggregatePartial]) scanner.absorb(partial);
    const all = scanner.table();
    assert.equal(
      all.blocks.reduce((sum, count) => sum + count, 0),
      aggregateOf(dump).facts.blocks,
    );
    assert.ok(textOf(readPartial(all, null)) === textOf(aggregateOf(dump)));
  }
});

test('a split dump joined in any order and tree gives the bytes of the whole', async () => {
  const dump = fixtureDump('6.12-mixed');
  const whole = Buffer.from(writeParquet(aggregateOf(dump), '1'));
  const cuts = fc.array(fc.nat({ max: dump.length }), { minLength: 1, maxLength: 4 });
  const property = fc.asyncProperty(cuts, fc.boolean(), async (places, isTree) => {
    const files = partsOf(dump, places).map((part) => writeParquet(aggregateOf(part), '1'));
    const parts = await Promise.all(files.map((file) => readParquet(Uint8Array.from(file).buffer)));
    const [first, ...others] = parts.reverse() as [Aggregate, ...Aggregate[]];
    const joined = isTree ? joinAggregates([first, joinAggregates(others)]) : joinAggregates(parts);
    assert.ok(whole.equals(writeParquet(joined, '1')));
  });
  await fc.assert(property, { numRuns: 10 });
});

test('a saved aggregate is read back as it was', async () => {
  for (const dump of [fixtureDump('6.1-mixed'), Buffer.from(''), Buffer.from(BLOCK)]) {
    const aggregate = aggregateOf(dump, PLANS[1]);
    const file = Uint8Array.from(writeParquet(aggregate, '1')).buffer;
    assert.ok(textOf(await readParquet(file)) === textOf(aggregate));
  }
});

test('the last times of 64 bits are saved, and blocks without a time stay apart from them', async () => {
  const times = ['18446744073709551614', '', '18446744073709551000', '', '18446744073709549567'];
  const dump = Buffer.from(times.map((ts) => BLOCK.replace('1234', ts)).join(''));
  const aggregate = await readParquet(Uint8Array.from(writeParquet(aggregateOf(dump), '1')).buffer);
  assert.ok(textOf(aggregate) === textOf(aggregateOf(dump, ALL, new TypeScriptAggregator(ALL))));
  const [row] = aggregate.rows;
  assert.deepEqual([row?.blocks, row?.times.blocks, row?.newest], [5, [3], 18446744073709551614n]);
});

test('DuckDB reads a saved aggregate', async () => {
  const path = writeInto(
    temporaryFolder(),
    'a.parquet',
    Buffer.from(writeParquet(aggregateOf(fixtureDump('6.12-boot')), '1')),
  );
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const answer = await connection.runAndReadAll(
    `select sum(blocks)::int, sum(list_sum(pageblock_blocks))::int, sum(list_sum(ts_blocks))::int, count(distinct stack)::int, min(oldest_ns)::text from '${path}'`,
  );
  const { facts, rows } = aggregateOf(fixtureDump('6.12-boot'));
  const oldest = rows.map((row) => row.oldest as bigint).reduce((a, b) => (a < b ? a : b));
  const stacks = new Set(rows.map(({ stack }) => stack.join()));
  assert.deepEqual(answer.getRows(), [[facts.blocks, facts.blocks, facts.blocks, stacks.size, String(oldest)]]);
});

test('a command name that looks like a PFN line is not taken for one', () => {
  const hostile = BLOCK.replace('comm', 'a\nPFN 0x1');
  const [row] = aggregateOf(Buffer.from(hostile)).rows;
  assert.equal(row?.place.zone, '0');
  assert.deepEqual(row?.pageblocks, { numbers: [0], blocks: [1] });
});

test('the pageblock order is the one that all blocks agree with', () => {
  const at = (pfn: number, pageblock: number): string =>
    BLOCK.replace('0x10', `0x${pfn.toString(16)}`).replace('Block 0', `Block ${pageblock}`);
  const { facts } = aggregateOf(Buffer.from(at(0x400, 2) + at(0x5ff, 2) + at(0x600, 3)));
  assert.deepEqual(facts.pageblockOrders.indexOf(3), 9);
});

test('old kernels say less, and nothing of it is lost', () => {
  const lines = (pfn: string, header = ''): Buffer =>
    Buffer.from(`Page allocated via order 1, mask 0x0${header}\n${pfn}\n f+0x1/0x2\n\n`);
  const [old] = aggregateOf(lines('PFN 30625 Block 59 type 2 Fallback Flags    U L      ')).rows;
  assert.deepEqual([old?.pages, old?.oldest, old?.place.pageblockType, old?.pageblocks.numbers], [2, null, '2', [59]]);
  const [newer] = aggregateOf(lines('PFN 111 type Movable Block 0 type CMA Flags 0x0(lru)', '(GFP_KERNEL)')).rows;
  assert.deepEqual(newer?.place, { migratetype: 'Movable', pageblockType: 'CMA', node: '', zone: '' });
  const [none] = aggregateOf(Buffer.from('Page allocated via order 0, mask 0x0\n f+0x1/0x2\n\n')).rows;
  assert.deepEqual([none?.blocks, none?.pageblocks.numbers], [1, []]);
});

test('the queries of docs/aggregate.md run, and count mixed pageblocks as frag does', async () => {
  const path = writeInto(temporaryFolder(), 'x.parquet', Buffer.from(writeParquet(aggregateOf(pageblocks), '1')));
  const [, queries = ''] = /```sql\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, 'docs/aggregate.md'), 'utf8')) ?? [];
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const answers = [];
  for (const query of queries.split(';').filter((text) => text.trim() !== ''))
    answers.push((await connection.runAndReadAll(query.replace(/'[^']*\.parquet'/g, `'${path}'`))).getRowsJson());
  assert.equal(answers.length, 3);
  assert.equal(answers[0]?.length, 20);
  assert.deepEqual(answers[2], [['1', '26']]);
});
