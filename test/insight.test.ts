import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { BLOCK, LEAK, run } from './helpers.js';
import { LARGE, largeDump, missingLarge } from './large-dumps.js';
import { block, dump, folder, json, pageowner, sum, T0, T1, T2, truth } from './snapshots.js';

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
