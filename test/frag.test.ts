import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT, run } from './helpers.js';
import { LARGE, missingLarge } from './large-dumps.js';
import { block, dump, folder, json, pageowner, sum } from './snapshots.js';

test('mixed pageblocks are counted as the kernel counts them', () => {
  const mixed = (path: string): unknown => json('frag', path).mixed;
  const others = { HighAtomic: 0, CMA: 0, Isolate: 0 };
  assert.deepEqual(mixed(join(ROOT, 'fixtures/6.12-mixed/pageblocks.txt.gz')), {
    Unmovable: 0,
    Movable: 26,
    Reclaimable: 0,
    ...others,
  });
  assert.deepEqual(mixed(join(ROOT, 'fixtures/6.1-mixed/pageblocks.txt.gz')), {
    Unmovable: 0,
    Movable: 20,
    Reclaimable: 1,
    ...others,
  });
});

for (const set of ['6.12/mixed', '6.12/big', '6.12/boot', '6.12/leak/t2', '6.1/mixed', '6.1/boot'])
  test(`frag of ${set} says what pagetypeinfo says`, { skip: missingLarge(`dumps/${set}`) }, () => {
    const text = readFileSync(join(LARGE, 'dumps', set, 'pagetypeinfo.txt'), 'utf8');
    const [head = '', ...lines] = text.slice(text.indexOf('Number of mixed blocks')).trim().split('\n');
    const types = head.replace('Number of mixed blocks', '').trim().split(/ +/);
    const path = join(LARGE, 'dumps', set, 'page_owner_full.txt.zst');
    const { mixed } = json('frag', path);
    for (const [i, type] of types.entries()) {
      const counts = lines.map((line) => Number(line.trim().split(/ +/)[4 + i]));
      assert.equal(mixed[type], sum(counts), type);
    }
  });

test('pageblocks are counted by tenths of how full they are, full ones with the last', () => {
  const filled = [0, 6, 7, 8, 9].map((order, i) => block({ order, pfn: 0x200 * (i + 1) })).join('');
  assert.deepEqual(json('frag', dump('filled', filled)).occupancy, { Unmovable: [1, 1, 1, 0, 0, 1, 0, 0, 0, 1] });
});

test('an allocation larger than a pageblock mixes each that it covers', () => {
  const large = block({ pfn: 0x800, order: 10, type: 'Unmovable', own: 'Movable', stack: 'huge' });
  const path = dump('large', block({ pfn: 0x3ff, type: 'Movable' }) + large + block({ pfn: 0xa01, type: 'Movable' }));
  const { mixed, offenders, zones } = json('frag', path);
  assert.equal(mixed.Movable, 2);
  assert.equal(zones[0].blocks, 3);
  assert.deepEqual(offenders, [
    { stack: ['huge+0x1/0x2'], migratetype: 'Unmovable', blocks: 2, pages: 1024, blocks_freed: 2, blocks_emptied: 1 },
  ]);
});

test('a pageblock on the border of zones counts in both', () => {
  const path = dump(
    'border',
    block({ zone: 0, type: 'Movable', own: 'Unmovable' }) +
      block({ zone: 1, pfn: 0x11, type: 'Movable', own: 'Unmovable' }),
  );
  assert.deepEqual(
    json('frag', path).zones.map(({ mixed }: { mixed: { Unmovable: number } }) => mixed.Unmovable),
    [1, 1],
  );
});

test('blame: a pageblock is freed only by who alone keeps it', () => {
  const spoiled = (pfn: number, ...stacks: string[]): string =>
    block({ pfn, type: 'Movable' }) +
    stacks.map((stack, i) => block({ pfn: pfn + 1 + i, type: 'Unmovable', own: 'Movable', stack })).join('');
  const path = dump('blame', spoiled(0x200, 'a') + spoiled(0x400, 'a', 'b') + spoiled(0x600, 'b'));
  const { offenders } = json('frag', path);
  assert.deepEqual(
    offenders.map(({ stack, blocks, blocks_freed }: { stack: string[]; blocks: number; blocks_freed: number }) => [
      stack[0],
      blocks,
      blocks_freed,
    ]),
    [
      ['a+0x1/0x2', 2, 1],
      ['b+0x1/0x2', 2, 1],
    ],
  );
});

test('one block in the wrong pageblock is said, and changes nothing else', () => {
  const right = Array.from({ length: 20 }, (_, i) => block({ pfn: 0x400 + i * 0x200 })).join('');
  const path = dump('misplaced', right + block({ pfn: 0x5000 }).replace('Block 40', 'Block 41'));
  const { stdout, stderr } = run('pageowner', ['frag', path, '--format', 'json']);
  assert.equal(JSON.parse(stdout).pageblock_order, 9);
  assert.match(stderr, /^pageowner: .*: 1 blocks have a PFN that is not in the pageblock that they name\n$/);
});

test('a pageblock whose type changed while the dump was taken is mixed if a block says so', () => {
  const twoTypes =
    block({ type: 'Unmovable', own: 'Unmovable' }) + block({ pfn: 0x11, type: 'Unmovable', own: 'Movable' });
  const same = block({ pfn: 0x200, type: 'Unmovable' }) + block({ pfn: 0x201, type: 'Movable' });
  const path = dump('changed', twoTypes + same);
  const saved = join(folder, 'changed.parquet');
  pageowner('export', path, '-o', saved);
  for (const each of [path, saved]) assert.equal(json('frag', each).mixed.Movable, 1);
});

test('blame of a selection leaves what is not selected where it is', () => {
  const all = (stack: string, comm: string, pfn: number): string =>
    block({ stack, comm, pfn, type: 'Unmovable', own: 'Movable' });
  const path = dump(
    'selected',
    all('a', 'x', 1) + all('a', 'y', 2) + all('a', 'x', 0x200) + block({ pfn: 0x201, type: 'Movable' }),
  );
  const [offender] = json('frag', path, '--name', 'x').offenders;
  assert.deepEqual([offender.blocks, offender.pages, offender.blocks_freed], [2, 2, 1]);
  assert.equal(
    json('frag', dump('zones', block({}) + block({ pfn: 0x11 }).replace('node=0', 'node=1')), '--node', '1').zones
      .length,
    1,
  );
});

test('the map of a node has no other nodes', () => {
  const path = dump('map', block({}) + block({ pfn: 0x11 }).replace('node=0', 'node=1'));
  assert.match(pageowner('frag', path, '--map'), /Pageblocks of node 0/);
  assert.doesNotMatch(pageowner('frag', path, '--map', '--node', '1'), /Pageblocks of node 0/);
});

test('an order that no kernel has does not take all memory', () => {
  const absurd = dump('absurd', block({ order: 20, pfn: 0x100000 }) + block({ pfn: 0x600 }));
  assert.equal(json('frag', absurd).pageblock_order, 9);
});
