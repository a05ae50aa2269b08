import type { Partial } from '../merge/partial.js';

/**
 * The narrow place behind which chunks are scanned. A scan is a pure function of the chunk's bytes and the grouping that the scanner was
 * made for; a scanner only keeps its memory from one chunk to the next.
 */
export interface Scanner {
  /**
   * Groups the blocks of a chunk.
   * @param chunk begins at the beginning of a block and ends behind an empty line; only a dump's last chunk may end otherwise
   * @param offset byte offset of the chunk in the dump
   */
  scan(chunk: Uint8Array<ArrayBuffer>, offset: number): Partial;
}
