import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { BLOCK, ROOT, run, temporaryFolder, writeInto } from './helpers.js';
import { LARGE, largeDump, missingLarge } from './large-dumps.js';

const folder = temporaryFolder();
const LEAK = ['t0', 't1', 't2'].map((name) => join(ROOT, 'fixtures/6.12-leak', `${name}.txt.gz`)) as [
  string,
  string,
  string,
];
const [T0, T1, T2] = LEAK;

/** Runs a command that must succeed. */
function pageowner(...args: string[]): string {
  const { status, stdout, stderr } = run('pageowner', args);
  assert.equal(stderr, '');
  assert.equal(status, 0);
  return Buffer.from(stdout, 'latin1').toString();
}

// biome-ignore lint/suspicious/noExplicitAny: documents of many shapes, looked into field by field
function json(...args: string[]): any {
  return JSON.parse(pageowner(...args, '--format', 'json'));
}

function dump(name: string, content: Buffer | string): string {
  return writeInto(folder, name, content);
}

/** A block of which some things are said. */
function block(what: {
  order?: number;
  pfn?: number;
  type?: string;
  own?: string;
  zone?: number;
  ts?: number | bigint;
  stack?: string;
  tail?: string;
  comm?: string;
}): string {
  const {
    order = 0,
    pfn = 0x10,
    type = 'Unmovable',
    own = type,
    zone = 0,
    ts = 1,
    stack = 'leaf',
    tail = '',
    comm = 'c',
  } = what;
  return `Page allocated via order ${order}, mask 0xcc0(GFP_KERNEL), pid 7, tgid 7 (${comm}), ts ${ts} ns
PFN 0x${pfn.toString(16)} type ${type} Block ${pfn >> 9} type ${own} Flags 0x0(node=0|zone=${zone})
 ${stack}+0x1/0x2
${tail}
`;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The lines of a table of a fixture, by its columns. */
function truth(path: string): Record<string, string>[] {
  const [head = '', ...lines] = readFileSync(join(ROOT, 'fixtures', path), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => Object.fromEntries(line.split('\t').map((value, i) => [head.split('\t')[i], value])));
}

test('diff finds what a module leaked, to the page', () => {
  for (const { frame = '', t0, t1, t2 } of truth('6.12-leak/truth.tsv')) {
    const { rows } = json('diff', ...LEAK, '--match', `^${frame}\\+`);
    const pages = [0, 1, 2].map((i) => sum(rows.map((row: { pages: number[] }) => row.pages[i])));
    const truly = [t0, t1, t2].map(Number) as [number, number, number];
    assert.deepEqual(pages, truly, frame);
    const changes = [0, 1].map((i) =>
      sum(
        rows.map(
          (row: { intervals: { born_pages: number; freed_pages: number }[] }) =>
            (row.intervals[i]?.born_pages ?? 0) - (row.intervals[i]?.freed_pages ?? 0),
        ),
      ),
    );
    assert.deepEqual(changes, [truly[1] - truly[0], truly[2] - truly[1]], frame);
  }
});

test('diff puts what modules leaked on top, and fails on leaks when it is asked to', () => {
  const { rows } = json('diff', ...LEAK, '--limit', '10');
  for (const { key, verdict } of rows) {
    assert.match(key.stack.join('\n'), /\[polleak\]/);
    assert.equal(verdict, 'leak');
  }
  const failing = run('pageowner', ['diff', T0, T1, '--by', 'module', '--fail-on', 'leak:1000', '-o', '/dev/null']);
  assert.equal(failing.status, 1);
  assert.match(failing.stderr, /^pageowner: leak: 1 groups with 1000 pages or more; the largest has 1941: polleak\n$/);
  assert.equal(
    run('pageowner', ['diff', T0, T1, '--by', 'module', '--fail-on', 'leak:2000', '-o', '/dev/null']).status,
    0,
  );
});

test('a dump compared with itself is steady, and nothing was born', () => {
  const { rows } = json('diff', T1, T1);
  assert.deepEqual(new Set(rows.map(({ verdict }: { verdict: string }) => verdict)), new Set(['steady']));
  assert.equal(
    sum(rows.map(({ intervals: [{ born_pages }] }: { intervals: [{ born_pages: number }] }) => born_pages)),
    0,
  );
});

test('what was allocated while the earlier dump was taken counts as born', () => {
  const before = dump('before', block({ ts: 10 }) + block({ ts: 100, stack: 'other' }));
  const after = dump(
    'after',
    block({ ts: 10 }) + block({ ts: 50 }) + block({ ts: 200 }) + block({ ts: 100, stack: 'other' }),
  );
  const [row] = json('diff', before, after, '--match', 'leaf').rows;
  assert.deepEqual(row.intervals, [{ born_blocks: 2, born_pages: 2, freed_blocks: 0, freed_pages: 0 }]);
});

test('aggregates saved without a moment give bounds, and with it what is exact', () => {
  const [a, b, exact] = ['a', 'b', 'exact'].map((name) => join(folder, `${name}.parquet`)) as [string, string, string];
  pageowner('export', T0, '-o', a);
  pageowner('export', T1, '-o', b);
  pageowner('export', T1, '--since', T0, '-o', exact);
  const truly = json('diff', T0, T1);
  assert.deepEqual(json('diff', a, exact).rows, truly.rows);
  const bounded = new Map(json('diff', a, b).rows.map((row: { key: unknown }) => [JSON.stringify(row.key), row]));
  for (const row of truly.rows) {
    const [least] = (
      bounded.get(JSON.stringify(row.key)) as { intervals: { born_pages: number; born_pages_max?: number }[] }
    ).intervals;
    assert.ok(least && least.born_pages <= row.intervals[0].born_pages);
    assert.ok((least.born_pages_max ?? least.born_pages) >= row.intervals[0].born_pages);
  }
});

/** Facts of snapshots, which name their files. */
const NO_DUMPS = { dump: null, dumps: null };

test('every report of a saved aggregate is that of the dump', () => {
  const saved = join(folder, 't2.parquet');
  pageowner('export', T2, '-o', saved);
  for (const command of [
    ['top'],
    ['top', '--by', 'kind,order'],
    ['age', '--by', 'command'],
    ['frag'],
    ['top', '--by', 'memcg', '--name', 'init'],
  ]) {
    const [dumped, read] = [T2, saved].map((path) => json(...command, path));
    assert.deepEqual({ ...read, ...NO_DUMPS }, { ...dumped, ...NO_DUMPS });
    assert.deepEqual({ ...read.dump, path: '' }, { ...dumped.dump, path: '' });
  }
});

test('top counts as awk does', () => {
  const text = gunzipSync(readFileSync(T2)).toString('latin1');
  const pages = new Map<string, number>();
  for (const [, order, name] of text.matchAll(/^Page allocated via order (\d+),.* tgid \d+ \((.*)\), ts \d+ ns$/gm))
    pages.set(name as string, (pages.get(name as string) ?? 0) + 2 ** Number(order));
  const { rows, totals } = json('top', '--by', 'command', T2);
  assert.deepEqual(
    new Map(rows.map((row: { key: { command: string }; pages: number }) => [row.key.command, row.pages])),
    pages,
  );
  assert.equal(totals.pages, sum([...pages.values()]));
});

test('a symbol counts each page once, and kinds sum up to all', () => {
  const recursive = dump(
    'recursive',
    `${block({ stack: 'f' }).replace(' f+0x1/0x2\n', ' f+0x1/0x2\n f+0x3/0x4\n g+0x1/0x2 [m]\n')}`,
  );
  const { rows } = json('top', '--by', 'symbol', recursive);
  assert.deepEqual(
    rows.map(({ key, pages }: { key: { symbol: string }; pages: number }) => [key.symbol, pages]),
    [
      ['f', 1],
      ['g', 1],
    ],
  );
  const kinds = json('top', '--by', 'kind', T2);
  assert.equal(sum(kinds.rows.map(({ pages }: { pages: number }) => pages)), kinds.dump.pages);
});

test('a memory cgroup that is offline is another than one that is not', () => {
  const path = dump(
    'memcg',
    block({ tail: 'Charged (via objcg) to offline memcg a b\n' }) +
      block({ tail: 'Slab cache page\nCharged to memcg a b\n' }) +
      block({}),
  );
  const keys = json('top', '--by', 'memcg', path).rows.map(({ key }: { key: unknown }) => key);
  assert.deepEqual(keys, [
    { memcg: 'a b', memcg_offline: false },
    { memcg: 'a b', memcg_offline: true },
    { memcg: null, memcg_offline: null },
  ]);
});

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

test('show_stacks says what the dump says, but for early pages', { skip: missingLarge('dumps/6.12/mixed') }, () => {
  const stacks = json('top', join(LARGE, 'dumps/6.12/mixed/show_stacks.txt'));
  const path = dump('mixed', largeDump('6.12/mixed'));
  const early = json('top', '--by', 'kind', path).rows.find(
    ({ key }: { key: { kind: string } }) => key.kind === 'early boot',
  );
  assert.equal(stacks.dump.blocks, null);
  // Both were read one after the other, on a machine that went on.
  assert.ok(Math.abs(stacks.totals.pages - (json('top', path).totals.pages - early.pages)) < 500);
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

test('stacks behind a line of a vendor, or a prefix of a log, are found', () => {
  const [head = '', pfn = ''] = block({}).split('\n');
  for (const lines of [
    'Page allocated by module nvme\n f+0x1/0x2',
    'PID 7\n f+0x1/0x2',
    '[0xc012b7b9] f+25',
    '[   12.34]  f+0x1/0x2',
  ]) {
    const [row] = json('top', dump('dialect', `${head}\n${pfn}\n${lines}\n\n`), '--by', 'symbol').rows;
    assert.equal(row.key.symbol, 'f', lines);
  }
  const draft = `Page allocated via order 0, mask 0x0, pid 162970 (podman), ts 5 ns\n${pfn}\n f+0x1/0x2\n\n`;
  assert.deepEqual(json('top', dump('draft', draft), '--by', 'pid,command').rows[0].key, {
    pid: 162970,
    command: 'podman',
  });
});

test('handles of a saved aggregate can be resolved later', () => {
  const saved = join(folder, 'h.parquet');
  pageowner('export', dump('h', block({}).replace(' leaf+0x1/0x2\n', 'handle: 17\n')), '-o', saved);
  const stacks = dump('h.stacks', ' a+0x1/0x2\nhandle: 17\n\n');
  assert.deepEqual(json('top', saved, '--stacks', stacks).rows[0].key.stack, ['a+0x1/0x2']);
  const { stdout, stderr } = run('pageowner', ['top', saved, '--by', 'symbol', '--format', 'json']);
  assert.deepEqual(JSON.parse(stdout).rows[0].key, { symbol: 'handle 17' });
  assert.match(stderr, /^pageowner: .*h\.parquet: stacks are told by handles only; --stacks .*\n$/);
});

test('csv has all that json has', () => {
  const [head = ''] = pageowner('age', T0, '--by', 'kind', '--format', 'csv').split('\n');
  assert.match(head, /^kind,pages_1,pages_2,.*,untimed_pages,total_pages,oldest_ns,newest_ns,trend$/);
  const [diffHead = ''] = pageowner('diff', T0, T1, '--format', 'csv').split('\n');
  assert.equal(
    diffHead,
    'stack,blocks_1,blocks_2,pages_1,pages_2,intervals_1_born_blocks,intervals_1_born_pages,intervals_1_freed_blocks,intervals_1_freed_pages,pages_per_hour,verdict',
  );
});

test('no output takes the place of an input, whatever that is for', () => {
  const handles = dump('handles.txt', ' a+0x1/0x2\nhandle: 17\n\n');
  const saved = join(folder, 'since.parquet');
  pageowner('export', T0, '-o', saved);
  for (const args of [
    ['top', T0, '--stacks', handles, '-o', handles],
    ['export', T1, '--since', saved, '-o', saved],
  ]) {
    const { status, stderr } = run('pageowner', args);
    assert.equal(status, 2);
    assert.match(stderr, /input/);
  }
  assert.match(readFileSync(handles, 'latin1'), /handle: 17/);
});

test('age counts each page once, and knows what grew steadily', () => {
  const times = Array.from({ length: 400 }, (_, i) => block({ ts: BigInt(i + 1) * 1_000_000_000n, stack: 'steady' }));
  const young = Array.from({ length: 50 }, (_, i) =>
    block({ ts: 399_000_000_000n + BigInt(i), stack: 'young', order: 1 }),
  );
  const { totals, edges_ns, rows, newest_ns } = json('age', dump('age', times.join('') + young.join('')));
  assert.equal(newest_ns, 400_000_000_000);
  assert.equal(edges_ns.length, totals.length + 1);
  assert.equal(sum(totals), 500);
  assert.deepEqual(
    rows.map(({ key, trend }: { key: { stack: string[] }; trend: string }) => [key.stack[0], trend]),
    [
      ['steady+0x1/0x2', 'steady growth'],
      ['young+0x1/0x2', 'young'],
    ],
  );
});

test('dumps in handle form are joined with their stacks, or have handles as stacks', () => {
  const path = dump(
    'handles',
    block({}).replace(' leaf+0x1/0x2\n', 'handle: 17\n') + block({}).replace(' leaf+0x1/0x2\n', 'handle: 18\n'),
  );
  const stacks = dump('stacks', ' a+0x1/0x2\n b+0x3/0x4\nhandle: 17\n\n');
  const keys = (...args: string[]): unknown =>
    JSON.parse(run('pageowner', ['top', path, '--format', 'json', ...args]).stdout).rows.map(
      ({ key }: { key: { stack: unknown } }) => key.stack,
    );
  assert.deepEqual(keys('--stacks', stacks), [['a+0x1/0x2', 'b+0x3/0x4'], ['handle 18']]);
  assert.deepEqual(keys(), [['handle 17'], ['handle 18']]);
});

test('packed show_stacks and packed aggregates are read too', () => {
  const stacks = dump('s.gz', gzipSync(' f+0x1/0x2\nnr_base_pages: 5\n\n'));
  assert.equal(json('top', stacks).rows[0].pages, 5);
  const saved = join(folder, 'packed.parquet');
  pageowner('export', T0, '-o', saved);
  assert.deepEqual(json('top', dump('p.gz', gzipSync(readFileSync(saved)))).rows, json('top', T0).rows);
});

test('meminfo is reconciled: total = accounted + free + untracked', () => {
  const meminfo = dump('meminfo.txt', 'MemTotal:       1000 kB\nMemFree:         200 kB\n');
  for (const path of [meminfo, folder]) {
    const { total_bytes, accounted_bytes, free_bytes, untracked_bytes } = json(
      'top',
      dump('one', BLOCK),
      '--meminfo',
      path,
    ).meminfo;
    assert.deepEqual([total_bytes, accounted_bytes, free_bytes], [1_024_000, 8192, 204_800]);
    assert.equal(total_bytes, accounted_bytes + free_bytes + untracked_bytes);
  }
});

test('hostile names do nothing to a terminal, a spreadsheet or JSON', () => {
  const name = '=1+1\x1b[2J\xff';
  const path = dump('hostile', Buffer.from(block({ comm: name }), 'latin1'));
  assert.ok(!pageowner('top', '--by', 'command', path).includes('\x1b'));
  assert.match(pageowner('top', '--by', 'command', path, '--format', 'csv'), /'=1\+1\\x1b/);
  assert.equal(json('top', '--by', 'command', path).rows[0].key.command, '=1+1\x1b[2J\uefff');
});

test('selections and --ignore-offsets do what they say', () => {
  const path = dump(
    'select',
    block({ stack: 'a' }) + block({ stack: 'a', ts: 2 }).replace('+0x1/', '+0x5/') + block({ stack: 'b', comm: 'x' }),
  );
  const blocks = (...args: string[]): unknown =>
    json('top', path, ...args).rows.map((row: { blocks: number }) => row.blocks);
  assert.deepEqual(blocks(), [1, 1, 1]);
  assert.deepEqual(blocks('--ignore-offsets'), [2, 1]);
  assert.deepEqual(blocks('--match', '^a'), [1, 1]);
  assert.deepEqual(blocks('--not', '^a'), [1]);
  assert.deepEqual(blocks('--name', 'x'), [1]);
  assert.deepEqual(blocks('--node', '1'), []);
  assert.deepEqual(blocks('--pid', '7', '--limit', '1'), [1]);
});

test('each format can be written, and profiles have all pages', () => {
  const { totals, rows } = json('top', T0);
  assert.equal(pageowner('top', T0, '--format', 'ndjson').trim().split('\n').length, rows.length);
  assert.match(pageowner('top', T0, '--format', 'md'), /^\*\*|^#|\|/m);
  const folded = pageowner('export', T0, '--to', 'folded').trim().split('\n');
  assert.equal(sum(folded.map((line) => Number(line.slice(line.lastIndexOf(' '))))), totals.pages);
  const { profiles } = JSON.parse(pageowner('export', T0, '--to', 'speedscope'));
  assert.equal(sum(profiles[0].weights), totals.bytes);
  assert.equal(pageowner('export', T0, '--to', 'csv').split('\n').length > 100, true);
});

test('what cannot be done is said in one line, and leaves no output', () => {
  const output = join(folder, 'none');
  const truncated = dump('cut.parquet', readFileSync(T0).subarray(0, 10));
  for (const [args, reason] of [
    [['top', '--by', 'nonsense', T0], /no key nonsense; it takes stack,/],
    [['top', '--match', '(', T0], /--match/],
    [['top', '--limit', 'x', T0], /--limit/],
    [['top', '--page-size', '5000', T0], /--page-size/],
    [['top', '--node', 'x', T0], /--node/],
    [['top', 'absent'], /absent: no such file/],
    [['top', dump('bad.parquet', 'PAR1nothing')], /as a saved aggregate/],
    [['top', dump('bad.stacks', ' f+0x1/0x2\nnr_base_pages: 1\n\nnonsense\n')], /line 4/],
    [['top', truncated], /cannot unpack/],
    [['diff', T0], /two dumps/],
    [['diff', T0, T1, '--fail-on', 'x'], /--fail-on/],
    [['export', T0], /which form/],
    [['export', T0, '--to', 'png'], /--to takes/],
    [['merge', T0], /-o/],
    [['diff', '-', '-'], /only once/],
    [['top', dump('empty', '')], /no block of page_owner/],
    [['diff', T0, dump('passwd', 'root:x:0\n\nbin:x:1\n\n')], /no block of page_owner/],
    [['export', T0, '--to', 'parquet', '--since', '-5'], /--since/],
    [['export', T0, '--to', 'parquet', '--since', '18446744073709551615'], /--since/],
    [['frag', dump('only.stacks', ' f+0x1/0x2\nnr_base_pages: 1\n\n')], /where pages are/],
    [['top', '--meminfo', 'absent', T0], /absent/],
  ] as const) {
    const { status, stdout, stderr } = run('pageowner', [
      ...args,
      ...(args[0] === 'merge' || (args.includes(T0 as never) && args[0] === 'export') ? [] : ['-o', output]),
    ]);
    assert.equal(status, 2, args.join(' '));
    assert.equal(stdout, '');
    assert.match(stderr, reason);
    assert.match(stderr, /^pageowner: .*\n$/);
  }
});

test('a block that was cut off, with a megabyte of zeros behind it, is read', () => {
  for (const cut of [10, 100, 150]) {
    const path = dump('zeros', `${BLOCK.slice(0, -cut)}${'\0'.repeat(1e6)}${BLOCK}${BLOCK}`);
    const { totals } = json('top', path);
    assert.equal(totals.blocks, 2);
  }
});
