/** `pageowner DUMP…`: one screen of first answers. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { displayWidth } from '../src/merge/writers/display-width.js';
import { ROOT, run } from './helpers.js';
import { block, dump, json, pageowner, T0, T1, T2 } from './snapshots.js';

const MIXED = join(ROOT, 'fixtures/6.12-mixed/pageblocks.txt.gz');

const hostile = dump(
  'hostile',
  block({ comm: '\x1b[31m', stack: `${'x'.repeat(300)}\u202e`, tail: 'Charged to offline memcg \x1b]0;a\x07\n' }),
);
const untimed = dump('untimed.stacks', ' f+0x1/0x2\nnr_base_pages: 3\n\n');

for (const paths of [[T2], [T0, T1, T2], [MIXED], [hostile], [untimed], [T0, untimed]])
  test(`it is one screen: ${paths.map((path) => path.replace(/.*\//, '')).join(' ')}`, () => {
    const { status, stdout } = run('pageowner', paths);
    assert.equal(status, 0);
    const lines = Buffer.from(stdout, 'latin1').toString().trimEnd().split('\n');
    assert.ok(lines.length >= 5 && lines.length <= 40, `${lines.length} lines`);
    for (const line of lines) assert.ok(displayWidth(line) <= 80, line);
    assert.doesNotMatch(lines.join('\n'), /NaN|undefined|\p{Cc}(?<!\n)|\u202e/u);
    assert.match(lines.at(-1) as string, /^more: pageowner top, tree/);
  });

test('without a command it is the overview, with options before it too', () => {
  const expected = pageowner('overview', T2);
  assert.equal(pageowner(T2), expected);
  assert.deepEqual(JSON.parse(pageowner('--format', 'json', T2)), json('overview', T2));
});

test('a name that is no file is a command mistyped, and a path that is none is a file not found', () => {
  assert.match(run('pageowner', ['tpo']).stderr, /unknown command 'tpo' \(did you mean top\?\)/);
  assert.match(run('pageowner', ['absent.txt']).stderr, /cannot read absent.txt/);
});

test('its figures are those of top, age and diff', () => {
  const overview = json(T0, T2);
  const kinds = json('top', '--by', 'kind', T2);
  assert.deepEqual(overview.totals, kinds.totals);
  assert.deepEqual(
    overview.kinds.map(({ kind, pages }: { kind: string; pages: number }) => [kind, pages]),
    kinds.rows.map(({ key, pages }: { key: { kind: string }; pages: number }) => [key.kind, pages]),
  );
  const growing = json('diff', '--by', 'caller', T0, T2).rows.filter(({ verdict }: { verdict: string }) =>
    ['leak', 'new', 'growing'].includes(verdict),
  );
  assert.ok(growing.length > 3);
  assert.deepEqual(overview.suspects, growing);
  assert.equal(json(T2).suspects, null);
});

test('recent is what was allocated in the last tenth of the time', () => {
  const at = (seconds: number, stack: string): string => block({ ts: seconds * 1_000_000_000, stack, order: 1 });
  const { recent } = json(dump('ages', at(1, 'early') + at(50, 'middle') + at(97, 'late') + at(100, 'last')));
  assert.deepEqual(
    recent.callers.map(({ caller, pages }: { caller: string; pages: number }) => [caller, pages]),
    [
      ['last', 2],
      ['late', 2],
    ],
  );
  assert.ok(recent.since_ns > 85e9 && recent.since_ns <= 90e9);
});

test('pages of cgroups that are offline are summed, whatever their number', () => {
  const tail = (name: string): string => `Charged (via objcg) to offline memcg ${name}\n`;
  const { offline_memcgs } = json(
    dump(
      'offline',
      block({ tail: tail('a') }) +
        block({ tail: tail('b'), order: 2 }) +
        block({ tail: tail('a') }) +
        block({ tail: 'Charged to memcg c\n' }),
    ),
  );
  assert.deepEqual(offline_memcgs, { memcgs: 2, pages: 6, largest: { memcg: 'b', pages: 4 } });
});

test('mixed pageblocks are those of frag, with the caller of the worst stack', () => {
  const { mixed } = json(MIXED);
  const frag = json('frag', MIXED);
  assert.deepEqual(mixed.by_type, frag.mixed);
  assert.equal(mixed.worst.blocks, frag.offenders[0].blocks);
  assert.equal(json(untimed).mixed, null);
});

test('damage is said on the screen', () => {
  const { stdout } = run('pageowner', [dump('damaged', block({}) + block({}).slice(0, 100))]);
  assert.match(stdout, /damaged or cut off/);
});
