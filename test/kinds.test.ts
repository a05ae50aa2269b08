import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { callerOf } from '../src/format/allocators.js';
import { baseSymbol, type Frame, isFrame, parseFrame, plainFrame } from '../src/format/frame.js';
import { kindOf } from '../src/format/kinds.js';
import { fixtureDump } from './helpers.js';
import { LARGE, largeDump, missingLarge } from './large-dumps.js';

test('every form of a frame is read', () => {
  const read = (line: string, frame: Frame) => assert.deepEqual(parseFrame(line), frame, line);
  read(' get_page+0x137e/0x1450', { symbol: 'get_page', offset: '0x137e/0x1450' });
  read(' leak_order0+0x20/0x40 [polleak]', { symbol: 'leak_order0', module: 'polleak', offset: '0x20/0x40' });
  read(`f+0x1/0x2 [m_1 ${'0a'.repeat(20)}]\r`, { symbol: 'f', module: 'm_1', offset: '0x1/0x2' });
  read(' [<ffffffff8116147e>] f+0x1de/0xb00', { symbol: 'f', offset: '0x1de/0xb00' });
  read(' [<ffffffffa0000000>] f+0x1/0x2 [m]', { symbol: 'f', module: 'm', offset: '0x1/0x2' });
  read('[0xc012b7b9] find_lock_page+25', { symbol: 'find_lock_page', offset: '25' });
  read(' 0xffffffffa0123456', { symbol: '0xffffffffa0123456' });
  read(' prep_new_page mm/page_alloc.c:2445 [inline]', { symbol: 'prep_new_page' });
  read(' f+0x779/0xa30 mm/page_alloc.c:4178', { symbol: 'f', offset: '0x779/0xa30' });
  read(' f.isra.0.cold+0x1/0x2', { symbol: 'f.isra.0.cold', offset: '0x1/0x2' });
  read(' a+0x1/0x2+0x3/0x4', { symbol: 'a+0x1/0x2', offset: '0x3/0x4' });
  read('', { symbol: '' });
});

test('frames are read without the place in the source that scripts set behind them', () => {
  const read = (line: string, plain: string, frame: Frame) => {
    assert.equal(plainFrame(line), plain, line);
    assert.deepEqual(parseFrame(line), frame, line);
    assert.ok(isFrame(line.trimStart()), line);
  };
  read(' prep_new_page mm/page_alloc.c:2445 [inline]', ' prep_new_page', { symbol: 'prep_new_page' });
  read(' f+0x7/0xa mm/page_alloc.c:4178', ' f+0x7/0xa', { symbol: 'f', offset: '0x7/0xa' });
  read(' f+0x1/0x2 [m] drivers/x.c:12', ' f+0x1/0x2 [m]', { symbol: 'f', module: 'm', offset: '0x1/0x2' });
  read(' [<     inline     >] f mm/x.c:1', ' [<     inline     >] f', { symbol: 'f' });
  read(' f (mm/x.c:12 mm/y.h:3 (discriminator 3))', ' f', { symbol: 'f' });
  read(' f (drivers/x.c:12) fs-drv', ' f [fs-drv]', { symbol: 'f', module: 'fs-drv' });
  read(' f+0x1/0x2 (mm/x.c:12)', ' f+0x1/0x2', { symbol: 'f', offset: '0x1/0x2' });
  read(' f+0x1/0x2 [m]', ' f+0x1/0x2 [m]', { symbol: 'f', module: 'm', offset: '0x1/0x2' });
  for (const line of ['ffff888012345500: fb fb fb', '<TASK>', 'other: message', 'f', 'Call Trace:', 'eth0: x.c:12', ''])
    assert.ok(!isFrame(line), line);
});

test("compilers' suffixes are no part of the function's name", () => {
  for (const suffix of ['.isra.0', '.constprop.0.isra.0', '.cold', '.part.3', '.llvm.123', '.cfi_jt', '.part.0.cold'])
    assert.equal(baseSymbol(`f_1${suffix}`), 'f_1', suffix);
  for (const symbol of ['f', 'cold', '_RNvCs1234_7mycrate3foo', 'bpf_prog_6deef7357e7b4530_name', 'f.x'])
    assert.equal(baseSymbol(symbol), symbol);
});

test('the same function is found under the names that compilers and versions give it', () => {
  for (const name of ['allocate_slab', '__allocate_slab', 'allocate_slab.isra.0', 'allocate_slab_noprof'])
    assert.equal(kind(name), 'slab', name);
});

test('slab pages are slab, whoever asked', () => {
  assert.equal(kind('alloc_pages allocate_slab ___slab_alloc __kmalloc leak[m] write[m]'), 'slab');
  assert.equal(kind('register_early_stack init_page_owner', { tails: ['Slab cache page'] }), 'slab');
});

test("what a module asked for in pages of its own is its driver's, by whatever means", () => {
  for (const means of [
    'alloc_pages_noprof',
    '__vmalloc_node_range_noprof vmalloc',
    '___kmalloc_large_node',
    'cma_alloc dma_alloc_contiguous',
    'dma_direct_alloc dma_alloc_attrs',
  ])
    assert.equal(kind(`get_page_from_freelist ${means} probe[e1000]`), 'driver [e1000]', means);
  assert.equal(kind('alloc_pages skb_fill[e1000] __handle_mm_fault'), 'driver [e1000]');
});

test('what the core keeps for a module is what it is', () => {
  assert.equal(kind('alloc_pages __page_pool_alloc_pages_slow mlx5e_post_rx[mlx5_core]'), 'network');
  assert.equal(kind('folio_alloc __filemap_get_folio xfs_write_begin[xfs]', { maskType: 'Movable' }), 'page cache');
  assert.equal(kind('shmem_alloc_folio drm_gem_get_pages[drm] get[i915]', { maskType: 'Movable' }), 'shmem');
  assert.equal(kind('alloc_pages pcpu_populate_chunk pcpu_alloc init[m]'), 'percpu');
  assert.equal(kind('__get_free_page kvm_mmu_topup_memory_cache[kvm] fault[kvm]'), 'page tables');
});

test('a module that serves others is named only if no other is there', () => {
  assert.equal(kind('alloc_pages ttm_pool_alloc[ttm] populate[amdgpu] ioctl[drm]'), 'driver [amdgpu]');
  assert.equal(kind('alloc_pages ttm_pool_alloc[ttm] ioctl[drm]'), 'driver [ttm]');
  assert.equal(kind('alloc_pages vring_alloc_queue open[virtio_net]'), 'driver [virtio_net]');
  assert.equal(kind('alloc_pages vring_alloc_queue vp_setup_vq'), 'driver');
});

test('code that the kernel made itself is no module', () => {
  assert.equal(kind('alloc_pages bpf_ringbuf_area_alloc bpf_prog_1_f[bpf]'), 'bpf');
  assert.equal(kind('alloc_pages f 0xffffffffa0123456[__builtin__ftrace] tcp_sendmsg'), 'network');
});

test('means count where nothing says the purpose', () => {
  assert.equal(kind('alloc_pages_bulk __vmalloc_node_range copy_process kernel_clone'), 'kernel stacks');
  assert.equal(kind('alloc_pages_bulk __vmalloc_node_range load_module'), 'vmalloc');
  assert.equal(kind('split_map_pages alloc_contig_range __cma_alloc cma_alloc_write'), 'CMA');
  assert.equal(kind('alloc_gigantic_folio __cma_alloc'), 'hugetlb');
  assert.equal(kind('__alloc_pages ___kmalloc_large_node kmalloc_reserve __alloc_skb'), 'network');
  assert.equal(kind('__alloc_pages f g'), 'other');
  assert.equal(kind(''), 'other');
});

test('a fault is anonymous unless something nearer to the leaf took it', () => {
  const movable = { maskType: 'Movable' };
  assert.equal(kind('vma_alloc_folio_noprof __handle_mm_fault', movable), 'anonymous');
  assert.equal(
    kind('folio_alloc page_cache_ra_unbounded filemap_fault __do_fault handle_mm_fault', movable),
    'page cache',
  );
  assert.equal(kind('vma_alloc_folio shmem_alloc_folio shmem_fault handle_mm_fault', movable), 'shmem');
  assert.equal(kind('folio_alloc_mpol __read_swap_cache_async do_swap_page', movable), 'anonymous');
  assert.equal(kind('folio_alloc_mpol __read_swap_cache_async shmem_swapin_cluster', movable), 'shmem');
});

test('page tables of a fault are told from its memory, even where their functions are inlined', () => {
  assert.equal(kind('alloc_pages pte_alloc_one __do_fault handle_mm_fault'), 'page tables');
  assert.equal(kind('__alloc_pages __do_fault __handle_mm_fault'), 'page tables');
  // Small machines ask for all memory as Unmovable.
  assert.equal(kind('__alloc_pages vma_alloc_folio __handle_mm_fault'), 'anonymous');
  assert.equal(kind('__alloc_pages mm_get_huge_zero_page do_huge_pmd_anonymous_page'), 'anonymous');
});

test('what an interrupt asks for is not taken for what it interrupted', () => {
  assert.equal(kind('alloc_pages f handle_softirqs irq_exit_rcu asm_sysvec_apic_timer_interrupt tcp_sendmsg'), 'other');
  assert.equal(kind('alloc_pages f el1h_64_irq vfs_write g[m]'), 'other');
});

test('pages from before page_owner are early boot', () => {
  assert.equal(kind('register_early_stack init_page_owner mm_core_init start_kernel'), 'early boot');
  assert.equal(kind('register_dummy_stack init_page_owner'), 'other');
});

test('the caller is the first frame outside the allocators', () => {
  const caller = (names: string) => {
    const frames = stack(names);
    return frames[callerOf(frames)]?.symbol;
  };
  assert.equal(caller('get_page_from_freelist __alloc_pages_noprof alloc_pages_mpol_noprof leak[m] write'), 'leak');
  assert.equal(
    caller('get_page_from_freelist __alloc_frozen_pages_noprof allocate_slab kmem_cache_alloc_noprof f'),
    'f',
  );
  assert.equal(caller('alloc_pages __vmalloc_node_range.isra.0 __vmalloc_node vzalloc f'), 'f');
  assert.equal(caller('alloc_pages vma_alloc_folio wp_page_copy'), 'wp_page_copy');
  assert.equal(caller('alloc_skb_with_frags sock_alloc_send_pskb unix_stream_sendmsg'), 'unix_stream_sendmsg');
  assert.equal(caller('get_page_from_freelist __alloc_pages'), '__alloc_pages');
  assert.equal(caller('prep_new_page pagetable_alloc_noprof __pte_alloc_one pte_alloc_one'), '__pte_alloc_one');
  assert.equal(callerOf([]), -1);
});

for (const fixture of ['6.12-boot', '6.12-mixed', '6.1-mixed'])
  test(`less than a tenth of ${fixture} is for other things`, () => fewAreOther(readStacks(fixtureDump(fixture))));

const skip = missingLarge('dumps');
const MACHINES = ['6.12/big', '6.12/boot', '6.12/mixed', '6.1/boot', '6.1/mixed'];
/** Pages that the module polleak has leaked, but for those in slabs, as it counted them itself. */
const LEAKS: Readonly<Record<string, number>> = { '6.12/leak/t0': 257, '6.12/leak/t1': 1998, '6.12/leak/t2': 4082 };

for (const set of [...MACHINES, ...Object.keys(LEAKS)])
  test(`the large dump ${set} is told as its machine tells it`, { skip }, () => {
    const stacks = readStacks(largeDump(set));
    fewAreOther(stacks);
    const pages = (kind: string) => sumOfPages(stacks.filter((stack) => stack.kind === kind));
    const { Cached = 0, Buffers = 0, Shmem = 0 } = meminfo(set);
    assert.equal(pages('shmem'), Shmem);
    assert.equal(pages('page cache'), Cached + Buffers - Shmem);
    if (set in LEAKS) assert.equal(pages('driver [polleak]'), LEAKS[set]);
  });

/** `f g[module]` */
function stack(names: string): Frame[] {
  return names
    .split(' ')
    .filter(Boolean)
    .map((name) => parseFrame(name.replace('[', '+0x1/0x2 [')));
}

function kind(names: string, { tails = [] as string[], maskType = 'Unmovable' } = {}): string {
  return kindOf(stack(names), tails, maskType);
}

interface Stack {
  readonly lines: string;
  readonly kind: string;
  pages: number;
}

const BLOCK = /^Page allocated via order (\d+),.*?\nPFN \S+ type (\w+) [^\n]*\n(.*)/s;

/** Each distinct mask type, stack and tail of a dump. */
function readStacks(dump: Buffer): Stack[] {
  const stacks = new Map<string, Stack>();
  for (let at = 0; at < dump.length; ) {
    const end = dump.indexOf('\n\n', at);
    const [, order, maskType = '', lines = ''] =
      BLOCK.exec(dump.toString('latin1', at, end < 0 ? dump.length : end)) ?? [];
    at = end < 0 ? dump.length : end + 2;
    const key = `${maskType}${lines}`;
    const known = stacks.get(key) ?? { lines, kind: kindOfLines(lines.split('\n'), maskType), pages: 0 };
    known.pages += 2 ** Number(order);
    stacks.set(key, known);
  }
  return [...stacks.values()];
}

function kindOfLines(lines: readonly string[], maskType: string): string {
  const isFrame = (line: string) => line.startsWith(' ');
  return kindOf(
    lines.filter(isFrame).map(parseFrame),
    lines.filter((line) => !isFrame(line)),
    maskType,
  );
}

function fewAreOther(stacks: readonly Stack[]): void {
  const others = stacks.filter((stack) => stack.kind === 'other').sort((a, b) => b.pages - a.pages);
  const largest = others.slice(0, 5).map(({ pages, lines }) => `${pages} pages:\n${lines}`);
  assert.ok(sumOfPages(others) < 0.1 * sumOfPages(stacks), `the largest others:\n\n${largest.join('\n\n')}`);
}

/** The numbers of /proc/meminfo, in pages of 4 KiB. */
function meminfo(set: string): Record<string, number> {
  const text = readFileSync(join(LARGE, 'dumps', set, 'meminfo.txt'), 'utf8');
  return Object.fromEntries([...text.matchAll(/^(\w+): +(\d+) kB$/gm)].map(([, name, kB]) => [name, Number(kB) / 4]));
}

function sumOfPages(stacks: readonly Stack[]): number {
  return stacks.reduce((sum, { pages }) => sum + pages, 0);
}
