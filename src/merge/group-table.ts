import type { TextRule } from '../format/header.js';
import type { Columns } from './block-groups.js';
import type { Masks } from './masks.js';
import type { Modules } from './modules.js';
import type { Counts } from './partial.js';
import type { StringList } from './string-list.js';
import type { Tasks } from './tasks.js';

/** The groups of a whole dump, ready to be ordered and written. */
export interface Table {
  readonly size: number;
  /** Columns of `size` groups, or more. Each may be made when it is first read. */
  readonly columns: Columns;
  readonly masks: Masks;
  readonly tasks: Tasks;
  readonly stacks: StringList;
  readonly tails: StringList;
  readonly modules: Modules;
  /** What a group's text leaves out. */
  readonly rule: TextRule;
  /** What became of the dump's blocks. */
  readonly counts: Counts;
  /** Lets go of the columns that were made: their memory is used for those that are read next. */
  forget(): void;
  /**
   * Where there is a faster way to write groups than writers/page-owner-sort.ts: writes those of `order` from place `from` on, as many as make a piece,
   * with the text of a block or, behind the counts, only the stack. Returns them and their number, which is 0 if this way is not for the first of them. A
   * piece is valid until the next but one.
   */
  readonly writeGroups?: (
    order: Uint32Array,
    from: number,
    isStackOnly: boolean,
  ) => { readonly count: number; readonly text: Uint8Array };
}

/**
 * Throws if blocks were lost on the way (law 1: the sum of the groups is the number of blocks that were read, less those that were filtered out or
 * malformed).
 */
export function checkWhole({ size, columns: { times }, counts }: Table): void {
  let grouped = 0;
  for (let group = 0; group < size; group++) grouped += at(times, group);
  if (grouped !== counts.grouped || counts.blocks !== grouped + counts.filtered + counts.malformed)
    throw lostBlocks(counts, grouped);
}

export function lostBlocks({ blocks, filtered, malformed }: Counts, grouped: number): Error {
  return new Error(
    `internal error: ${blocks} blocks were read, but ${grouped} are in groups, ${filtered} filtered and ${malformed} malformed`,
  );
}

/** Element i of a column. Columns are read in range only. */
export function at(column: Uint8Array | Uint32Array | Float64Array, i: number): number {
  return column[i] as number;
}
