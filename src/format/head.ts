import { ascii } from './bytes.js';

/**
 * A head (the header line up to its first time) in two parts, each of which takes fewer values than the whole:
 *
 *     Page allocated via order 0, mask 0xcc0(GFP_KERNEL), pid 7, tgid 7 (comm), ts
 *     ├────────────────────── mask ────────────────────┤├───────── task ─────────┤
 *
 * The mask says how much was asked for and how, the task who asked. A head of any other form is both mask and task, each whole.
 */
const PLAIN_MASK = /^Page allocated via order \d{1,15}, mask 0x[\da-f]+\([\w|]*\)$/;

/** Where a task is read by itself, this stands before it: fields are looked for in heads. */
export const SOME_MASK: Uint8Array = ascii('Page allocated via order 0, mask 0x0()');

const CLOSING_PARENTHESIS = 0x29;

/** The end of a head's mask: behind the first `)`; 0 if there is none. */
export function maskEnd(head: Uint8Array): number {
  return head.indexOf(CLOSING_PARENTHESIS) + 1;
}

/** Whether it is a mask of the usual form. No such mask is the beginning of another. */
export function isPlainMask(mask: Uint8Array): boolean {
  return PLAIN_MASK.test(latin1(mask));
}

function latin1({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString('latin1');
}
