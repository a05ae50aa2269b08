import type { Frame } from './frame.js';
import { SymbolTable } from './symbol-table.js';

/** What memory is for. */
type Kind =
  | 'slab'
  | 'page cache'
  | 'anonymous'
  | 'shmem'
  | 'hugetlb'
  | 'compressed swap'
  | 'page tables'
  | 'kernel stacks'
  | 'percpu'
  | 'network'
  | 'block I/O'
  | 'pipes'
  | 'io_uring'
  | 'bpf'
  | 'tracing'
  | 'vmalloc'
  | 'CMA'
  | 'driver'
  | 'early boot'
  | 'other';

/**
 * The frame nearest to the leaf that says what memory is **for** decides: a symbol of PURPOSES, or any function of a module, which makes it a driver's
 * (a file system's in a module, too). If there is none, the nearest that says **how** it was asked for: MEANS.
 *
 * So what a module takes from alloc_pages, vmalloc, CMA, DMA or a large kmalloc is `driver [module]`: it is the module's alone, and a leak of it is found
 * there. Slab, percpu, page cache, shmem, page tables, packets are just that, whichever module asked: slabs and percpu chunks hold other callers'
 * objects too, and the core counts and frees the rest. Who asked for those, callerOf tells.
 *
 * In a module, only whole names count: what begins like a function of the core is the module's own there. Each list names its sources in the kernel.
 */
const PURPOSES: SymbolTable<Kind> = new SymbolTable<Kind>({
  // mm/page_owner.c: pages that were in use before it was
  'early boot': 'register_early_stack init_page_owner init_early_allocated_pages',
  // mm/page_owner.c: its own pages, and those whose stack it could not keep
  other: 'register_dummy_stack register_failure_stack',
  // mm/slub.c; mm/slab.c to 6.7, mm/slob.c to 6.3
  slab: `alloc_slab_page allocate_slab new_slab slab_alloc alloc_from_new_slab cache_grow cache_grow_begin kmem_getpages
    cache_alloc_refill slob_*`,
  // mm/percpu.c, mm/percpu-vm.c
  percpu: 'pcpu_*',
  // mm/memory.c, arch/*/mm/, drivers/iommu/, virt/kvm/kvm_main.c, arch/arm64/kvm/
  'page tables': `pte_alloc* pmd_alloc* pud_alloc* p4d_alloc* pgd_alloc pagetable_alloc* pgtable_* pgd_pgtable_alloc*
    change_page_attr* split_large_page spp_getpage alloc_low_pages init_espfix_ap pti_* iommu_alloc_page* iommu_map*
    alloc_pgtable_page arm_lpae_alloc_pages kvm_mmu_topup_memory_cache mmu_topup_memory_cache kvm_pgtable_* stage2_*`,
  // mm/hugetlb.c, mm/hugetlb_vmemmap.c
  hugetlb: `hugetlb_* alloc_hugetlb_* alloc_huge_page* alloc_buddy_huge* alloc_fresh_huge* alloc_pool_huge* alloc_surplus_huge*
    alloc_migrate_huge* alloc_gigantic_* only_alloc_fresh_* set_max_huge_pages`,
  // mm/shmem.c
  shmem: 'shmem_*',
  // mm/filemap.c, mm/readahead.c, mm/khugepaged.c, fs/btrfs/, fs/f2fs/
  'page cache': `filemap_alloc_folio* filemap_get_folio* filemap_get_pages filemap_create_folio filemap_add_folio filemap_fault
    filemap_read_folio pagecache_* page_cache_* add_to_page_cache* find_or_create_page grab_cache_page* read_cache_*
    do_read_cache_* do_page_cache_* force_page_cache_* ondemand_readahead readahead_expand collapse_file alloc_extent_buffer
    btrfs_alloc_page_array btrfs_alloc_folio_array f2fs_grab_cache_folio`,
  // mm/memory.c, mm/huge_memory.c, mm/khugepaged.c, mm/userfaultfd.c, mm/swapfile.c: faults that nothing nearer to the leaf has taken
  anonymous: `handle_mm_fault handle_pte_fault do_fault do_anonymous_page alloc_anon_folio do_wp_page wp_page_copy do_cow_fault
    do_swap_page do_huge_pmd_* vma_alloc_anon_folio_pmd copy_page_range copy_pte_range copy_present_page* folio_prealloc
    page_copy_prealloc collapse_huge_page hpage_collapse_* khugepaged* mfill_atomic* mcopy_atomic* unuse_pte_range try_to_unuse
    swapin_walk_pmd_entry uprobe_write* ksm_might_need_to_copy`,
  // mm/zswap.c, mm/zsmalloc.c, mm/zbud.c, mm/z3fold.c, drivers/block/zram/
  'compressed swap': 'zswap_* zs_malloc alloc_zspage zbud_alloc z3fold_alloc zram_write_page zram_bvec_write',
  // kernel/fork.c, kernel/scs.c, arch/*/kernel/irq*.c
  'kernel stacks': `copy_process dup_task_struct alloc_thread_stack_node alloc_thread_info_node scs_alloc init_irq_stacks
    irq_init_percpu_irqstack arch_alloc_vmap_stack`,
  // net/, mm/page_frag_cache.c
  network: `alloc_skb* build_skb* skb_* kmalloc_reserve alloc_netdev_* netdev_* napi_* page_frag_* page_pool_* sock_* sk_* tcp_* udp_*
    udplite_* ip_* ip6_* ipv6_* inet_* inet6_* unix_* packet_* packet_set_ring alloc_pg_vec netlink_* rtnl_* rtnetlink_* neigh_*
    net_* netif_* xdp_* xsk_* nf_* xt_* xt_alloc_table_info`,
  // block/, drivers/block/, drivers/scsi/, drivers/md/, fs/iomap/direct-io.c, fs/xfs/xfs_buf.c
  'block I/O': `bio_* bioset_* bvec_* blk_* blkdev_* bdev_* scsi_* sg_alloc_* virtblk_* loop_* dm_* dio_* iomap_dio_*
    xfs_buf_get_map xfs_buf_alloc_pages xfs_buf_alloc_backing_mem xfs_buf_allocate_memory`,
  // fs/pipe.c, fs/splice.c
  pipes: 'pipe_* anon_pipe_* splice_* copy_splice_read',
  // io_uring/; fs/io_uring.c before 6.0
  io_uring: 'io_uring_* io_mem_alloc io_pages_map io_region_* io_create_region* io_register_* io_alloc_pbuf_ring',
  // kernel/bpf/, net/core/filter.c
  bpf: 'bpf_* htab_map_alloc array_map_alloc',
  // kernel/trace/, kernel/events/ring_buffer.c
  tracing: 'ring_buffer_* rb_alloc* trace_* tracing_* allocate_trace_* ftrace_* perf_*',
  // drivers/: buses and families of drivers that are built in. No list can name all; most come here by their bus's probe
  driver: `acpi_* pci_* usb_* hcd_buffer_* xhci_* virtio_* vring_* virtqueue_* vp_* hv_* vmbus_* xen_* nvme_* iommu_* dmar_* tpm_*
    balloon_page_alloc fill_balloon drm_* ttm_* i915_* xe_* amdgpu_* nouveau_* snd_* vb2_* uart_* input_* dma_buf_* dma_heap_*
    system_heap_* cma_heap_* ion_*`,
});

const MEANS: SymbolTable<Kind> = new SymbolTable<Kind>({
  // mm/vmalloc.c, mm/execmem.c
  vmalloc: 'vmalloc vmalloc_* vzalloc* vcalloc* vm_area_alloc_pages execmem_* module_alloc',
  // mm/cma.c, mm/page_alloc.c, kernel/dma/contiguous.c
  CMA: 'cma_alloc* cma_range_alloc alloc_contig_* dma_alloc_contiguous dma_alloc_from_contiguous',
  // kernel/dma/
  driver: 'dma_* dmam_* swiotlb_*',
  // mm/slub.c, mm/slab_common.c: a kmalloc too large for a slab, which has pages of its own
  slab: 'kmalloc_large* kmalloc_order*',
  // mm/swap_state.c, if the fault behind it does not tell shmem from anonymous memory
  anonymous: 'read_swap_cache_async swap_cluster_readahead swapin_readahead swap_cache_alloc_folio',
});

/** What stands in a module's place for the kernel's own generated code (kernel/bpf/core.c, kernel/trace/ftrace.c, kernel/kprobes.c). */
const CORE_MODULES: ReadonlySet<string> = new Set(['bpf', '__builtin__ftrace', '__builtin__kprobes']);

/** Modules that allocate for other modules: those are named instead. */
const HELPER_MODULES: ReadonlySet<string> = new Set(
  'drm drm_kms_helper drm_shmem_helper drm_ttm_helper drm_buddy ttm videobuf2_common snd_pcm spl'.split(' '),
);

/** Where an interrupt or a fault came in (arch/x86/entry/, arch/arm64/kernel/entry-common.c, kernel/softirq.c): what it interrupted asked for nothing. */
const INTERRUPTS: SymbolTable<'interrupt'> = new SymbolTable({
  interrupt: `asm_* do_IRQ common_interrupt apic_timer_interrupt smp_apic_timer_interrupt ret_from_intr page_fault async_page_fault
    el1_* el1h_* irq_exit* do_softirq* handle_softirqs`,
});

/** How processes' own memory is asked for, and never their page tables (mm/mempolicy.c, mm/huge_memory.c, include/linux/highmem.h). */
const USER_MEMORY: SymbolTable<'user'> = new SymbolTable({
  user: 'vma_alloc_* folio_alloc* alloc_pages_vma alloc_zeroed_user_highpage_movable get_huge_zero_* mm_get_huge_zero_*',
});

/** The one line behind the frames that tells a kind. */
export const SLAB_TAIL = 'Slab cache page';

const SUMMED = /^\(smaller stacks: (.*)\)$/s;

/** The only frame of what a report sums up where there is no room for each stack. It says of which kind they are. */
export function summedFrame(kind: string): string {
  return `(smaller stacks: ${kind})`;
}

/**
 * What a block's pages are for: a Kind, a module's as `driver [module]`.
 * @param frames leaf first
 * @param tails the lines behind the frames
 * @param maskType what the mask asks for: Movable, Unmovable or Reclaimable
 */
export function kindOf(frames: readonly Frame[], tails: readonly string[], maskType: string): string {
  const [, summed] = (frames.length === 1 && SUMMED.exec(frames[0]?.symbol ?? '')) || [];
  if (summed !== undefined) return summed;
  if (tails.includes(SLAB_TAIL)) return 'slab';
  const interrupt = frames.findIndex(({ symbol }) => INTERRUPTS.find(symbol));
  const asking = interrupt < 0 ? frames : frames.slice(0, interrupt);
  for (const [index, frame] of asking.entries()) {
    const kind = purposeOf(frame);
    if (kind === 'driver') return driverName(asking.slice(index));
    if (kind === 'anonymous' && isPageTable(asking.slice(0, index), maskType)) return 'page tables';
    if (kind) return kind;
  }
  return asking.map(({ symbol }) => MEANS.find(symbol)).find(Boolean) ?? 'other';
}

function purposeOf({ symbol, module }: Frame): Kind | undefined {
  return isOfModule(module) ? (PURPOSES.findWhole(symbol) ?? 'driver') : PURPOSES.find(symbol);
}

function isOfModule(module: string | undefined): module is string {
  return module !== undefined && !CORE_MODULES.has(module);
}

/** The first module that is no helper, else the first; none if all is built in. */
function driverName(frames: readonly Frame[]): string {
  const modules = frames.map(({ module }) => module).filter(isOfModule);
  const module = modules.find((name) => !HELPER_MODULES.has(name)) ?? modules[0];
  return module ? `driver [${module}]` : 'driver';
}

/** Whether a fault asked for a page table: arm64 has pte_alloc_one inlined into it, but a page table is not movable as the process's memory is. */
function isPageTable(inFault: readonly Frame[], maskType: string): boolean {
  return maskType === 'Unmovable' && !inFault.some(({ symbol }) => USER_MEMORY.find(symbol));
}
