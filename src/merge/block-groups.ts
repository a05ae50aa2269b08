import { Dictionary } from './dictionary.js';
import { grown } from './grow.js';

/** One block, or one group of a partial: what is added to Groups. The fields are those of the group's first block. */
export interface Row {
  mask: number;
  task: number;
  shape: number;
  stack: number;
  tail: number;
  tsSeconds: number;
  tsNanos: number;
  freeSeconds: number;
  freeNanos: number;
  /** Allocator bits; 0 where no one asks. */
  allocator: number;
  /** Byte offset of the block in the dump. */
  first: number;
  times: number;
  pages: number;
}

export function newRow(): Row {
  return {
    mask: 0,
    task: 0,
    shape: 0,
    stack: 0,
    tail: 0,
    tsSeconds: 0,
    tsNanos: 0,
    freeSeconds: 0,
    freeNanos: 0,
    allocator: 0,
    first: 0,
    times: 1,
    pages: 0,
  };
}

/** Groups as columns: element i of each belongs to group i. This is what crosses a thread. */
export interface Columns {
  mask: Uint32Array<ArrayBuffer>;
  task: Uint32Array<ArrayBuffer>;
  shape: Uint8Array<ArrayBuffer>;
  stack: Uint32Array<ArrayBuffer>;
  tail: Uint32Array<ArrayBuffer>;
  tsSeconds: Float64Array<ArrayBuffer>;
  tsNanos: Uint32Array<ArrayBuffer>;
  freeSeconds: Float64Array<ArrayBuffer>;
  freeNanos: Uint32Array<ArrayBuffer>;
  allocator: Uint8Array<ArrayBuffer>;
  first: Float64Array<ArrayBuffer>;
  times: Float64Array<ArrayBuffer>;
  pages: Float64Array<ArrayBuffer>;
}

/** Columns of no groups. The kernel writes its own in the order that these stand in. */
export const EMPTY_COLUMNS: Columns = {
  mask: new Uint32Array(0),
  task: new Uint32Array(0),
  shape: new Uint8Array(0),
  stack: new Uint32Array(0),
  tail: new Uint32Array(0),
  tsSeconds: new Float64Array(0),
  tsNanos: new Uint32Array(0),
  freeSeconds: new Float64Array(0),
  freeNanos: new Uint32Array(0),
  allocator: new Uint8Array(0),
  first: new Float64Array(0),
  times: new Float64Array(0),
  pages: new Float64Array(0),
};
const NAMES = Object.keys(EMPTY_COLUMNS) as (keyof Columns)[];

/** Groups by key: equal keys add up, and the block that comes first in the dump stands for the group. */
export class Groups {
  readonly columns: Columns = { ...EMPTY_COLUMNS };
  private readonly keys: Dictionary = new Dictionary();

  get size(): number {
    return this.keys.size;
  }

  /** Adds a row to the group of the key, which is the view's bytes [0, keyLength). */
  add(key: DataView, keyLength: number, row: Row): void {
    const known = this.keys.size;
    const group = this.keys.intern(key, 0, keyLength);
    const { columns } = this;
    if (group === known) {
      if (group === columns.mask.length) this.grow();
      columns.times[group] = 0;
      columns.pages[group] = 0;
      this.represent(group, row);
    } else if (row.first < (columns.first[group] as number)) {
      this.represent(group, row);
    }
    columns.times[group] = (columns.times[group] as number) + row.times;
    columns.pages[group] = (columns.pages[group] as number) + row.pages;
  }

  /** Copies group i into `row`. */
  static read(columns: Columns, group: number, row: Row): void {
    row.mask = columns.mask[group] as number;
    row.task = columns.task[group] as number;
    row.shape = columns.shape[group] as number;
    row.stack = columns.stack[group] as number;
    row.tail = columns.tail[group] as number;
    row.tsSeconds = columns.tsSeconds[group] as number;
    row.tsNanos = columns.tsNanos[group] as number;
    row.freeSeconds = columns.freeSeconds[group] as number;
    row.freeNanos = columns.freeNanos[group] as number;
    row.allocator = columns.allocator[group] as number;
    row.first = columns.first[group] as number;
    row.times = columns.times[group] as number;
    row.pages = columns.pages[group] as number;
  }

  /** A copy of the columns, to be sent. */
  copy(): Columns {
    const copy: Partial<Record<keyof Columns, unknown>> = {};
    for (const name of NAMES) copy[name] = this.columns[name].slice(0, this.size);
    return copy as Columns;
  }

  private represent(group: number, row: Row): void {
    const { columns } = this;
    columns.mask[group] = row.mask;
    columns.task[group] = row.task;
    columns.shape[group] = row.shape;
    columns.stack[group] = row.stack;
    columns.tail[group] = row.tail;
    columns.tsSeconds[group] = row.tsSeconds;
    columns.tsNanos[group] = row.tsNanos;
    columns.freeSeconds[group] = row.freeSeconds;
    columns.freeNanos[group] = row.freeNanos;
    columns.allocator[group] = row.allocator;
    columns.first[group] = row.first;
  }

  private grow(): void {
    const length = Math.max(256, this.size * 2);
    const columns = this.columns as unknown as Record<string, Uint8Array<ArrayBuffer>>;
    for (const name of NAMES) columns[name] = grown(columns[name] as Uint8Array<ArrayBuffer>, length);
  }
}
