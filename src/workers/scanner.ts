import type { Table } from '../merge/group-table.js';
import type { Counts, Partial } from '../merge/partial.js';

/** Bytes behind those to scan that a scanner may use. */
export const MARGIN = 128;

/**
 * The narrow place behind which the bytes of a dump become groups, or another table. What a scanner finds is a function of the blocks that it was given
 * and of what it was made for; where the dump was cut between blocks makes no difference.
 */
export interface Scanner<Found = Partial, Whole = Table> {
  /** Counts of blocks by outcome, beside those that the scanner counts itself in the end: the reader of the dump adds what it knows. */
  readonly counts: Counts;
  /** The memory that holds what is scanned. It may move whenever something is scanned or allocated. */
  readonly memory: Uint8Array<ArrayBuffer>;
  /**
   * Makes room in the memory for `length` bytes and MARGIN more; what was allocated before may be lost.
   * @returns a place to which the kernel copies whole pages of a file fast
   */
  allocate(length: number): number;
  /**
   * Groups the blocks in [from, to) of the memory, which begin at the beginning of a block or in the empty lines before it.
   * @param offset what to add to a place in the memory to have the place in the dump
   * @returns where the last block begins if no empty line ends it, else `to`
   */
  scan(from: number, to: number, offset: number): number;
  /** About how much memory the groups so far take, in bytes. */
  readonly bytesHeld: number;
  /** A scanner with no groups yet, in the memory of this one, which is of no use afterwards. */
  renew(): Scanner<Found, Whole>;
  /** Adds what another scanner, made for the same, found in other blocks of the dump. */
  absorb(found: Found): void;
  /** What all blocks so far gave, to cross a thread. The scanner is of no use afterwards. */
  finish(): Found;
  /** The same, to be ordered and written. Throws if blocks were lost. */
  table(): Whole;
}
