import { MISSING } from '../merge/field-value.js';
import type { Masks } from '../merge/masks.js';
import type { IrregularBlock } from './irregular-block.js';

/** No configuration of a kernel has a larger one: MAX_PAGE_ORDER is 13 at most (arm64 with pages of 64 KiB). */
const LARGEST_ORDER = 20;

/** What reports leave out as malformed: text that is no block, and blocks of more pages than there can be. page_owner_sort groups both. */
export function isDamaged({ isPageOwner, order }: IrregularBlock): boolean {
  return !isPageOwner || isTooLarge(order);
}

/** Whether blocks with this mask are, so that each of them has to be looked at. */
export function isDamagedMask(masks: Masks, id: number): boolean {
  return isTooLarge(masks.order[id] as number);
}

function isTooLarge(order: number): boolean {
  return order !== MISSING && order > LARGEST_ORDER;
}
