import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Alarm,
  mixedPageblocks,
  parseAlarm,
  raised,
  raisedByNight,
  some,
} from '../src/main/batch/results/alarms.js';
import type { DumpRecord } from '../src/main/batch/results/dump-record.js';
import type { Interval } from '../src/merge/insight/interval.js';
import { bySuspicion, type Ranked, weightOf } from '../src/merge/insight/suspicion.js';
import { trendClassOf } from '../src/merge/insight/trend-class.js';
import { type Verdict, verdictOf } from '../src/merge/insight/verdict.js';

/** Each rule of a judge on both sides of its limit. */

type Turnover = readonly [born: number | null, freed: number | null, freedMost?: number];

const VERDICT_CASES: readonly (readonly [
  pages: readonly number[],
  turnovers: readonly Turnover[],
  isUsers: boolean,
  Verdict,
])[] = [
  [[5, 0], [[0, 5]], false, 'gone'],
  [[0, 0], [[3, 3]], false, 'gone'],
  [[], [], false, 'gone'],
  [[7, 7], [[0, 0]], false, 'steady'],
  [[0, 5], [[0, 0]], false, 'steady'],
  // A tenth of what was born is freed, and one page more.
  [[100, 190], [[100, 10]], false, 'leak'],
  [[100, 189], [[100, 11]], false, 'growing'],
  [[100, 1000], [[1000, 100]], true, 'leak'],
  [[0, 90], [[100, 10]], false, 'leak'],
  [[0, 89], [[100, 11]], false, 'new'],
  // Memory of processes that was not there: a leak only if it grew each time, and more than once.
  [[0, 90], [[100, 10]], true, 'new'],
  [
    [0, 50, 90],
    [
      [50, 0],
      [40, 0],
    ],
    true,
    'leak',
  ],
  [
    [0, 50, 50],
    [
      [50, 0],
      [0, 0],
    ],
    true,
    'new',
  ],
  [
    [0, 50, 40],
    [
      [50, 0],
      [0, 0],
    ],
    true,
    'new',
  ],
  [[100, 110], [[20, 10]], false, 'growing'],
  [[100, 109], [[20, 11]], false, 'churn'],
  [[100, 109], [[9, 0]], false, 'leak'],
  [[1000, 1001], [[11, 10]], false, 'steady'],
  [[100, 90], [[0, 10]], false, 'shrinking'],
  [[100, 91], [[0, 9]], false, 'steady'],
  [[100, 91], [[1, 10]], false, 'churn'],
  [[100, 100], [[5, 5]], false, 'churn'],
  [[100, 100], [[4, 5]], false, 'steady'],
  [[100, 100], [[100, 10]], false, 'churn'],
  [[5, 6], [[1, 1]], false, 'growing'],
  // Where only bounds are known, the most that can have been freed counts.
  [[100, 190], [[100, 5, 11]], false, 'growing'],
  // Where nothing is known, growth and loss.
  [[5, 5], [[null, null]], false, 'steady'],
  [[100, 101], [[null, null]], false, 'leak'],
  [[100, 90], [[null, null]], false, 'shrinking'],
  [[100, 100], [[null, null]], false, 'steady'],
  [
    [100, 50, 120],
    [
      [null, null],
      [null, null],
    ],
    false,
    'growing',
  ],
];

for (const [pages, turnovers, isUsers, verdict] of VERDICT_CASES)
  test(`${pages.join(' → ')}, born and freed ${JSON.stringify(turnovers)}${isUsers ? ' of processes' : ''} is ${verdict}`, () => {
    const intervals = turnovers.map(([born_pages, freed_pages, freed_pages_max]) => {
      return { born_pages, freed_pages, freed_pages_max: freed_pages_max ?? freed_pages } as Interval;
    });
    assert.equal(verdictOf(pages, intervals, isUsers), verdict);
  });

test('the kernel comes before processes, then by suspicion, weight and name', () => {
  const row = { row: null, id: 'a', isUsers: false, suspicion: 1, weight: 5 };
  const later: readonly Partial<Ranked<null>>[] = [
    { isUsers: true, suspicion: 0, weight: 9, id: '0' },
    { suspicion: 2, weight: 9, id: '0' },
    { weight: 4, id: '0' },
    { id: 'b' },
  ];
  for (const change of later) {
    assert.ok(bySuspicion(row, { ...row, ...change }) < 0);
    assert.ok(bySuspicion({ ...row, ...change }, row) > 0);
  }
  assert.deepEqual([weightOf(3, false), weightOf(3, true), weightOf(-3, true)], [3, 30, -30]);
});

test('the interval of a trend decides where there is one', () => {
  const known = { slope: 0, confidence: 0 };
  for (const [low, high, kind] of [
    [1, 2, 'growing'],
    [0, 2, 'steady'],
    [-1, 1, 'steady'],
    [-2, 0, 'steady'],
    [-2, -1, 'shrinking'],
  ] as const)
    assert.equal(trendClassOf([5, 5, 5, 5, 5], { ...known, low, high }), kind);
  const unknown = { slope: null, confidence: null, low: null, high: null };
  for (const [pages, kind] of [
    [[0, 1], 'new'],
    [[0, 0, 3, 2], 'new'],
    [[0, 3, 0, 2], 'steady'],
    [[4, 0, 0], 'vanished'],
    [[4, 0, 4], 'steady'],
    [[10, 10, 11], 'growing'],
    [[11, 10, 12], 'steady'],
    [[20, 21], 'steady'],
    [[20, 22], 'growing'],
    [[20, 18], 'shrinking'],
    [[20, 19], 'steady'],
    [[20, 21, 18], 'steady'],
    [[20, 20], 'steady'],
    [[], 'steady'],
  ] as const)
    assert.equal(trendClassOf(pages, unknown), kind, pages.join());
});

const SUSPECTS = [
  { stack: ['small+0x1/0x2'], pages: [1, 3] },
  { stack: ['large+0x1/0x2'], pages: [0, 9] },
];

function recordWith(change: object): DumpRecord {
  return {
    mixed: { Movable: 2, Unmovable: 3 },
    counts: { malformed: 4, foreign: 1 },
    diff: null,
    ...change,
  } as unknown as DumpRecord;
}

test('an alarm is raised from its limit on', () => {
  const diff = { most_leaked_pages: 9, suspects: SUSPECTS };
  const raisedAt = (typed: string, change: object = {}): string | undefined =>
    raised(parseAlarm(typed), recordWith(change));
  assert.equal(raisedAt('leak:9', { diff }), 'leak: 9 pages since the night before: large');
  assert.equal(raisedAt('leak', { diff: { ...diff, suspects: [] } }), 'leak: 9 pages since the night before: ');
  assert.equal(raisedAt('leak:10', { diff }), undefined);
  assert.equal(raisedAt('leak'), undefined);
  assert.equal(raisedAt('frag:5'), 'frag: 5 mixed pageblocks');
  assert.equal(raisedAt('frag:6'), undefined);
  assert.equal(raisedAt('frag:1', { mixed: null }), undefined);
  assert.equal(raisedAt('malformed:4'), 'malformed: 4 blocks damaged or cut off, of which 1 are no page_owner text');
  assert.equal(raisedAt('malformed:5'), undefined);
  assert.equal(raisedAt('malformed', { counts: { malformed: 0, foreign: 0 } }), undefined);
  assert.equal(raisedAt('missing'), undefined);
  assert.equal(mixedPageblocks(recordWith({ mixed: null })), null);
});

test('missing dumps raise the alarm of a night', () => {
  const missing: Alarm = { what: 'missing', least: 2 };
  assert.equal(raisedByNight(missing, ['a', 'b']), 'missing: 2 that the night before had: a, b');
  assert.equal(raisedByNight(missing, ['a']), undefined);
  assert.equal(raisedByNight({ what: 'leak', least: 1 }, ['a', 'b']), undefined);
  const names = Array.from({ length: 11 }, (_, i) => `h${i}`);
  assert.equal(some(names), `${names.slice(0, 10).join(', ')} and 1 more`);
  assert.equal(some(names.slice(1)), names.slice(1).join(', '));
  assert.equal(some(['a\x1b']), 'a\\x1b');
});

test('what --fail-on takes', () => {
  for (const [typed, alarm] of [
    ['leak', { what: 'leak', least: 1 }],
    ['leak:0', { what: 'leak', least: 1 }],
    ['leak:500', { what: 'leak', least: 500 }],
    ['frag:3', { what: 'frag', least: 3 }],
    ['malformed', { what: 'malformed', least: 1 }],
    ['missing:123456789012345', { what: 'missing', least: 123_456_789_012_345 }],
  ] as const)
    assert.deepEqual(parseAlarm(typed), alarm);
  for (const typed of ['', 'leaks', 'frag', 'leak:', 'leak:x', 'leak:-1', 'leak:1234567890123456', 'x leak', 'leak:1 '])
    assert.throws(() => parseAlarm(typed), {
      code: 'usage',
      message: /^--fail-on takes leak\[:PAGES\], frag:BLOCKS, /,
    });
});
