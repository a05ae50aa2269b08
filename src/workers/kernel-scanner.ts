import { readFileSync } from 'node:fs';
import { LF } from '../format/bytes.js';
import { NO_TIME, type Timestamp } from '../format/timestamp.js';
import { Dictionary } from '../merge/dictionary.js';
import { type Grouping, type Identify, identifier } from '../merge/grouping.js';
import { type Columns, EMPTY_COLUMNS, newRow, type Row } from '../merge/groups.js';
import { Heads } from '../merge/heads.js';
import { KeyBytes } from '../merge/key-bytes.js';
import { type Counts, noCounts, noteOffset, type Partial } from '../merge/partial.js';
import { endOfCrBlock, withoutCr } from './cr-block.js';
import { IrregularBlock } from './irregular-block.js';
import { MARGIN, type Scanner } from './scanner.js';
import { SelectedHeads } from './selected-heads.js';
import { Stacks } from './stacks.js';

/** What kernel/kernel.ts exports. Addresses and lengths are bytes of its memory. */
interface Kernel {
  readonly memory: WebAssembly.Memory;
  allocate(length: number): number;
  getKeys(): number;
  configure(stack: boolean, bits: number, ts: boolean, freeTs: boolean, allocator: boolean, released: boolean): void;
  scan(from: number, end: number, offset: number): number;
  getAt(): number;
  getTo(): number;
  getFound(): number;
  internHead(from: number, length: number): number;
  internStack(from: number, length: number): number;
  addBlock(head: number, stack: number, bits: number, ts: bigint, freeTs: bigint, first: number): number;
  getBlocks(): number;
  getFiltered(): number;
  groupCount(): number;
  writeColumns(): number;
}

/** Why scan() came back: kernel/kernel.ts. */
const Status = { DONE: 0, UNFINISHED: 1, HAS_CR: 2, NEW_HEAD: 3, NEW_STACK: 4, IRREGULAR: 5 } as const;

/** An entry of a string (kernel/dictionary.ts): what is known of it, which this program fills in, and its bytes. */
const Entry = { LENGTH: 4, FLAGS: 20, KEY: 24, PAGES: 32, BYTES: 40 } as const;

/** Flags of an entry beside HeadFlag's and StackFlag's. The last says that it was filled in. */
const SELECTED = 8;
const KNOWN = 128;

/** What else than the head makes a group, in the bits of its record (kernel/kernel.ts). */
const Bits = { SHAPE: 0xff, ALLOCATOR: 0xff00, HAS_FREE_TS: 1 << 16 } as const;
const ALLOCATOR_SHIFT = 8;

const PAGE = 4096;
const COLUMN_ALIGNMENT = 16;
const KEY_BYTES = 1040;
const NANOS_PER_SECOND = 1_000_000_000n;

let compiled: WebAssembly.Module | undefined;

/** Loaded once a thread. */
function compile(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('kernel.wasm', import.meta.url)));
  return compiled;
}

/**
 * The scan by the SIMD kernel, which finds, compares and counts bytes and knows nothing of what they mean. Each head and stack is read here, when it
 * first appears; so are blocks of unusual form, one by one.
 */
export class KernelScanner implements Scanner {
  private readonly grouping: Grouping;
  private readonly identify: Identify;
  private readonly kernel: Kernel;
  private readonly heads: Heads = new Heads();
  private readonly stacks: Stacks = new Stacks();
  private readonly headKeys: Dictionary = new Dictionary();
  private readonly selected: SelectedHeads;
  private readonly irregular: IrregularBlock;
  private readonly ts: Timestamp = { ...NO_TIME };
  private readonly freeTs: Timestamp = { ...NO_TIME };
  private readonly key: KeyBytes = new KeyBytes();
  private readonly row: Row = newRow();
  private readonly counts: Counts = noCounts();
  private scratch = 0;
  private scratchLength = 0;

  constructor(grouping: Grouping) {
    this.grouping = grouping;
    this.identify = identifier(grouping);
    this.selected = new SelectedHeads(grouping.selection, this.heads);
    this.irregular = new IrregularBlock(grouping.text);
    this.kernel = this.instantiate();
  }

  /** Whether this machine has SIMD. */
  static isSupported(): boolean {
    try {
      compile();
      return true;
    } catch (error) {
      if (error instanceof WebAssembly.CompileError) return false;
      throw error;
    }
  }

  get memory(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.kernel.memory.buffer);
  }

  allocate(length: number): number {
    const place = this.kernel.allocate(length + PAGE + MARGIN);
    return Math.ceil(place / PAGE) * PAGE;
  }

  scan(from: number, to: number, offset: number): number {
    const { kernel } = this;
    this.memory.fill(LF, to, to + MARGIN);
    for (let at = from; ; ) {
      switch (kernel.scan(at, to, offset)) {
        case Status.DONE:
          return to;
        case Status.UNFINISHED:
          return kernel.getAt();
        case Status.NEW_HEAD:
          this.readHead(kernel.getFound());
          at = kernel.getAt();
          break;
        case Status.NEW_STACK:
          this.readStack(kernel.getFound());
          at = kernel.getAt();
          break;
        case Status.HAS_CR:
          at = this.addCrBlock(kernel.getAt(), to, offset);
          if (at < 0) return kernel.getAt();
          break;
        case Status.IRREGULAR:
          at = kernel.getTo();
          this.addIrregular(this.memory.subarray(kernel.getAt(), at), offset + kernel.getAt());
          break;
      }
    }
  }

  finish(): Partial {
    const { kernel, counts } = this;
    counts.blocks = kernel.getBlocks();
    counts.filtered = kernel.getFiltered();
    counts.grouped = counts.blocks - counts.filtered;
    const heads = this.heads.strings.copy();
    const stacks = this.stacks.strings.copy();
    return { heads, stacks, groups: this.columns(), counts };
  }

  private instantiate(): Kernel {
    const { cull, text, selection, wantsAllocator } = this.grouping;
    const kernel = new WebAssembly.Instance(compile()).exports as unknown as Kernel;
    crypto.getRandomValues(new Uint8Array(kernel.memory.buffer, kernel.getKeys(), KEY_BYTES));
    const byText = cull.length === 0;
    const bits =
      (byText ? Bits.SHAPE : 0) |
      (cull.includes('allocator') ? Bits.ALLOCATOR : 0) |
      (cull.includes('free') ? Bits.HAS_FREE_TS : 0);
    kernel.configure(
      byText || cull.includes('stack'),
      bits,
      byText && !text.withoutTs,
      byText && !text.withoutFreeTs,
      wantsAllocator,
      selection.withoutReleased,
    );
    return kernel;
  }

  /** Fills in what the head's bytes mean. */
  private readHead(entry: number): void {
    const { heads, row } = this;
    const view = this.view();
    const from = entry + Entry.BYTES;
    const id = heads.intern(view, from, from + view.getUint32(entry + Entry.LENGTH, true));
    row.head = id;
    this.identify(this.key, row, heads);
    const key = this.headKeys.intern(this.key.view, 0, this.key.length);
    const selected = this.selected.has(id) ? SELECTED : 0;
    view.setUint32(entry + Entry.FLAGS, (heads.flags[id] as number) | selected | KNOWN, true);
    view.setUint32(entry + Entry.KEY, key, true);
    view.setFloat64(entry + Entry.PAGES, heads.pages[id] as number, true);
  }

  private readStack(entry: number): void {
    const view = this.view();
    const from = entry + Entry.BYTES;
    const id = this.stacks.intern(view, from, from + view.getUint32(entry + Entry.LENGTH, true));
    view.setUint32(entry + Entry.FLAGS, (this.stacks.flags[id] as number) | KNOWN, true);
  }

  private view(): DataView {
    return new DataView(this.kernel.memory.buffer);
  }

  /** Reads CRLF as LF. Returns the end of the block's last line, or -1 if no empty line follows. */
  private addCrBlock(from: number, to: number, offset: number): number {
    const bytes = Buffer.from(this.kernel.memory.buffer, from, to - from);
    const length = endOfCrBlock(bytes);
    if (length < 0) return -1;
    this.addIrregular(withoutCr(bytes.subarray(0, length)), offset + from);
    return from + length;
  }

  /** Adds a block by what its lines mean, whatever their form. */
  private addIrregular(lines: Uint8Array, first: number): void {
    const { irregular, kernel } = this;
    irregular.read(lines, this.ts, this.freeTs);
    const head = this.intern(irregular.head, kernel.internHead);
    if (this.isNew(head)) this.readHead(head);
    const stack = this.intern(irregular.stack, kernel.internStack);
    if (this.isNew(stack)) this.readStack(stack);
    const bits = irregular.shape | (irregular.allocator << ALLOCATOR_SHIFT);
    const isGrouped = kernel.addBlock(head, stack, bits, nanos(this.ts), nanos(this.freeTs), first);
    if (!isGrouped || irregular.isPageOwner) return;
    this.counts.foreign++;
    noteOffset(this.counts.foreignAt, first);
  }

  private intern(string: DataView, intern: (from: number, length: number) => number): number {
    if (this.scratchLength < string.byteLength) {
      this.scratchLength = 2 * string.byteLength;
      this.scratch = this.kernel.allocate(this.scratchLength + MARGIN);
    }
    this.memory.set(new Uint8Array(string.buffer, string.byteOffset, string.byteLength), this.scratch);
    return intern(this.scratch, string.byteLength);
  }

  private isNew(entry: number): boolean {
    return this.view().getUint32(entry + Entry.FLAGS, true) === 0;
  }

  private columns(): Columns {
    const { kernel } = this;
    let place = kernel.writeColumns();
    const size = kernel.groupCount();
    const columns: Record<string, unknown> = {};
    for (const [name, empty] of Object.entries(EMPTY_COLUMNS)) {
      const Column = empty.constructor as Uint8ArrayConstructor;
      const column = new Column(kernel.memory.buffer, place, size).slice();
      columns[name] = column;
      place = Math.ceil((place + column.byteLength) / COLUMN_ALIGNMENT) * COLUMN_ALIGNMENT;
    }
    return columns as unknown as Columns;
  }
}

function nanos(time: Timestamp): bigint {
  return BigInt(time.seconds) * NANOS_PER_SECOND + BigInt(time.nanos);
}
