import type { Frame } from './frame.js';
import { SymbolTable } from './symbol-table.js';

/** Functions that only give memory back: their callers decided to free it. */
const FREERS: SymbolTable<'freer'> = new SymbolTable({
  freer: [
    // mm/page_alloc.c, mm/page_owner.c, mm/swap.c, mm/page_frag_cache.c
    `reset_page_owner save_stack free_pages* free_unref_* free_frozen_pages free_one_page free_pcp* free_page free_the_page
    free_compound_page destroy_compound_page free_large_folio free_contig_range page_frag_free put_page* folio_put* release_pages
    folios_put* pagevec_release page_cache_release free_zone_device_folio`,
    // mm/slub.c, mm/slab.c, mm/slab_common.c, mm/kasan/quarantine.c
    `slab_free* do_slab_free free_slab discard_slab free_to_partial_list put_cpu_partial unfreeze_partials flush_cpu_slab
    cache_free cache_flusharray kmem_cache_free* kmem_freepages kfree kfree_* kvfree kvfree_* free_large_kmalloc qlink_free
    qlist_free_all kasan_quarantine_reduce kasan_slab_alloc`,
    // mm/vmalloc.c, mm/percpu.c, mm/util.c
    `vfree vfree_* vunmap vm_free_pages pcpu_free_pages free_percpu`,
    // mm/swap_state.c
    `free_page_and_swap_cache free_pages_and_swap_cache free_folio_and_swap_cache`,
  ].join(' '),
});

/** The index of the first frame, leaf first, outside of them; of the last frame if there is none, so -1 of no frames. */
export function freerOf(frames: readonly Frame[]): number {
  const freer = frames.findIndex(({ symbol }) => !FREERS.find(symbol));
  return freer < 0 ? frames.length - 1 : freer;
}
