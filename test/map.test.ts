import assert from 'node:assert/strict';
import fs, { readFileSync, statSync, truncateSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { mock, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { NO_NANOS } from '../src/format/timestamp.js';
import { type LoadOptions, loadSnapshot } from '../src/main/reading/load-snapshot.js';
import type { Part } from '../src/main/reading/part.js';
import type { Aggregate } from '../src/merge/aggregate/aggregate.js';
import { joinAggregates } from '../src/merge/aggregate/join.js';
import { readParquet } from '../src/merge/aggregate/read-parquet.js';
import { readPartial } from '../src/merge/aggregate/read-partial.js';
import { formOf } from '../src/merge/forms/forms.js';
import { writeParquet } from '../src/merge/writers/parquet.js';
import { findBoundary } from '../src/workers/find-boundary.js';
import { ReadError } from '../src/workers/read-error.js';
import { aggregateRunner } from '../src/workers/runners.js';
import { BLOCK, fixtureDump, run, temporaryFolder, writeInto } from './helpers.js';
import { dumps, longDumps } from './random-dump.js';

const folder = temporaryFolder();
const RUNS = 25 * Number(process.env.PROPERTY_RUNS ?? 1);
const LOAD: LoadOptions = { threads: 1, chunkBytes: 4096, since: null, withoutReleased: false };
const mixed = fixtureDump('6.12-mixed');

/** Runs a command that must succeed, without a word. */
function pageowner(...args: string[]): void {
  const { status, stderr } = run('pageowner', args);
  assert.deepEqual([status, stderr], [0, '']);
}

const inFolder = (name: string): string => join(folder, name);

/** The aggregate of a dump, not read from a file. */
function aggregateOf(dump: Buffer): Aggregate {
  const runner = aggregateRunner({ since: NO_NANOS, withoutReleased: false });
  if (dump.length > 0) runner.addBytes(dump, 0);
  runner.endChunk(0);
  const { found } = runner.result();
  assert.ok(!('runs' in found));
  return readPartial(found, null);
}

async function aggregateOfPart(path: string, part: Part, options: Partial<LoadOptions> = {}): Promise<Aggregate> {
  return (await loadSnapshot(path, { ...LOAD, ...options, part })).aggregate;
}

async function partsOf(path: string, count: number, options: Partial<LoadOptions> = {}): Promise<Aggregate[]> {
  const parts: Aggregate[] = [];
  for (let number = 1; number <= count; number++) parts.push(await aggregateOfPart(path, { number, count }, options));
  return parts;
}

const file = (aggregate: Aggregate): Buffer => Buffer.from(writeParquet(aggregate, '1'));
const savedAndRead = (aggregate: Aggregate): Promise<Aggregate> =>
  readParquet(Uint8Array.from(file(aggregate)).buffer as ArrayBuffer);

/** Joins in a random order and tree: again and again, some of what there is becomes one saved file. */
async function joined(parts: readonly Aggregate[], picks: readonly number[]): Promise<Aggregate> {
  const left = [...parts];
  for (let turn = 0; left.length > 1; turn++) {
    const pick = picks[turn % picks.length] as number;
    const some = Array.from({ length: Math.min(left.length, 2 + (pick % 3)) }, (_, i) => {
      return left.splice((pick + i * 7) % left.length, 1)[0] as Aggregate;
    });
    left.push(await savedAndRead(joinAggregates(some)));
  }
  return joinAggregates(left);
}

test('all parts of a dump, merged in any order and tree, are the file of the whole', async () => {
  const counts = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 40, max: 60 }));
  const picks = fc.array(fc.nat(1000), { minLength: 1, maxLength: 12 });
  const property = fc.asyncProperty(fc.oneof(dumps, longDumps), counts, picks, async (text, count, order) => {
    fc.pre(formOf(text.slice(0, 1 << 16))?.id === 'dump');
    const dump = Buffer.from(text, 'latin1');
    const parts = await partsOf(writeInto(folder, 'random', dump), count);
    assert.ok(file(await joined(parts, order)).equals(file(aggregateOf(dump))));
  });
  await fc.assert(property, { numRuns: RUNS });
});

const released = BLOCK.replace('ts 1234 ns', 'ts 1234 ns, free_ts 2000 ns');
const SELECTIONS: readonly (readonly string[])[] = [
  [],
  ['--match', 'shmem', '--since', '30000000000'],
  ['-f'],
  // One part has nothing but what is selected.
  ['-f', '--name', 'comm,tail'],
];

for (const options of SELECTIONS)
  test(`map and merge write the bytes of export ${options.join(' ')}`, () => {
    const dump = writeInto(folder, 'dump.txt', Buffer.concat([mixed, Buffer.from((BLOCK + released).repeat(3000))]));
    const [whole, merged] = ['whole.parquet', 'merged.parquet'].map(inFolder) as [string, string];
    const parts = [3, 1, 4, 2].map((number) => {
      const part = inFolder(`${number}.parquet`);
      pageowner('map', dump, '--part', `${number}/4`, ...options, '-o', part);
      return part;
    });
    const half = inFolder('half.parquet');
    pageowner('merge', ...parts.slice(2), '-o', half);
    pageowner('merge', parts[1] as string, half, parts[0] as string, '-o', merged);
    pageowner('export', dump, ...options, '-o', whole);
    assert.ok(readFileSync(merged).equals(readFileSync(whole)));
  });

test('threads scan a part as one does', async () => {
  const path = writeInto(folder, 'threads.txt', mixed);
  const alone = await partsOf(path, 3);
  // Chunks so small that a part is worth a pool.
  const together = await partsOf(path, 3, { threads: 2, chunkBytes: 400 });
  assert.ok(alone.every((part) => part.facts.bytes > 384 * 400));
  for (const [i, part] of together.entries()) assert.ok(file(part).equals(file(alone[i] as Aggregate)));
});

test('of more parts than blocks some are empty, and no error', () => {
  const dump = writeInto(folder, 'small.txt', BLOCK.repeat(2));
  const parts = [1, 2, 3, 4, 5].map((number) => inFolder(`small-${number}.parquet`));
  for (const [i, part] of parts.entries()) pageowner('map', dump, '--part', `${i + 1}/5`, '-o', part);
  const blocks = parts.map(
    (part) => JSON.parse(run('pageowner', ['top', part, '--format', 'json']).stdout).dump.blocks,
  );
  assert.deepEqual(blocks, [1, 0, 1, 0, 0]);
  pageowner('merge', ...parts, '-o', inFolder('small.parquet'));
  pageowner('export', dump, '-o', inFolder('small-whole.parquet'));
  assert.ok(readFileSync(inFolder('small.parquet')).equals(readFileSync(inFolder('small-whole.parquet'))));
});

test('a last block without its empty line is malformed in the part that has it', async () => {
  const path = writeInto(folder, 'cut.txt', BLOCK.repeat(6).slice(0, -1));
  const parts = await partsOf(path, 3);
  assert.deepEqual(
    parts.map(({ facts }) => [facts.blocks, facts.malformed]),
    [
      [2, 0],
      [2, 0],
      [2, 1],
    ],
  );
});

test('a part is read where it is, and nothing else of the dump', async () => {
  const path = writeInto(folder, 'range.txt', mixed);
  const places: number[] = [];
  const original = fs.readSync;
  mock.method(fs, 'readSync', (...args: [number, Uint8Array, number, number, number]) => {
    const read = (original as (...all: typeof args) => number)(...args);
    places.push(args[4], args[4] + read);
    return read;
  });
  syncBuiltinESMExports();
  try {
    await aggregateOfPart(path, { number: 2, count: 3 });
  } finally {
    mock.restoreAll();
    syncBuiltinESMExports();
  }
  // The form of an input is recognised by its beginning.
  const behindStart = places.filter((place) => place > 1 << 16);
  assert.ok(behindStart.length > 4);
  assert.ok(Math.min(...behindStart) > mixed.length / 3 - 10);
  assert.ok(Math.max(...behindStart) < (2 * mixed.length) / 3 + 20_000);
});

test('a dump that gets shorter or is written to while its part is read is an error', async () => {
  const path = writeInto(folder, 'shrinking.txt', mixed);
  let isCut = false;
  const onProgress = (): void => {
    if (!isCut) truncateSync(path, mixed.length - 10);
    isCut = true;
  };
  const first = aggregateOfPart(path, { number: 1, count: 2 }, { onProgress });
  await assert.rejects(first, /shrinking\.txt changed while it was read/);
  writeInto(folder, 'shrinking.txt', mixed);
  isCut = false;
  const last = aggregateOfPart(path, { number: 2, count: 2 }, { onProgress });
  await assert.rejects(last, /shrinking\.txt got shorter while it was read: it ends at byte/);
});

test('a boundary that cannot be read is an error that says where', () => {
  assert.throws(
    () => findBoundary(-1, 9, 99),
    (error) => error instanceof ReadError && error.failure.offset === 6,
  );
});

const plain = writeInto(folder, 'plain.txt', BLOCK);
const packed = writeInto(folder, 'packed.gz', gzipSync(BLOCK));
const saved = inFolder('saved.parquet');
pageowner('export', plain, '-o', saved);
const stacks = writeInto(folder, 'stacks.txt', ' f+0x1/0x2\n g+0x1/0x2\nnr_base_pages: 5\n\n');
const OUT = inFolder('never.parquet');
const FAULTS: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['no part', [plain, '-o', OUT], /which part\? Give --part I\/N/],
  [
    'part 0, as if counted from 0',
    [plain, '--part', '0/8', '-o', OUT],
    /--part takes I\/N with I from 1 to N, .* not 0\/8/,
  ],
  ['a part behind the last', [plain, '--part', '9/8', '-o', OUT], /not 9\/8/],
  ['no number', [plain, '--part', '1', '-o', OUT], /not 1$/],
  ['no output', [plain, '--part', '1/2'], /map needs -o FILE/],
  ['a packed dump', [packed, '--part', '1/2', '-o', OUT], /packed\.gz cannot be cut into parts: .*unpack/],
  ['a pipe', ['-', '--part', '1/2', '-o', OUT], /standard input cannot be cut into parts: .*save it to a plain file/],
  ['a saved aggregate', [saved, '--part', '1/2', '-o', OUT], /saved\.parquet cannot be cut .* merge takes whole/],
  ['show_stacks', [stacks, '--part', '1/2', '-o', OUT], /stacks\.txt cannot be cut .* merge takes whole/],
  ['the dump as output', [plain, '--part', '1/1', '-o', plain], /are the same file/],
];

for (const [name, args, message] of FAULTS)
  test(`map of ${name} is one line and exit code 2`, () => {
    const { status, stdout, stderr } = run('pageowner', ['map', ...args], { input: BLOCK });
    assert.match(stderr, /^pageowner: .*\n$/);
    assert.match(stderr.trimEnd(), message);
    assert.deepEqual([status, stdout], [2, '']);
    assert.equal(statSync(OUT, { throwIfNoEntry: false }), undefined);
  });

test('a part that is given twice is refused by both names, also within a half', () => {
  const dump = writeInto(folder, 'twice.txt', mixed);
  const parts = [1, 2, 3].map((number) => {
    const part = inFolder(`twice${number}.parquet`);
    pageowner('map', dump, '--part', `${number}/3`, '-o', part);
    return part;
  });
  const [first, second, third] = parts as [string, string, string];
  const half = inFolder('twice-half.parquet');
  pageowner('merge', first, second, '-o', half);
  for (const [given, other] of [
    [[first, third, first], first],
    [[half, second], half],
    [[third, half, first], half],
  ] as const) {
    const { status, stderr } = run('pageowner', ['merge', ...given, '-o', inFolder('none')]);
    assert.equal(status, 2);
    assert.match(stderr, /^pageowner: .* have the same part of a dump.*\n$/);
    assert.ok(stderr.includes(other) && stderr.includes(given.at(-1) as string));
  }
  pageowner('merge', third, half, '-o', inFolder('twice-whole.parquet'));
});
