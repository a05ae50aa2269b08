import type { TextRule } from '../format/header.js';
import type { Dictionary } from './dictionary.js';
import type { Columns } from './groups.js';
import type { Masks } from './masks.js';
import type { Tasks } from './tasks.js';

/** Orders two groups, given by their place in the columns. */
export type Compare = (a: number, b: number) => number;

/** The groups of a whole dump, ready to be ordered and written. */
export interface Table {
  readonly size: number;
  readonly columns: Columns;
  readonly masks: Masks;
  readonly tasks: Tasks;
  readonly stacks: Dictionary;
  readonly tails: Dictionary;
  /** What a group's text leaves out. */
  readonly rule: TextRule;
}

/** Element i of a column. Columns are read in range only. */
export function at(column: Uint8Array | Uint32Array | Float64Array, i: number): number {
  return column[i] as number;
}
