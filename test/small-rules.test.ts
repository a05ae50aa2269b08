/** Rules of one line each, at their borders. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Snapshot, topOf } from 'pageowner';
import { parseAllocinfo } from '../src/format/allocinfo.js';
import { parseSortedReport } from '../src/format/sorted-report.js';
import { loadSnapshot } from '../src/main/reading/load-snapshot.js';
import { ageOf } from '../src/merge/insight/age.js';
import { flatTable } from '../src/merge/insight/flat-table.js';
import { intervalOf } from '../src/merge/insight/interval.js';
import { selectAggregate } from '../src/merge/insight/selection.js';
import { sitesAndPages } from '../src/merge/insight/sites.js';
import { stacksBySize } from '../src/merge/insight/smaller.js';
import { ageText } from '../src/merge/insight/tables.js';
import { block } from './snapshots.js';

const SECOND = 1_000_000_000;

function loaded(text: string): Promise<Snapshot> {
  return loadSnapshot(Buffer.from(text));
}

test('an age is told in the largest unit of which it has one', () => {
  const texts = [0, 1.25, 59.9, 60, 3599, 3600, 86_399, 86_400, 200_000].map((seconds) =>
    ageText(BigInt(seconds * SECOND)),
  );
  assert.deepEqual(texts, ['0 s', '1.2 s', '59.9 s', '1 min', '60 min', '1.0 h', '24.0 h', '1.0 d', '2.3 d']);
});

test('nine of ten pages of the first or last tenth of the time make a trend of their own', async () => {
  const trendOf = async (...seconds: readonly number[]): Promise<string | undefined> => {
    const snapshot = await loaded(seconds.map((at) => block({ ts: at * SECOND })).join(''));
    return ageOf(snapshot, { by: [], selection: {}, ignoreOffsets: false }).rows[0]?.trend;
  };
  const times = (count: number, at: number): number[] => Array<number>(count).fill(at);
  assert.equal(await trendOf(...times(9, 1), 100), 'boot');
  assert.equal(await trendOf(...times(8, 1), 60, 100), 'mixed');
  assert.equal(await trendOf(1, ...times(9, 100)), 'young');
  assert.equal(await trendOf(10, 30, 60, 100), 'steady growth');
});

test('what was born after a time that lies in a bucket is known by its bounds', async () => {
  const snapshot = await loaded([10, 11, 12, 13].map((ts) => block({ ts: ts * SECOND })).join(''));
  const { rows } = snapshot.aggregate;
  const held = { rows, blocks: 4, pages: 4 };
  const born = (cut: number): (number | undefined | null)[] => {
    const { born_blocks, born_blocks_max } = intervalOf(held, held, BigInt(cut), null);
    return [born_blocks, born_blocks_max];
  };
  assert.deepEqual(born(9.5 * SECOND), [4, undefined]);
  assert.deepEqual(
    born(13 * SECOND),
    [4, undefined].map((value) => (value === 4 ? 0 : value)),
  );
});

test('what is selected of a dump has its own number of blocks, and the damage of all', async () => {
  const { aggregate } = await loaded(block({ comm: 'a' }) + block({ comm: 'b' }) + block({}).slice(0, 60));
  assert.equal(aggregate.facts.malformed, 1);
  const selected = selectAggregate(aggregate, { names: ['a'] });
  assert.equal(selected.rows.length, 1);
  assert.equal(selected.facts.blocks, 2);
});

test('only the column of stacks is one of stacks', () => {
  const { columns } = flatTable([{ stack: ['a'], pages: 1 }]);
  assert.deepEqual(
    columns.map(({ name, kind }) => [name, kind]),
    [
      ['stack', 'stack'],
      ['pages', 'text'],
    ],
  );
});

test('damage of allocinfo is told by its byte', () => {
  const head = 'allocinfo - version: 1.0\n# <size> <calls> <tag info>\n';
  const { malformed, malformedAt } = parseAllocinfo(`${head}4096 1 mm/slub.c:1 func:f\nnonsense\nmore\n`);
  assert.deepEqual([malformed, malformedAt], [2, head.length + '4096 1 mm/slub.c:1 func:f\n'.length]);
});

test('a site that no stack has says so, and does not have nothing', async () => {
  const sites = parseAllocinfo('allocinfo - version: 1.0\n4096 1 mm/a.c:1 func:leaf\n8192 1 mm/b.c:1 func:other\n');
  const { rows } = sitesAndPages({ path: 'a', sites }, await loaded(block({})), { selection: {}, pageBytes: 4096 });
  assert.deepEqual(
    rows.map((row) => [row.function, row.pages, row.page_bytes]),
    [
      ['other', null, null],
      ['leaf', 1, 4096],
    ],
  );
});

test('a group of a sorted report has the task of its line, else that of its block', () => {
  const header = 'Page allocated via order 0, mask 0xcc0(GFP_KERNEL), pid 7, tgid 8 (own), ts 1 ns';
  const tasksOf = (first: string): unknown[] => {
    const { groups } = parseSortedReport(`${first}:\n${header}\n leaf+0x1/0x2\n`);
    return groups.map(({ pid, tgid, command }) => [pid, tgid, command]);
  };
  assert.deepEqual(tasksOf('2 times, 2 pages'), [[7, 8, 'own']]);
  assert.deepEqual(tasksOf('2 times, 2 pages, PID 5'), [[5, 8, 'own']]);
});

test('stacks that hold the same are in the order of their texts', async () => {
  const snapshot = await loaded(['b', 'a', 'c'].map((stack) => block({ stack })).join('') + block({ stack: 'c' }));
  assert.deepEqual(
    stacksBySize([snapshot]).map((id) => id.split('+')[0]?.trim()),
    ['c', 'a', 'b'],
  );
  assert.equal(topOf(snapshot, { by: ['stack'] }).rows.length, 3);
});

test('a dump read without tasks says the same of all else, in fewer rows', async () => {
  const tasks = [
    'pid 7, tgid 7 (sshd)',
    'pid 8, tgid 7 (kworker/u8:1-ev)',
    'pid 9, tgid 9 (a b)',
    'pid 1, tgid 1 (x), ts 3)',
    'pid 5',
    'pid x, tgid 1 (y)',
  ];
  const text = tasks
    .flatMap((task, i) => [i, i + 100].map((at) => block({ ts: at * SECOND }).replace(/pid .*(?=, ts)/, task)))
    .join('');
  const [all, without] = await Promise.all([
    loadSnapshot(Buffer.from(text)),
    loadSnapshot(Buffer.from(text), { withoutTasks: true }),
  ]);
  const told = ({ aggregate: { facts, rows } }: Snapshot): unknown => [
    facts,
    topOf({ path: '', aggregate: { facts, rows } }, { by: ['stack', 'order'] }).rows,
  ];
  assert.deepEqual(told(without as Snapshot), told(all as Snapshot));
  assert.equal(without?.aggregate.rows.length, (all?.aggregate.rows.length as number) - 1);
});
