import type { Masks } from '../merge/masks.js';
import type { IrregularBlock } from './irregular-block.js';

/** No configuration of a kernel has a larger one: MAX_PAGE_ORDER is 13 at most (arm64 with pages of 64 KiB). */
const LARGEST_ORDER = 20;

/** What reports leave out as malformed: text that is no block, and blocks of more pages than there can be. page_owner_sort groups both. */
export function isDamaged({ isPageOwner, order }: IrregularBlock): boolean {
  return !isPageOwner || (Number.isFinite(order) && order > LARGEST_ORDER);
}

/** Whether blocks with this mask are, so that each of them has to be looked at. */
export function isDamagedMask(masks: Masks, id: number): boolean {
  return (masks.pages[id] as number) > 2 ** LARGEST_ORDER;
}
