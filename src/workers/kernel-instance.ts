import { type Columns, EMPTY_COLUMNS } from '../merge/block-groups.js';
import { fillRandomly } from '../merge/random.js';
import { StringList } from '../merge/string-list.js';
import { shippedFile } from './shipped-file.js';

/** What kernel/kernel.ts exports. Addresses and lengths are bytes of its memory. */
export interface Kernel {
  readonly memory: WebAssembly.Memory;
  allocate(length: number): number;
  getBytesInUse(): number;
  start(): void;
  getKeys(): number;
  getNoTask(): number;
  configure(asked: number, bits: number): void;
  configureList(since: bigint, released: boolean, anonymous: boolean): void;
  getList(): number;
  takeList(): number;
  setPlace(entry: number, pfn: number, pageblock: number): void;
  setTextRule(withoutTs: boolean, withoutFreeTs: boolean): void;
  scan(from: number, end: number, offset: number): number;
  getAt(): number;
  getTo(): number;
  getFound(): number;
  internOf(kind: number, from: number, length: number): number;
  internAllOf(kind: number, from: number, lengths: number, count: number): void;
  firstEntry(kind: number): number;
  sortedIdsOf(kind: number, into: number, scratch: number): void;
  addBlock(
    mask: number,
    task: number,
    stack: number,
    tail: number,
    bits: number,
    ts: bigint,
    freeTs: bigint,
    first: number,
  ): number;
  absorb(columns: number, room: number, count: number, ...entries: [number, number, number, number]): void;
  getBlocks(): number;
  getFiltered(): number;
  groupCount(): number;
  readColumn(column: number, from: number, to: number, into: number): void;
  writeTexts(groups: number, count: number, from: number, to: number, isStackOnly: boolean): number;
  getWritten(): number;
}

/** The dictionaries of the kernel. */
export const Kind = { MASK: 0, TASK: 1, STACK: 2, TAIL: 3, PLACE: 4 } as const;

/** What configure() is asked: bits, as kernel/asked.ts has them. */
export const Asked = {
  BY_MASK: 1,
  BY_TASK: 2,
  BY_STACK: 4,
  BY_MODULE: 8,
  BY_TS: 16,
  BY_FREE_TS: 32,
  HEAD: 64,
  ALLOCATOR: 128,
  SELECTS_TASKS: 256,
  SELECTS_MODULES: 512,
  WITHOUT_RELEASED: 1024,
} as const;

/** The strings of each in a partial. */
export const STRINGS_OF: readonly ('masks' | 'tasks' | 'stacks' | 'tails')[] = ['masks', 'tasks', 'stacks', 'tails'];

/** An entry of a string (kernel/kernel-dictionary.ts): what is known of it, which this program fills in, and its bytes. */
export const Entry = { NEXT: 0, LENGTH: 4, FLAGS: 20, KEY: 24, PAGES: 32, BYTES: 40 } as const;

const KEY_BYTES = 1040;

let compiled: WebAssembly.Module | undefined;

/** Loaded once a thread. */
export function compile(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(shippedFile(new URL('../workers/kernel.wasm', import.meta.url)));
  return compiled;
}

/** In a thread that reads one dump after the other: kernels that are in use, and those that are not any more. Memory that was touched before is faster than new. */
let kept: { used: Kernel[]; idle: Kernel[] } | undefined;

/** More memory than this is given back instead: it never shrinks. */
const MOST_KEPT_BYTES: number = 1 << 26;

export function newKernel(): Kernel {
  const kernel = kept?.idle.pop() ?? instance();
  kept?.used.push(kernel);
  return kernel;
}

/** To be called before each dump, by a thread of a batch: nothing that its kernels hold is needed any more. */
export function reuseKernels(): void {
  const { used, idle } = kept ?? { used: [], idle: [] };
  kept = { used: [], idle: [...idle, ...used].filter(({ memory }) => memory.buffer.byteLength <= MOST_KEPT_BYTES) };
}

function instance(): Kernel {
  const kernel = new WebAssembly.Instance(compile()).exports as unknown as Kernel;
  fillRandomly(new Uint8Array(kernel.memory.buffer, kernel.getKeys(), KEY_BYTES));
  return kernel;
}

/** The strings of one dictionary of a kernel, where they lie. */
export class KernelStrings extends StringList {
  private readonly kernel: Kernel;
  private readonly kind: number;
  private readonly starts: Uint32Array;
  private readonly ends: Uint32Array;
  /** All memory; detached, and so empty, when that grows. */
  private whole: Uint8Array<ArrayBuffer>;

  constructor(kernel: Kernel, kind: number) {
    super();
    this.kernel = kernel;
    this.kind = kind;
    this.whole = new Uint8Array(kernel.memory.buffer);
    const view = new DataView(kernel.memory.buffer);
    const starts: number[] = [];
    for (let entry = kernel.firstEntry(kind); entry !== 0; entry = view.getUint32(entry + Entry.NEXT, true)) {
      starts.push(entry + Entry.BYTES);
    }
    this.starts = Uint32Array.from(starts);
    this.ends = this.starts.map((start) => start + view.getUint32(start - Entry.BYTES + Entry.LENGTH, true));
  }

  get size(): number {
    return this.starts.length;
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    if (this.whole.length === 0) this.whole = new Uint8Array(this.kernel.memory.buffer);
    return this.whole;
  }

  override sorted(): Uint32Array {
    const length = this.size * Uint32Array.BYTES_PER_ELEMENT;
    const ids = this.kernel.allocate(2 * length);
    this.kernel.sortedIdsOf(this.kind, ids, ids + length);
    return new Uint32Array(this.kernel.memory.buffer, ids, this.size).slice();
  }

  start(id: number): number {
    return this.starts[id] as number;
  }

  end(id: number): number {
    return this.ends[id] as number;
  }
}

/** In the order in which kernel/columns.ts numbers them. */
export const COLUMN_NAMES = Object.keys(EMPTY_COLUMNS) as readonly (keyof Columns)[];

/** A new column for all groups of a kernel. */
export function newColumn<Name extends keyof Columns>(kernel: Kernel, name: Name): Columns[Name] {
  const Column = EMPTY_COLUMNS[name].constructor as Uint8ArrayConstructor;
  return new Column(kernel.groupCount()) as Uint8Array as Columns[Name];
}

/** Fills columns of a kernel's groups. Records are read batch by batch, so that they are in the cache for each. */
export function readColumns(kernel: Kernel, columns: Partial<Columns>, scratch: number): void {
  const names = Object.keys(columns) as (keyof Columns)[];
  const parts = names.map((name) => {
    const column = columns[name] as Uint8Array;
    const Column = column.constructor as Uint8ArrayConstructor;
    return { column, batch: new Column(kernel.memory.buffer, scratch, BATCH), number: COLUMN_NAMES.indexOf(name) };
  });
  const size = kernel.groupCount();
  for (let from = 0; from < size; from += BATCH) {
    const to = Math.min(from + BATCH, size);
    for (const { column, batch, number } of parts) {
      kernel.readColumn(number, from, to, scratch);
      column.set(to - from < BATCH ? batch.subarray(0, to - from) : batch, from);
    }
  }
}

/** So many groups are handed over at a time; each takes up to 8 bytes of a column. */
export const BATCH = 4096;
export const COLUMN_ROOM: number = BATCH * 8;
