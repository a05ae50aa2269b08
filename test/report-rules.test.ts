/** What reports select, group and order, rule by rule. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseStacksText } from '../src/format/stacks-text.js';
import { loadSnapshot } from '../src/main/reading/load-snapshot.js';
import type { Aggregate } from '../src/merge/aggregate/aggregate.js';
import { handlesOf, hasHandles, resolveHandles } from '../src/merge/aggregate/stacks-aggregate.js';
import { byPages, compareTexts } from '../src/merge/insight/row-groups.js';
import { type RowSelection, selectAggregate, selectRows } from '../src/merge/insight/selection.js';
import { block } from './snapshots.js';

async function aggregateOf(text: string): Promise<Aggregate> {
  return (await loadSnapshot(Buffer.from(text))).aggregate;
}

const plain = block({ ts: 1 });
const other = block({ ts: 2, comm: 'other', stack: 'probe', tail: '' })
  .replace('pid 7, tgid 7', 'pid 8, tgid 9')
  .replace('node=0', 'node=1')
  .replace('probe+0x1/0x2', 'probe+0x1/0x2 [mod]');
const nameless = 'Page allocated via order 0, mask 0xcc0(GFP_KERNEL)\nPFN 0x10 type Unmovable\n leaf+0x1/0x2\n\n';

test('each selection alone keeps what it names, and drops what does not say', async () => {
  const { rows } = await aggregateOf(plain + other + nameless);
  const kept = (selection: RowSelection): number[] =>
    selectRows(rows, selection)
      .map(({ task }) => task.pid ?? -1)
      .sort();
  assert.deepEqual(kept({}), [-1, 7, 8]);
  assert.deepEqual(kept({ pids: [8] }), [8]);
  assert.deepEqual(kept({ pids: [] }), []);
  assert.deepEqual(kept({ tgids: [9] }), [8]);
  assert.deepEqual(kept({ tgids: [7, 9] }), [7, 8]);
  assert.deepEqual(kept({ names: ['other'] }), [8]);
  assert.deepEqual(kept({ nodes: [0] }), [7]);
  assert.deepEqual(kept({ nodes: [1] }), [8]);
  assert.deepEqual(kept({ modules: ['mod'] }), [8]);
  assert.deepEqual(kept({ modules: ['vmlinux'] }), [-1, 7]);
  assert.deepEqual(kept({ match: [/^nowhere/, /^probe/] }), [8]);
  assert.deepEqual(kept({ not: [/^probe/] }), [-1, 7]);
  assert.deepEqual(kept({ match: [/^leaf/], not: [/^leaf/] }), []);
});

test('what is selected is all that counts, beside what is malformed', async () => {
  const aggregate = await aggregateOf(`${plain}${other}damaged\n\n`);
  assert.equal(aggregate.facts.blocks, 3);
  assert.equal(selectAggregate(aggregate, { pids: [8] }).facts.blocks, 2);
  assert.equal(selectAggregate(aggregate, {}).rows, aggregate.rows);
});

test('groups of equal pages are in the order of their texts, and equal texts are equal', () => {
  const group = (pages: number, id: string): { pages: number; id: string } => ({ pages, id });
  const sorted = [group(1, 'b'), group(2, 'z'), group(1, 'a')].sort(byPages);
  assert.deepEqual(
    sorted.map(({ id }) => id),
    ['z', 'a', 'b'],
  );
  assert.equal(compareTexts('a', 'a'), 0);
  assert.ok(compareTexts('a', 'b') < 0);
  assert.ok(compareTexts('b', 'a') > 0);
});

test('pages of show_stacks are those of nr_base_pages, or stack_count of older kernels', async () => {
  const blocksOf = async (line: string): Promise<number> =>
    (await aggregateOf(` leaf+0x1/0x2\n${line}\n\n`)).facts.blocks;
  assert.equal(await blocksOf('nr_base_pages: 5'), 5);
  assert.equal(await blocksOf('stack_count: 7'), 7);
});

test('one block told by a handle is enough: it is resolved, and others are left as they are', async () => {
  const handle =
    'Page allocated via order 0, mask 0xcc0(GFP_KERNEL), pid 7, tgid 7 (c), ts 1 ns\nPFN 0x11 type Unmovable Block 0 type Unmovable Flags 0x0(node=0|zone=0)\nhandle: 12\n\n';
  const aggregate = await aggregateOf(plain + handle);
  assert.equal(hasHandles(await aggregateOf(plain)), false);
  assert.equal(hasHandles(aggregate), true);
  const handles = handlesOf(parseStacksText(' named+0x1/0x2\nhandle: 12\n\n unnamed+0x1/0x2\nnr_base_pages: 1\n\n'));
  assert.deepEqual([...handles.keys()], ['12']);
  const stacksOf = ({ rows }: Aggregate): string[] => rows.map(({ stack }) => stack.join()).sort();
  assert.deepEqual(stacksOf(resolveHandles(aggregate, handles)), ['leaf+0x1/0x2', 'named+0x1/0x2']);
  const unknown = resolveHandles(aggregate, new Map());
  assert.deepEqual(stacksOf(unknown), ['handle 12', 'leaf+0x1/0x2']);
  assert.equal(hasHandles(unknown), true);
});

test('cells of a row are in order, whatever the order of its blocks', async () => {
  const at = (pfn: number, ts: number): string => block({ pfn, ts });
  const { rows } = await aggregateOf(at(0x600, 3e9) + at(0x10, 1) + at(0x601, 3e9) + other + at(0x200, 5e12));
  const own = rows.find(({ task }) => task.pid === 7);
  assert.deepEqual(own?.pageblocks, { numbers: [0, 1, 3], blocks: [1, 1, 2] });
  assert.equal(
    own?.times.blocks.reduce((sum, count) => sum + count, 0),
    4,
  );
  assert.deepEqual(rows.find(({ task }) => task.pid === 8)?.pageblocks, { numbers: [0], blocks: [1] });
  assert.equal(own?.newest, 5_000_000_000_000n);
});
