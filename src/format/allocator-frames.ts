/**
 * The frames at a stack's leaf that are the page, slab and vmalloc allocators of Linux 5.x and 6.x: nearly all stacks begin with some of
 * them, so they do not tell who asked for the memory.
 */
const NAMES: RegExp = new RegExp(
  `^_*(?:${[
    'save_stack|set_page_owner|post_alloc_hook|prep_new_page|get_page_from_freelist',
    'alloc_(?:frozen_)?pages?(?:_(?:bulk|current|direct|exact|interleave|internal|mpol|node|nodemask|preferred_many|slowpath|vma)\\w*)?',
    'page_cache_alloc|(?:get_free|get_zeroed)_pages?',
    '(?:filemap_|vma_)?(?:folio_alloc|alloc_folio|alloc_zeroed_movable_folio)(?:_mpol)?',
    'allocate_slab|alloc_slab_page|new_slab(?:_objects)?|slab_alloc(?:_node)?|cache_(?:grow_begin|alloc_refill)',
    'kmem_cache_alloc\\w*|(?:do_)?k(?:m|vm|vz|z)alloc(?:_\\w+)?|(?:do_)?krealloc\\w*|k(?:mem|str|strn)dup(?:_\\w+)?',
    'vm_area_alloc_pages|v[mz]alloc(?:_\\w+)?',
  ].join('|')})$`,
);

/** `kmalloc_noprof.constprop.0+0x1/0x2 [module]` is `kmalloc`. */
const AROUND_NAME = /(?:_noprof)?(?:\..*)?(?:\+0x.*)?$/;

function isAllocatorFrame(frame: string): boolean {
  return NAMES.test(frame.replace(AROUND_NAME, ''));
}

/** The place of the first frame, leaf first, that is none of an allocator; 0 where there is none. */
export function firstCaller(frames: readonly string[]): number {
  return Math.max(
    0,
    frames.findIndex((frame) => !isAllocatorFrame(frame)),
  );
}
