import type { TextRule } from '../format/header.js';
import type { Dictionary } from './dictionary.js';
import type { Columns } from './groups.js';
import type { Heads } from './heads.js';

/** Orders two groups, given by their place in the columns. */
export type Compare = (a: number, b: number) => number;

/** The groups of a whole dump, ready to be ordered and written. */
export interface Table {
  readonly size: number;
  readonly columns: Columns;
  readonly heads: Heads;
  readonly stacks: Dictionary;
  /** What a group's text leaves out. */
  readonly rule: TextRule;
  /** Bytewise ranks of stacks and of names by id; computed when first asked for. */
  readonly stackRanks: () => Uint32Array;
  readonly nameRanks: () => Uint32Array;
}

/** Element i of a column. Columns are read in range only. */
export function at(column: Uint8Array | Uint32Array | Float64Array, i: number): number {
  return column[i] as number;
}
