/** `pageowner tree`: the call tree. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { TreeRow } from '../src/merge/insight/call-tree.js';
import { run } from './helpers.js';
import { block, dump, json, pageowner, T2 } from './snapshots.js';

/** Leaf first, as a dump has them. */
function stacks(...all: readonly (readonly [pages: number, ...frames: string[]])[]): string {
  return all
    .map(
      ([pages, ...frames]) => ` ${frames.map((frame) => `${frame}+0x1/0x2`).join('\n ')}\nnr_base_pages: ${pages}\n\n`,
    )
    .join('');
}

const ALL = ['--min-share', '0'];

const TREE = dump(
  'tree.stacks',
  stacks([60, 'alloc', 'b', 'root'], [30, 'alloc', 'c', 'root'], [6, 'alloc', 'd', 'c', 'root'], [4, 'other']),
);

const shape = (rows: readonly TreeRow[]): (string | number)[][] =>
  rows.map(({ level, frames, pages, summed }) => [level, summed > 0 ? `+${summed}` : frames.join(' '), pages]);

test('branches are by pages, and chains of only children are one line', () => {
  assert.deepEqual(shape(json('tree', ...ALL, TREE).rows), [
    [0, 'root', 96],
    [1, 'b alloc', 60],
    [1, 'c', 36],
    [2, 'alloc', 30],
    [2, 'd alloc', 6],
    [0, 'other', 4],
  ]);
});

test('inverted it begins with the functions that allocate', () => {
  assert.deepEqual(shape(json('tree', ...ALL, '--inverted', TREE).rows), [
    [0, 'alloc', 96],
    [1, 'b root', 60],
    [1, 'c root', 30],
    [1, 'd c root', 6],
    [0, 'other', 4],
  ]);
});

test('small and deep branches are summed, and none is lost', () => {
  assert.deepEqual(shape(json('tree', '--min-share', '10', TREE).rows), [
    [0, 'root', 96],
    [1, 'b alloc', 60],
    [1, 'c', 36],
    [2, 'alloc', 30],
    [2, '+1', 6],
    [0, '+1', 4],
  ]);
  assert.deepEqual(shape(json('tree', ...ALL, '--depth', '1', TREE).rows), [
    [0, 'root', 96],
    [1, '+2', 96],
    [0, 'other', 4],
  ]);
});

test('the text shows which branch is below which', () => {
  const lines = pageowner('tree', ...ALL, TREE)
    .split('\n')
    .slice(2, 8);
  assert.deepEqual(
    lines.map((line) => line.replace(/^.* % {2}/, '')),
    ['root', '├─b → alloc', '└─c', '  ├─alloc', '  └─d → alloc', 'other'],
  );
});

test('with --by there is a tree for each value, and their pages are those of top', () => {
  const { rows } = json('tree', '--by', 'kind', ...ALL, T2);
  const keys = rows.filter(({ key }: TreeRow) => key !== null);
  const top = json('top', '--by', 'kind', T2).rows;
  assert.deepEqual(
    keys.map(({ key, pages }: TreeRow) => [key?.[0], pages]),
    top.map(({ key, pages }: { key: { kind: string }; pages: number }) => [key.kind, pages]),
  );
});

test('the pages of a branch are those of its children and of the stacks that end in it', () => {
  const frame = fc.constantFrom('a', 'b', 'c', 'd');
  const stack = fc.tuple(fc.integer({ min: 1, max: 50 }), fc.array(frame, { minLength: 1, maxLength: 6 }));
  fc.assert(
    fc.property(fc.array(stack, { minLength: 1, maxLength: 12 }), fc.boolean(), fc.nat(30), (all, inverted, share) => {
      const path = dump('any.stacks', stacks(...all.map(([pages, frames]) => [pages, ...frames] as const)));
      const { rows, totals } = json('tree', '--min-share', `${share}`, ...(inverted ? ['--inverted'] : []), path);
      assert.equal(
        totals.pages,
        all.reduce((sum, [pages]) => sum + pages, 0),
      );
      rows.forEach((row: TreeRow, i: number) => {
        if (row.summed > 0) return;
        let below = row.self_pages;
        for (let j = i + 1; j < rows.length && rows[j].level > row.level; j++)
          if (rows[j].level === row.level + 1) below += rows[j].pages;
        assert.equal(below, row.pages);
      });
    }),
    { numRuns: 15 },
  );
});

test('a stack of a hundred thousand frames is a chain like any other', () => {
  const deep = dump('deep', block({ stack: 'f' }).replace(' f+0x1/0x2\n', ' f+0x1/0x2\n g+0x1/0x2\n'.repeat(50_000)));
  const { rows } = json('tree', deep);
  assert.deepEqual([rows.length, rows[0].frames.length], [1, 100_000]);
});

test('options that have no meaning are refused', () => {
  for (const [args, reason] of [
    [['--min-share', 'x'], /--min-share takes percent/],
    [['--min-share', '101'], /--min-share takes percent/],
    [['--depth', '0'], /--depth takes/],
    [['--by', 'stack'], /--by has no key stack/],
  ] as const) {
    const { status, stderr } = run('pageowner', ['tree', ...args, TREE]);
    assert.equal(status, 2);
    assert.match(stderr, reason);
  }
});
