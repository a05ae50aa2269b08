import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadSnapshot } from '../src/main/reading/load-snapshot.js';
import { readParquet } from '../src/merge/aggregate/read-parquet.js';
import { INSIGHT_KEYS } from '../src/merge/insight/insight-keys.js';
import { type NightDump, type Trends, trendOf } from '../src/merge/insight/trend.js';
import { trendClassOf } from '../src/merge/insight/trend-class.js';
import { writeParquet } from '../src/merge/writers/parquet.js';
import { ROOT, run, temporaryFolder, writeInto } from './helpers.js';
import { aggregateOf, writeNightDump } from './nights.js';

const folder = temporaryFolder();
const load = { threads: 1, chunkBytes: 1 << 20, since: null, withoutReleased: false };
const dayOf = (night: number): string => `2026-11-${String(night).padStart(2, '0')}`;
const UNKNOWN = { slope: null, low: null, high: null, confidence: null };

/** Runs trend, which must succeed; what it says on stderr must match. */
function trend(args: readonly string[], warning: RegExp = /^$/): string {
  const { status, stdout, stderr } = run('pageowner', ['trend', ...args]);
  assert.match(stderr, warning);
  assert.equal(status, 0, stderr);
  return Buffer.from(stdout, 'latin1').toString();
}

function json(args: readonly string[], warning?: RegExp): Trends {
  return JSON.parse(trend([...args, '--format', 'json'], warning));
}

/** Three nights of one machine, of real dumps. */
const leak = join(folder, 'leak');
for (const [i, name] of ['t0', 't1', 't2'].entries()) {
  const { aggregate } = await loadSnapshot(join(ROOT, `fixtures/6.12-leak/${name}.txt.gz`), load);
  writeNightDump(join(leak, dayOf(i + 1)), 'vm', `${dayOf(i + 1)}T02:00:00.000Z`, aggregate);
}

/** A folder of nights, each with pages of one stack by the name of the dump; null: no dump. */
function nightsOf(name: string, pages: readonly Readonly<Record<string, number | null>>[]): string {
  const nights = join(folder, name);
  pages.forEach((dumps, i) => {
    for (const [dump, count] of Object.entries(dumps))
      if (count !== null)
        writeNightDump(join(nights, dayOf(i + 1)), dump, `${dayOf(i + 1)}T02:00:00Z`, aggregateOf({ leaf: count }));
  });
  return nights;
}

/** Dumps of one machine, a day from each other, by the pages of stacks. */
function daily(pages: readonly Readonly<Record<string, number>>[]): NightDump[] {
  return pages.map((stacks, i) => {
    const night = dayOf(i + 1);
    return { night, name: 'a', takenAt: Date.parse(night), aggregate: aggregateOf(stacks) };
  });
}

const BY_STACK = {
  by: INSIGHT_KEYS.filter(({ name }) => name === 'stack'),
  selection: {},
  ignoreOffsets: false,
  together: false,
};

test('what a module leaked is on top, with its pages of each night and its growth', () => {
  const { nights, dumps, rows } = json([leak, '--by', 'module']);
  assert.deepEqual(
    nights.map(({ dumps: count }) => count),
    [1, 1, 1],
  );
  assert.deepEqual(
    dumps[0]?.taken_at,
    [1, 2, 3].map((night) => `${dayOf(night)}T02:00:00.000Z`),
  );
  const [first] = rows;
  assert.equal(first?.key.module, 'polleak');
  assert.equal(first?.class, 'growing');
  const pages = ['t0', 't1', 't2'].map((name) => {
    const args = ['top', join(ROOT, `fixtures/6.12-leak/${name}.txt.gz`), '--by', 'module', '--format', 'json'];
    const top = JSON.parse(run('pageowner', args).stdout) as {
      rows: { key: { module: string | null }; pages: number }[];
    };
    return top.rows.find(({ key }) => key.module === 'polleak')?.pages;
  }) as [number, number, number];
  assert.deepEqual(first?.pages, pages);
  assert.ok(Math.abs((first?.pages_per_day as number) - (pages[2] - pages[0]) / 2) < 150);
  assert.deepEqual([first?.pages_per_day_low, first?.confidence], [null, null]);
});

test('every row of every night is counted, whatever is read of the files', async () => {
  const { dumps, rows } = json([leak]);
  for (const night of [0, 1, 2]) {
    const { aggregate } = await loadSnapshot(join(leak, dayOf(night + 1), 'dumps/vm/aggregate.parquet'), load);
    const all = aggregate.rows.reduce((sum, { pages }) => sum + pages, 0);
    assert.equal(dumps[0]?.pages[night], all);
    assert.equal(
      rows.reduce((sum, { pages }) => sum + (pages[night] ?? 0), 0),
      all,
    );
  }
});

test('each key groups saved aggregates as it groups dumps', async () => {
  const file = readFileSync(join(leak, dayOf(3), 'dumps/vm/aggregate.parquet'));
  const buffer = Uint8Array.from(file).buffer;
  const whole = await readParquet(buffer);
  const sums = await readParquet(buffer, { stacks: new Map() });
  for (const key of INSIGHT_KEYS) {
    const options = { ...BY_STACK, by: [key] };
    const rowsOf = async (aggregate: typeof whole): Promise<unknown> =>
      (
        await trendOf(
          [1, 2].map((at) => ({ night: `${at}`, name: 'a', takenAt: at, aggregate })),
          options,
        )
      ).rows;
    assert.deepEqual(await rowsOf(sums), await rowsOf(whole), key.name);
  }
});

test('a dump that is missing is not known, a group that is missing has no pages', () => {
  const nights = nightsOf('gaps', [{ a: 5, b: 1 }, { b: 2 }, { a: 7, b: 3 }]);
  writeNightDump(join(nights, dayOf(3)), 'b', `${dayOf(3)}T02:00:00Z`, aggregateOf({ other: 1 }));
  const pages = Object.fromEntries(
    json([nights]).rows.map(({ dump, key, pages: own }) => [`${dump} ${String(key.stack).split('+')[0]}`, own]),
  );
  assert.deepEqual(pages, { 'a leaf': [5, null, 7], 'b leaf': [1, 2, 0], 'b other': [0, 0, 1] });
  assert.match(trend([nights]), /^a +▆ █ +5 → 7 /m);
});

test('growth is by the time of the dumps, not by the number of nights', () => {
  const nights = nightsOf('uneven', [{ a: 10 }, { a: 20 }]);
  writeNightDump(join(nights, '2026-12-01'), 'a', '2026-11-12T02:00:00Z', aggregateOf({ leaf: 120 }));
  assert.equal(json([nights]).rows[0]?.pages_per_day, 10);
});

test('nights come in the order of time, whatever they are called and in whatever order they are given', () => {
  const nights = nightsOf('order', [{ a: 1 }, { a: 2 }, { a: 4 }]);
  const paths = [3, 1, 2].map((night) => join(nights, dayOf(night)));
  assert.deepEqual(json(paths).rows, json([nights]).rows);
  assert.deepEqual(json([nights, ...paths]).rows, json([nights]).rows);
});

test('--together sums machines, and says where one is missing', () => {
  const nights = nightsOf('together', [{ a: 5, b: 1 }, { b: 2 }, { a: 7, b: 3 }]);
  const { dumps, rows } = json([nights, '--together']);
  assert.deepEqual(rows[0]?.pages, [6, 2, 10]);
  assert.deepEqual([rows[0]?.dump, dumps.length], [null, 1]);
  assert.match(trend([nights, '--together']), /^1 nights have fewer dumps than others/m);
  assert.doesNotMatch(trend([nights]), /fewer/);
});

test('--dump takes dumps by their names, and a name that no dump has is an error', () => {
  const nights = nightsOf('named', [
    { a: 5, b: 1, c: 1 },
    { a: 6, b: 2, c: 1 },
  ]);
  assert.deepEqual(
    json([nights, '--dump', 'a,c']).dumps.map(({ dump }) => dump),
    ['a', 'c'],
  );
  const { status, stderr } = run('pageowner', ['trend', nights, '--dump', 'a,z']);
  assert.equal(status, 2);
  assert.match(stderr, /^pageowner: --dump: no dump is named z \(there are: a, b, c\)\n$/);
});

test('selections and keys are those of other reports', () => {
  const { rows } = json([leak, '--by', 'command,order', '--match', 'polleak']);
  assert.deepEqual(Object.keys(rows[0]?.key ?? {}), ['command', 'order']);
  const selected = json([leak, '--match', 'polleak']).dumps[0]?.pages.at(-1) as number;
  assert.equal(selected, json([leak, '--by', 'module']).rows[0]?.pages.at(-1));
});

test('a damaged aggregate is left out of its night with a line, and so is what no one can tell apart', () => {
  const nights = nightsOf('damaged', [
    { a: 1, b: 1 },
    { a: 2, b: 2 },
    { a: 3, b: 3 },
  ]);
  const dumpOf = (night: number, name: string): string => join(nights, dayOf(night), 'dumps', name);
  writeFileSync(join(dumpOf(2, 'a'), 'aggregate.parquet'), 'PAR1 and no more');
  rmSync(join(dumpOf(1, 'b'), 'aggregate.parquet'));
  writeFileSync(join(dumpOf(3, 'b'), 'dump.json'), '{');
  writeNightDump(join(nights, dayOf(3)), 'c', 'one night', aggregateOf({ leaf: 1 }));
  const { rows } = json(
    [nights],
    /^pageowner: .*b has no dump\.json that can be read: left out\npageowner: .*c\/dump\.json does not say when.*\npageowner: .*01\/dumps\/b\/aggregate.*no such file.*: left out\npageowner: .*02\/dumps\/a\/aggregate.*: left out\n$/,
  );
  assert.deepEqual(
    rows.map(({ dump, pages }) => [dump, pages]),
    [['a', [1, null, 3]]],
  );
});

test('an old dump that was found again in a later night counts once', () => {
  const nights = nightsOf('stale', [{ a: 1, b: 1 }, { b: 2 }, { a: 3, b: 3 }]);
  writeNightDump(join(nights, dayOf(2)), 'a', `${dayOf(1)}T02:00:00Z`, aggregateOf({ leaf: 1 }));
  const { rows } = json([nights, '--dump', 'a'], /taken at the same time as .*left out\n$/);
  assert.deepEqual(rows[0]?.pages, [1, 3]);
});

test('saved aggregates are nights of when they were written, by their names', () => {
  const paths = [1, 2].map((night) => {
    mkdirSync(join(folder, `saved${night}`));
    const bytes = Buffer.from(writeParquet(aggregateOf({ leaf: night * 10 }), 'x'));
    const path = writeInto(join(folder, `saved${night}`), 'web1.example.parquet', bytes);
    utimesSync(path, new Date(`${dayOf(night)}T00:00:00Z`), new Date(`${dayOf(night)}T00:00:00Z`));
    return path;
  });
  const { dumps, rows } = json(paths);
  assert.equal(dumps[0]?.dump, 'web1.example');
  assert.deepEqual([rows[0]?.pages, rows[0]?.pages_per_day], [[10, 20], 10]);
});

test('csv has a row for each series, its figures, and a column for each night', () => {
  const nights = nightsOf('csv', [{ a: 5, b: 1 }, { b: 2 }, { a: 7, b: 3 }]);
  const [head, ...lines] = trend([nights, '--format', 'csv']).trim().split('\n');
  assert.equal(
    head,
    `dump,stack,class,pages_per_day,pages_per_day_low,pages_per_day_high,confidence,pages_${dayOf(1)},pages_${dayOf(2)},pages_${dayOf(3)}`,
  );
  assert.deepEqual(lines, ['a,leaf+0x1/0x2,growing,1,,,,5,,7', 'b,leaf+0x1/0x2,growing,1,,,,1,2,3']);
});

test('ndjson has the rows of json, and md and text are cut to --limit', () => {
  const lines = trend([leak, '--format', 'ndjson']).trim().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    json([leak]).rows,
  );
  for (const format of ['text', 'md']) assert.match(trend([leak, '--limit', '3', '--format', format]), /more rows/);
});

test('of more nights than fit, each bar is the last that is known of some', async () => {
  const pages = Array.from({ length: 81 }, (_, i) => ({ a: i === 80 ? 8 : 1 }));
  const nights = nightsOf('long', pages.slice(0, 2));
  assert.match(trend([nights]), /^██ /m);
  const { trendTables } = await import('../src/merge/insight/trend-tables.js');
  const dumps = pages.map(({ a }, i) => ({
    night: `${i}`,
    name: 'a',
    takenAt: i * 86_400_000,
    aggregate: aggregateOf({ leaf: a }),
  }));
  const [table] = trendTables(await trendOf(dumps, BY_STACK), 20);
  assert.equal(table?.rows[0]?.[0], `${'▁'.repeat(39)}█`);
});

test('the kernel is before what processes asked for, then what grows, then modules and growth', async () => {
  const { rows } = await trendOf(
    daily([
      { steady: 9, slow: 1, fast: 1, 'small [m]': 1, shmem_new: 1, falls: 90, noise: 5 },
      { steady: 9, slow: 2, fast: 5, 'small [m]': 3, shmem_new: 99, falls: 10, noise: 9 },
      { steady: 9, slow: 3, fast: 9, 'small [m]': 5, shmem_new: 999, falls: 1, noise: 5, born: 3 },
    ]),
    BY_STACK,
  );
  assert.deepEqual(
    rows.map(({ key, class: kind }) => [String(key.stack).split('+')[0], kind]),
    [
      ['small', 'growing'],
      ['fast', 'growing'],
      ['born', 'new'],
      ['slow', 'growing'],
      ['noise', 'steady'],
      ['steady', 'steady'],
      ['falls', 'shrinking'],
      ['shmem_new', 'growing'],
    ],
  );
});

test('of what came in the last night, and has no median growth yet, the most pages come first', async () => {
  const last = { steady: 9, little: 1, much: 500 };
  const { rows } = await trendOf(daily([{ steady: 9 }, { steady: 9 }, { steady: 9 }, { steady: 9 }, last]), BY_STACK);
  assert.deepEqual(
    rows.map(({ key, class: kind, pages_per_day }) => [String(key.stack).split('+')[0], kind, pages_per_day]),
    [
      ['much', 'new', 0],
      ['little', 'new', 0],
      ['steady', 'steady', 0],
    ],
  );
});

test('growth that is sure is told from noise, by its interval', async () => {
  const noise = [50, 41, 58, 44, 53, 47, 55, 49];
  const { rows } = await trendOf(
    daily(noise.map((pages, i) => ({ noise: pages, leak: pages + 9 * i, gone: 200 + pages - 9 * i }))),
    BY_STACK,
  );
  const found = Object.fromEntries(rows.map((row) => [String(row.key.stack).split('+')[0], row]));
  assert.deepEqual(
    ['leak', 'gone', 'noise'].map((name) => found[name]?.class),
    ['growing', 'shrinking', 'steady'],
  );
  assert.ok((found.leak?.confidence as number) > 0.99 && (found.noise?.confidence as number) < 0.5);
  assert.ok((found.noise?.pages_per_day_low as number) < 0 && (found.noise?.pages_per_day_high as number) > 0);
});

for (const [pages, kind] of [
  [[0, 0, 5, 4], 'new'],
  [[0, 9], 'new'],
  [[5, 4, 0, 0], 'vanished'],
  [[0, 5, 0], 'steady'],
  [[5, 0, 5], 'steady'],
  [[0, 5, 0, 6], 'steady'],
  [[100, 104, 110], 'growing'],
  [[100, 104, 109], 'steady'],
  [[100, 120, 119], 'steady'],
  [[110, 110, 98], 'shrinking'],
  [[3, 3, 3], 'steady'],
] as const)
  test(`with few points, ${pages.join(', ')} is ${kind}`, () => assert.equal(trendClassOf(pages, UNKNOWN), kind));

test('what cannot be done is said in one line', () => {
  const one = nightsOf('one', [{ a: 1 }]);
  const apart = nightsOf('apart', [{ a: 1 }, { b: 1 }]);
  const saved = writeInto(folder, 'broken.parquet', 'PAR1nothing');
  mkdirSync(join(folder, 'nothing/within'), { recursive: true });
  for (const [args, reason] of [
    [[one], /two nights or more, and there is one/],
    [[apart], /by its name, and there is none \(--together/],
    [[join(folder, 'nothing')], /is no night, and has none in it/],
    [[join(folder, 'absent')], /absent: no such file/],
    [[saved, leak], /as a saved aggregate/],
    [[leak, '--by', 'nonsense'], /no key nonsense; it takes stack,/],
    [[leak, '-o', join(leak, dayOf(1), 'dumps/vm/aggregate.parquet')], /the same file/],
  ] as const) {
    const { status, stdout, stderr } = run('pageowner', ['trend', ...args]);
    assert.equal(status, 2, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, reason);
    assert.match(stderr, /^pageowner: .*\n$/);
  }
});

test('--together takes files of any name for one machine', () => {
  assert.deepEqual(json([nightsOf('one machine', [{ a: 1 }, { b: 4 }]), '--together']).rows[0]?.pages, [1, 4]);
});

test('a series of files of which each has a name of its own is one machine, at the times that --at says', () => {
  const named = join(ROOT, 'fixtures/forms/show_stacks_handles.txt');
  const series = [100, 150, 200, 260, 300].map((pages, i) => {
    return writeInto(
      folder,
      `handles-${i}.txt`,
      `handle: 42\nnr_base_pages: ${pages}\n\nhandle: 1\nnr_base_pages: 47\n\n`,
    );
  });
  const days = series.map((_, i) => dayOf(i + 1));
  const handlesOnly = /^pageowner: .*handles-0\.txt: stacks are told by handles only; .*--stacks/;
  for (const [args, key, warning] of [
    [['--by', 'caller', '--stacks', named], 'filemap_fault', /^$/],
    [['--by', 'stack'], ['handle 42'], handlesOnly],
  ] as const) {
    const { nights, dumps, rows } = json([...args, '--at', days.join(','), ...series], warning);
    assert.deepEqual(
      nights.map(({ night }) => night),
      series,
    );
    assert.deepEqual(
      dumps[0]?.taken_at,
      days.map((day) => `${day}T00:00:00.000Z`),
    );
    const first = rows.find(({ pages_per_day }) => pages_per_day !== 0);
    assert.deepEqual([Object.values(first?.key ?? {})[0], first?.class, first?.pages_per_day], [key, 'growing', 50]);
  }
  for (const [at, reason] of [
    [days.slice(1).join(','), /--at takes a time for each file: there are 5, and 4 times/],
    ['yesterday', /--at: yesterday is no time of ISO 8601/],
  ] as const) {
    const { status, stderr } = run('pageowner', ['trend', '--at', at, ...series]);
    assert.equal(status, 2);
    assert.match(stderr, reason);
  }
});

test('reports of page_owner_sort and logs have a trend too', () => {
  const inputs = ['sorted-4.2.txt', 'dump-in-dmesg.txt'].map((name) => join(ROOT, 'fixtures/forms', name));
  const { dumps } = json(['--by', 'order', '--at', '2026-11-01,2026-11-02', ...inputs]);
  const pages = inputs.map(
    (path) => JSON.parse(run('pageowner', ['top', '--format', 'json', path]).stdout).totals.pages,
  );
  assert.deepEqual(dumps[0]?.pages, pages);
});
