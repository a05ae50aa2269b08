import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { callerOf } from '../src/format/allocators.js';
import { parseFrame } from '../src/format/frame.js';
import { findLogPrefix } from '../src/format/log-prefix.js';
import { type PageReport, parsePageReports } from '../src/format/page-report.js';
import { ROOT } from './helpers.js';

const NOTHING: PageReport = {
  order: null,
  gfpMask: '',
  gfpFlags: '',
  migratetype: '',
  pid: null,
  tgid: null,
  command: null,
  ts: null,
  freeTs: null,
  stack: [],
  freedStack: [],
  state: null,
  reason: null,
  pfn: null,
  node: '',
  zone: '',
  tails: [],
};

function read(log: string): PageReport[] {
  const lines = log.split('\n');
  const prefix = findLogPrefix(log);
  if (!prefix) return parsePageReports(lines);
  return parsePageReports(lines.map((line) => prefix.strip(line)).filter((line) => line !== undefined));
}

function only(log: string): PageReport {
  const [report, ...others] = read(log);
  assert.ok(report);
  assert.deepEqual(others, []);
  return report;
}

function form(name: string): string {
  return readFileSync(join(ROOT, `fixtures/forms/${name}.txt`), 'latin1');
}

function caller({ stack }: PageReport): string | undefined {
  const frames = stack.map(parseFrame);
  const { symbol, module } = frames[callerOf(frames)] ?? {};
  return module ? `${symbol} [${module}]` : symbol;
}

test('a KASAN report tells of its page: both stacks, symbolised', () => {
  const report = only(form('kasan-report'));
  assert.deepEqual(
    { ...report, stack: report.stack.length, freedStack: report.freedStack },
    {
      ...NOTHING,
      order: 3,
      gfpMask: '0x440dc0',
      gfpFlags: 'GFP_KERNEL_ACCOUNT|__GFP_ZERO|__GFP_COMP',
      migratetype: 'Unmovable',
      pid: 6328,
      tgid: 6328,
      command: 'syz-executor',
      ts: 132604632127n,
      freeTs: 133183234936n,
      stack: 6,
      freedStack: [
        'reset_page_owner include/linux/page_owner.h:25 [inline]',
        'free_pages_prepare mm/page_alloc.c:1395 [inline]',
        'tlb_remove_table_rcu+0x85/0x100 mm/mmu_gather.c:289',
      ],
      state: 'freed',
      reason: 'kasan: bad access detected',
      pfn: 0x78dca,
      node: '0',
      zone: '1',
    },
  );
  assert.equal(caller(report), 'pte_alloc_one');
});

test('two failed migrations are two reports, though the second has no page line', () => {
  const reports = read(form('dmesg-migration-failure'));
  assert.equal(reports.length, 2);
  for (const report of reports) {
    assert.equal(report.state, 'allocated');
    assert.equal(report.reason, 'migration failure');
    assert.equal(report.stack.length, 4);
    assert.deepEqual(report.freedStack, []);
    assert.equal(caller(report), 'fs_read_run [fsdrv]');
  }
  assert.deepEqual(
    reports.map(({ pfn, ts, node }) => [pfn, ts, node]),
    [
      [0x20fa4, 99123456789n, ''],
      [null, 99123456999n, ''],
    ],
  );
});

test('4.6: one stack, with addresses, and no word of its state', () => {
  const report = only(`[   10.100000] page:ffffea0004ed4f00 count:1 mapcount:0 mapping:          (null) index:0x0
[   10.100001] flags: 0x2fffff80000000()
[   10.100002] page dumped because: VM_BUG_ON_PAGE(PageTail(page))
[   10.100003] page->mem_cgroup:ffff88013b1b8000
[   10.100004] page allocated via order 0, migratetype Movable, gfp_mask 0x24280ca(GFP_HIGHUSER_MOVABLE|__GFP_ZERO)
[   10.100005]  [<ffffffff811682c4>] __set_page_owner+0x44/0xb0
[   10.100006]  [<ffffffff811b40c8>] alloc_pages_vma+0x88/0x1d0
[   10.100007]  [<ffffffff81195a1d>] handle_mm_fault+0x114d/0x16c0
[   10.100008] page has been migrated, last migrate reason: compaction
`);
  assert.deepEqual(
    { ...report, stack: report.stack.length },
    {
      ...NOTHING,
      order: 0,
      gfpMask: '0x24280ca',
      gfpFlags: 'GFP_HIGHUSER_MOVABLE|__GFP_ZERO',
      migratetype: 'Movable',
      stack: 3,
      state: 'allocated',
      reason: 'VM_BUG_ON_PAGE(PageTail(page))',
      tails: ['page has been migrated, last migrate reason: compaction'],
    },
  );
  assert.equal(caller(report), 'handle_mm_fault');
});

test('5.4: no task, and the free has its stack', () => {
  const report = only(`page:ffffea0001a2b3c0 refcount:0 mapcount:-128 mapping:0000000000000000 index:0x0
flags: 0xfffffc0000000()
raw: 000fffffc0000000 dead000000000100 dead000000000122 0000000000000000
page dumped because: nonzero mapcount
page_owner tracks the page as freed
page last allocated via order 0, migratetype Unmovable, gfp_mask 0xcc0(GFP_KERNEL)
 prep_new_page+0x12/0x20
 alloc_pages_current+0x6a/0xe0
 g+0x1/0x2 [m]
page last free stack trace:
 free_pcp_prepare+0x5/0x10
 __free_pages+0x6/0x10
Modules linked in: m
CPU: 0 PID: 1 Comm: x
Call Trace:
 dump_stack+0x66/0x90
`);
  assert.equal(report.state, 'freed');
  assert.equal(report.gfpFlags, 'GFP_KERNEL');
  assert.deepEqual([report.pid, report.ts, report.freeTs, report.pfn], [null, null, null, null]);
  assert.deepEqual(report.freedStack, ['free_pcp_prepare+0x5/0x10', '__free_pages+0x6/0x10']);
  assert.equal(caller(report), 'g [m]');
});

test('newest: when it was freed stands with the stack of the free', () => {
  const free = (line: string) =>
    only(`[  294.05][T10694] page: refcount:0 mapcount:0 mapping:0000000000000000 index:0x0 pfn:0x1107b
[  294.05][T10694] anon flags: 0x17ff00000000000(node=1|zone=2|lastcpupid=0x7ff)
[  294.05][T10694] page dumped because: x: y
[  294.05][T10694] page_owner tracks the page as freed
[  294.05][T10694] page last allocated via order 3, migratetype Reclaimable, gfp_mask 0x0(), pid 5, tgid 4 (a b), ts 74
[  294.05][T10694]  post_alloc_hook+0x2d1/0x350
[  294.05][   C1] other: message
[  294.05][T10694]  f+0x1/0x2
[  294.05][T10694] ${line}
[  294.05][T10694]  free_unref_page+0x1a/0x90
[  294.05][T10694] 
[  294.05][T10694]  later+0x1/0x2
`);
  const report = free('page last free pid 6 tgid 6 ts 99 stack trace:');
  assert.deepEqual([report.ts, report.freeTs, report.pid, report.tgid, report.command], [74n, 99n, 5, 4, 'a b']);
  assert.deepEqual([report.pfn, report.node, report.zone, report.reason], [0x1107b, '1', '2', 'x: y']);
  assert.deepEqual(report.stack, ['post_alloc_hook+0x2d1/0x350', 'f+0x1/0x2']);
  assert.deepEqual(report.freedStack, ['free_unref_page+0x1a/0x90']);
  assert.deepEqual(free('page last free pid 6 tgid 6 stack trace:'), { ...report, freeTs: null });
  assert.deepEqual(free('page last free stack trace:'), { ...report, freeTs: null });
});

test('a page that page_owner knows nothing of is a report all the same', () => {
  const page = 'page:(____ptrval____) refcount:1 mapcount:0 mapping:0000000000000000 index:0x1 pfn:0x5\n';
  const why = 'page dumped because: unmovable page\n';
  for (const line of ['page_owner info is not present (never set?)', 'page_owner info is not active (free page?)', ''])
    assert.deepEqual(only(`${page}${why}${line}\n f+0x1/0x2\n`), { ...NOTHING, pfn: 5, reason: 'unmovable page' });
  const missing = 'page_owner allocation stack trace missing\npage_owner free stack trace missing\n';
  const tracked = `${page}${why}page_owner tracks the page as allocated\n${missing} f+0x1/0x2\n`;
  assert.deepEqual(only(tracked), { ...NOTHING, pfn: 5, reason: 'unmovable page', state: 'allocated' });
});

test('pages one behind the other are told apart, whatever lines are missing', () => {
  const page = 'page: refcount:1 mapcount:0 mapping:0 index:0x0 pfn:0x1\n';
  const tracks = 'page_owner tracks the page as allocated\n';
  const owner = 'page last allocated via order 1, migratetype Movable, gfp_mask 0x1(A)\n f+0x1/0x2\n';
  const freed = 'page last free stack trace:\n g+0x1/0x2\n';
  for (const one of [`${page}${tracks}${owner}`, page, `${tracks}${owner}${freed}`, owner, freed, `${page}${owner}`])
    assert.equal(read(one.repeat(3)).length, 3, one);
  const why = 'page dumped because: x\n';
  for (const next of [why, tracks, page, `${why}${tracks}`])
    assert.equal(read(`${owner}${next}${owner}`).length, 2, next);
  const [first, second] = read(`${owner}${why}${owner}`);
  assert.deepEqual([first?.reason, second?.reason], [null, 'x']);
  assert.deepEqual(
    read(`${owner}${tracks}${owner}`).map(({ state }) => state),
    [null, 'allocated'],
  );
  const flags = (node: number) => `flags: 0x1(a|node=${node}|zone=1)\n`;
  assert.equal(only(`${flags(3)}${page}${flags(0)}${tracks}${flags(5)}`).node, '0');
});

test('a mail of syzbot, quoted and wrapped', () => {
  const report = only(`> page: refcount:1 mapcount:0 mapping:0000000000000000 index:0x0 pfn:0x1107b
> flags: 0xfff00000000040(head|node=0|zone=1|lastcpupid=0x7ff)
> page_owner tracks the page as allocated
> page last allocated via order 3, migratetype Unmovable, gfp_mask
> 0xd2040(__GFP_IO|__GFP_NOWARN|__GFP_NORETRY|__GFP_COMP|__GFP_NOMEMALLOC),
> pid 5240, tgid
> 5240 (syz-executor), ts 74499202771, free_ts
> 74134964798
>  set_page_owner include/linux/page_owner.h:32 [inline]
>  post_alloc_hook+0x2d1/0x350 mm/page_alloc.c:1556
>  alloc_slab_page+0x6a/0x120 mm/slub.c:2412
>  drv_open+0x1/0x2 [drv] drivers/drv.c:12
> page last free pid 5232 tgid 5232 stack trace:
>  free_unref_page+0x1a/0x90
>
> Memory state around the buggy address:
>  later+0x1/0x2
`);
  assert.equal(report.gfpMask, '0xd2040');
  assert.deepEqual([report.pid, report.tgid, report.command], [5240, 5240, 'syz-executor']);
  assert.deepEqual([report.ts, report.freeTs], [74499202771n, 74134964798n]);
  assert.equal(report.stack.length, 4);
  assert.deepEqual(report.freedStack, ['free_unref_page+0x1a/0x90']);
  assert.equal(caller(report), 'drv_open [drv]');
});

const LINE = 'page last allocated via order 0, migratetype Movable, gfp_mask 0x1(A)';

test('a command name may hold anything', () => {
  for (const name of ['a)', '(sd-pam)', '), ts 1', 'x), ts 1, free_t', '', ' ', '), pid 3 (', '\xff'])
    for (const times of ['ts 7', 'ts 7, free_ts 8']) {
      const report = only(`${LINE}, pid 1, tgid 2 (${name}), ${times}\n`);
      assert.deepEqual([report.pid, report.tgid, report.command, report.ts], [1, 2, name, 7n], name);
    }
  assert.equal(only(`${LINE}, pid 162970 (podman), ts 7\n`).command, 'podman');
});

test('numbers that cannot be are not known', () => {
  const huge = '9'.repeat(400);
  const wide = `${2n ** 64n}`;
  const log = `page: refcount:1 mapcount:0 pfn:0xffffffffffffffff\npage last allocated via order ${huge}, migratetype Movable, gfp_mask 0x1(A)`;
  const report = only(`${log}, pid ${huge}, tgid -1 (a), ts ${huge}, free_ts ${wide}\n`);
  assert.deepEqual([report.order, report.pid, report.tgid, report.ts, report.freeTs], [null, null, null, null, null]);
  assert.equal(report.pfn, null);
  assert.equal(report.command, 'a');
  assert.equal(only(`${LINE}, pid 1, ts ${2n ** 64n - 1n}\n`).ts, 2n ** 64n - 1n);
  for (const [order, expected] of [
    ['20', 20],
    ['21', null],
    ['64', null],
    ['-1', null],
  ] as const)
    assert.equal(only(LINE.replace('order 0', `order ${order}`)).order, expected);
});

test('of a line that is cut, what is there is read, and what follows is not taken for its rest', () => {
  const report = only(`${LINE}, pid 7, tg\n f+0x1/0x2\npage last free stack trace:\n g+0x1/0x2\n`);
  assert.deepEqual([report.order, report.pid, report.tgid, report.ts], [0, 7, null, null]);
  assert.deepEqual([report.stack, report.freedStack], [['f+0x1/0x2'], ['g+0x1/0x2']]);
  assert.equal(only('page last allocated via order 4').order, 4);
});

test('a log without page dumps has no reports', () => {
  assert.deepEqual(read(''), []);
  assert.deepEqual(read('Page allocated via order 0\nflags: 0x1(a)\n f+0x1/0x2\npage has been migrated\n'), []);
});

test('the time for a line grows with its length, no faster', { timeout: 20_000 }, () => {
  for (const filling of [' ', '), ts ', ', gfp_mask ', '(a:1', ' (a:1', ' (a:1)', ' a:1', '+0x1/0x2', '> ', '[  1.2] '])
    for (const before of ['', `${LINE}, pid 1, tgid 1 (`, ' f+0x1/0x2'])
      assert.ok(read(`${LINE}\n${before}${filling.repeat(100_000)}\n`).length > 0);
});
