import type { Frame } from './frame.js';
import { SymbolTable } from './symbol-table.js';

/** Functions that only hand memory on: the memory is for their callers. */
const ALLOCATORS: SymbolTable<'allocator'> = new SymbolTable({
  allocator: [
    // mm/page_alloc.c, mm/mempolicy.c, mm/page_owner.c, include/linux/gfp.h, include/linux/pagemap.h, include/linux/mm.h
    `get_page_from_freelist post_alloc_hook prep_new_page rmqueue set_page_owner save_stack alloc_page alloc_pages*
    alloc_frozen_pages* try_alloc_pages* alloc_page_interleave alloc_page_vma get_free_page get_free_pages get_zeroed_page
    folio_alloc* vma_alloc_* alloc_zeroed_user_highpage_movable filemap_alloc_folio* page_cache_alloc pagecache_get_page
    pagetable_alloc`,
    // mm/page_alloc.c, mm/compaction.c, mm/cma.c, kernel/dma/, drivers/iommu/dma-iommu.c
    `alloc_contig_* split_map_pages split_free_frozen_pages split_free_pages isolate_freepages_range cma_alloc cma_alloc_frozen*
    cma_alloc_folio cma_range_alloc dma_alloc_* dma_direct_alloc* dma_common_alloc_pages dma_generic_alloc_coherent dma_pool_alloc dmam_alloc_* iommu_dma_alloc*`,
    // mm/slub.c, mm/slab.c, mm/slob.c, mm/slab_common.c
    `alloc_slab_page allocate_slab new_slab new_slab_objects slab_alloc slab_alloc_node kmem_cache_alloc* kmem_cache_zalloc cache_alloc* cache_grow
    cache_grow_begin kmem_getpages fallback_alloc slob_* alloc_from_new_slab alloc_from_pcs refill_objects refill_sheaf
    alloc_full_sheaf alloc_empty_sheaf prefill_full_sheaf alloc_slab_obj_exts memcg_alloc_slab_cgroups kmalloc kmalloc_*
    do_kmalloc* kzalloc* kcalloc* krealloc*`,
    // mm/util.c, lib/kasprintf.c, mm/mempool.c, drivers/base/devres.c
    `kvmalloc* kvzalloc* kvrealloc* kmemdup* kvmemdup* memdup_user* kstrdup* kstrndup kvasprintf* kasprintf devm_k* devres_alloc*
    mempool_alloc* mempool_kmalloc mempool_init* mempool_create*`,
    // mm/vmalloc.c, mm/execmem.c, mm/percpu.c, mm/percpu-vm.c, mm/mm_init.c
    `vmalloc vmalloc_* vzalloc* vcalloc* vm_area_alloc_pages execmem_alloc* module_alloc alloc_percpu* alloc_reserved_percpu
    pcpu_alloc* pcpu_populate_chunk pcpu_create_chunk pcpu_mem_zalloc alloc_large_system_hash`,
    // net/core/skbuff.c, net/core/sock.c, net/core/page_pool.c, mm/page_frag_cache.c
    `alloc_skb* build_skb* netdev_alloc_* napi_alloc_* page_frag_* page_pool_alloc* page_pool_dev_alloc* skb_page_frag_refill
    sk_page_frag_refill sock_alloc_send_*`,
  ].join(' '),
});

/** The index of the first frame, leaf first, outside the allocators; of the last frame if there is none, so -1 of no frames. */
export function callerOf(frames: readonly Frame[]): number {
  const caller = frames.findIndex(({ symbol }) => !ALLOCATORS.find(symbol));
  return caller < 0 ? frames.length - 1 : caller;
}
