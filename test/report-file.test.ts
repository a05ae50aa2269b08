/** `pageowner report`: the file that it writes. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { loadSnapshot, type Snapshot, topOf } from 'pageowner';
import { fromColumns, toColumns } from '../src/merge/aggregate/aggregate-columns.js';
import { Frames } from '../src/merge/insight/insight-keys.js';
import { stacksBySize, withoutTasks, withStacks } from '../src/merge/insight/smaller.js';
import { filtered } from '../src/page/filter.js';
import type { PageData } from '../src/page/page-data.js';
import { hashOf, NO_STATE, stateOf } from '../src/page/view-state.js';
import { ROOT, run } from './helpers.js';
import { block, dump, folder, json, pageowner, sum, T0, T2 } from './snapshots.js';

function dataOf(path: string): PageData {
  const [, base64 = ''] = /id="data">([^<]*)</.exec(readFileSync(path, 'utf8')) ?? [];
  return JSON.parse(gunzipSync(Buffer.from(base64, 'base64')).toString());
}

/** A dump of many stacks and tasks. */
function varied(blocks: number): string {
  const one = (i: number): string =>
    block({ stack: `f${i % 997}`, comm: `task-${(i * 7919) % blocks}`, ts: i + 1, order: i % 3 });
  return dump(`varied-${blocks}`, Array.from({ length: blocks }, (_, i) => one(i)).join(''));
}

const pagesOf = ({ aggregate }: Snapshot): number => sum(aggregate.rows.map(({ pages }) => pages));

test('an aggregate comes through columns as it was, whatever form it was read from', async () => {
  for (const path of [
    T2,
    join(ROOT, 'fixtures/6.12-mixed/pageblocks.txt.gz'),
    join(ROOT, 'fixtures/forms/dmesg-migration-failure.txt'),
  ]) {
    const snapshot = await loadSnapshot(path);
    const back = { path, aggregate: fromColumns(JSON.parse(JSON.stringify(toColumns(snapshot.aggregate)))) };
    for (const by of [
      ['stack', 'pid'],
      ['memcg', 'node', 'zone'],
      ['reason', 'freed-by', 'gfp', 'order'],
    ])
      assert.deepEqual(topOf(back, { by }), topOf(snapshot, { by }));
  }
});

test('a dump and what was saved of it give the same file', () => {
  const saved = join(folder, 'saved.parquet');
  pageowner('export', T2, '-o', saved);
  const [fromDump, fromSaved] = [T2, saved].map((path) => {
    const report = join(folder, 'same.html');
    pageowner('report', path, '--title', 'same', '-o', report);
    const { snapshots } = dataOf(report);
    return snapshots.map(({ columns }) => columns);
  });
  assert.deepEqual(fromDump, fromSaved);
});

test('the policy of the page allows its own script and style, by hash, and nothing else', () => {
  const path = join(folder, 'policy.html');
  pageowner('report', T2, '-o', path);
  const html = readFileSync(path, 'utf8');
  const [, policy = ''] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
  const hash = (text = ''): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const [, style] = /<style>([\s\S]*?)<\/style>/.exec(html) ?? [];
  const [, script] = /<script>([\s\S]*?)<\/script>/.exec(html) ?? [];
  assert.equal(
    policy,
    `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; base-uri 'none'; form-action 'none'`,
  );
  assert.doesNotMatch(html.replace(/<script>[\s\S]*/, ''), /https?:/);
});

test('the title is text, whatever it holds', () => {
  const path = join(folder, 'title.html');
  pageowner('report', '--title', '</title><script>', T2, '-o', path);
  assert.match(readFileSync(path, 'utf8'), /<title>&#60;\/title&#62;&#60;script&#62;<\/title>/);
});

test('what does not fit is summed: no page is lost, and kinds stay what they were', () => {
  const path = join(folder, 'small.html');
  const many = varied(20_000);
  const whole = join(folder, 'whole.html');
  pageowner('report', '--max-size', '100M', many, '-o', whole);
  const { length } = readFileSync(whole);
  const sizes = [0.6, 0.2].map((part) => Math.round(length * part));
  for (const size of sizes) {
    pageowner('report', '--max-size', String(size), many, '-o', path);
    assert.ok(readFileSync(path).length <= size);
    const { summed, snapshots } = dataOf(path);
    assert.ok(summed);
    const aggregate = fromColumns((snapshots[0] as PageData['snapshots'][number]).columns);
    assert.equal(pagesOf({ path, aggregate }), json('top', many).dump.pages);
  }
  const { status, stderr } = run('pageowner', ['report', '--max-size', '10K', many, '-o', path]);
  assert.equal(status, 2);
  assert.match(stderr, /--max-size is too small/);
});

test('stacks that are summed are the same in every snapshot, and keep their kinds and times', async () => {
  const snapshots = [await loadSnapshot(T0), await loadSnapshot(T2)];
  const untold = withoutTasks(snapshots);
  const kept = new Set(stacksBySize(untold).slice(0, 20));
  const small = withStacks(untold, kept);
  small.forEach((snapshot, i) => {
    const before = snapshots[i] as Snapshot;
    const kinds = (of: Snapshot): unknown => topOf(of, { by: ['kind', 'order', 'node'] }).rows;
    assert.deepEqual(kinds(snapshot), kinds(before));
    assert.ok(new Set(snapshot.aggregate.rows.map(({ stack }) => stack.join('\n'))).size <= 20 + 12);
  });
});

test('a filter by time or pageblock counts the blocks that pass', async () => {
  const path = dump(
    'filtered',
    block({ ts: 1_000_000, order: 1, pfn: 0x200 }) +
      block({ ts: 9_000_000_000, order: 1, pfn: 0x600 }) +
      block({ ts: 9_000_000_000, order: 1, pfn: 0x200 }),
  );
  const { aggregate } = await loadSnapshot(path);
  const snapshot = { path, aggregate: fromColumns(toColumns(aggregate)) };
  const frames = new Frames({ ignoreOffsets: false });
  const pages = (state: Partial<typeof NO_STATE>): number =>
    pagesOf(filtered(snapshot, { ...NO_STATE, ...state }, frames));
  assert.equal(pages({}), 6);
  assert.equal(pages({ from: '5000000000' }), 4);
  assert.equal(pages({ to: '5000000000' }), 2);
  assert.equal(pages({ pageblock: '0/0/1' }), 4);
  // Times and pageblocks are counted apart: this is the most that can be both.
  assert.equal(pages({ pageblock: '0/0/1', from: '5000000000' }), 4);
  assert.equal(pages({ pageblock: '0/0/3', to: '5000000000' }), 2);
  assert.equal(pages({ text: 'LEAF' }), 6);
  assert.equal(pages({ text: 'nothing' }), 0);
});

test('a state comes back from the address that it makes', () => {
  const state = { ...NO_STATE, view: 'flame', text: 'a&b=c #%', zoom: 'x\ny', from: '17' };
  assert.deepEqual(stateOf(hashOf(state)), state);
  assert.equal(stateOf('#from=x&to=-1&nonsense=1').from, '');
});

test('options that have no meaning are refused', () => {
  for (const [args, reason] of [
    [[T2], /needs -o/],
    [[T2, '-o', '-', '--open'], /--open/],
    [[T2, '-o', join(folder, 'x.html'), '--max-size', 'x'], /--max-size takes/],
  ] as const) {
    const { status, stderr } = run('pageowner', ['report', ...args]);
    assert.equal(status, 2);
    assert.match(stderr, reason);
  }
});
