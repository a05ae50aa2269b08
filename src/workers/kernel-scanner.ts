import { readFileSync } from 'node:fs';
import { LF } from '../format/bytes.js';
import { NO_TIME, type Timestamp } from '../format/timestamp.js';
import { Dictionary, type Strings } from '../merge/dictionary.js';
import { type Grouping, type Identify, identifier } from '../merge/grouping.js';
import { type Columns, EMPTY_COLUMNS, newRow, type Row } from '../merge/groups.js';
import { HeadFlag, Heads } from '../merge/heads.js';
import { KeyBytes } from '../merge/key-bytes.js';
import { type Counts, noCounts, noteOffset, type Partial } from '../merge/partial.js';
import { endOfCrBlock, withoutCr } from './cr-block.js';
import { IrregularBlock } from './irregular-block.js';
import { MARGIN, type Scanner } from './scanner.js';
import { SelectedHeads } from './selected-heads.js';
import { stackFlags } from './stacks.js';

/** What kernel/kernel.ts exports. Addresses and lengths are bytes of its memory. */
interface Kernel {
  readonly memory: WebAssembly.Memory;
  allocate(length: number): number;
  getKeys(): number;
  configure(
    stack: boolean,
    bits: number,
    ts: boolean,
    freeTs: boolean,
    taskless: boolean,
    allocator: boolean,
    released: boolean,
  ): void;
  scan(from: number, end: number, offset: number): number;
  getAt(): number;
  getTo(): number;
  getFound(): number;
  internMask: Intern;
  internTask: Intern;
  internStack: Intern;
  firstEntry(kind: number): number;
  addBlock(mask: number, task: number, stack: number, bits: number, ts: bigint, freeTs: bigint, first: number): number;
  getBlocks(): number;
  getFiltered(): number;
  groupCount(): number;
  writeColumns(): number;
  getHeads(): number;
  getHeadCount(): number;
}

type Intern = (from: number, length: number) => number;

/** Why scan() came back: kernel/kernel.ts. */
const Status = { DONE: 0, UNFINISHED: 1, HAS_CR: 2, NEW_MASK: 3, NEW_TASK: 4, NEW_STACK: 5, IRREGULAR: 6 } as const;

/** The third dictionary of the kernel. */
const STACKS = 2;

/** An entry of a string (kernel/dictionary.ts): what is known of it, which this program fills in, and its bytes. */
const Entry = { NEXT: 0, LENGTH: 4, FLAGS: 20, KEY: 24, PAGES: 32, BYTES: 40 } as const;

/** Flags of entries beside HeadFlag's and StackFlag's: the first of all is PLAIN. KNOWN says that the entry was filled in. */
const SELECTED = 8;
const KNOWN = 128;

/** The part of a usual head that says how much was asked for, and how. The part behind it, the task, says who asked. */
const PLAIN_MASK = /^Page allocated via order \d{1,15}, mask 0x[\da-f]+\([\w|]*\)$/;
/** Stands in for any plain mask where the meaning of a task is looked up. */
const SOME_MASK = Buffer.from('Page allocated via order 0, mask 0x0()');

/** What else than the head makes a group, in the bits of its record (kernel/kernel.ts). */
const Bits = { SHAPE: 0xff, ALLOCATOR: 0xff00, HAS_FREE_TS: 1 << 16 } as const;
const ALLOCATOR_SHIFT = 8;

/** The keys of --cull that a task tells. */
const TASK_KEYS = ['pid', 'tgid', 'name'];

const PAGE = 4096;
const COLUMN_ALIGNMENT = 16;
const KEY_BYTES = 1040;
const CLOSING_PARENTHESIS = 0x29;
const NANOS_PER_SECOND = 1_000_000_000n;

let compiled: WebAssembly.Module | undefined;

/** Loaded once a thread. */
function compile(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('kernel.wasm', import.meta.url)));
  return compiled;
}

/**
 * The scan by the SIMD kernel, which finds, compares and counts bytes and knows nothing of what they mean. Each mask, task and stack is read here,
 * when it first appears; so are blocks of unusual form, one by one.
 */
export class KernelScanner implements Scanner {
  private readonly grouping: Grouping;
  private readonly identify: Identify;
  private readonly kernel: Kernel;
  private readonly heads: Heads = new Heads();
  private readonly byText: boolean;
  private readonly taskKeys: Dictionary = new Dictionary();
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
    this.byText = grouping.cull.length === 0;
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
        case Status.NEW_MASK:
          this.readMask(kernel.getFound());
          at = kernel.getAt();
          break;
        case Status.NEW_TASK:
          this.readTask(kernel.getFound());
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
    const groups = this.columns();
    return { heads: this.headStrings(), stacks: this.stackStrings(), groups, counts };
  }

  private instantiate(): Kernel {
    const { cull, text, selection, wantsAllocator } = this.grouping;
    const kernel = new WebAssembly.Instance(compile()).exports as unknown as Kernel;
    crypto.getRandomValues(new Uint8Array(kernel.memory.buffer, kernel.getKeys(), KEY_BYTES));
    const { byText } = this;
    const bits =
      (byText ? Bits.SHAPE : 0) |
      (cull.includes('allocator') ? Bits.ALLOCATOR : 0) |
      (cull.includes('free') ? Bits.HAS_FREE_TS : 0);
    kernel.configure(
      byText || cull.includes('stack'),
      bits,
      byText && !text.withoutTs,
      byText && !text.withoutFreeTs,
      !byText && !cull.some((key) => TASK_KEYS.includes(key)) && this.selected.selectsAll,
      wantsAllocator,
      selection.withoutReleased,
    );
    return kernel;
  }

  private readMask(entry: number): void {
    const bytes = this.bytesOf(entry);
    const isPlain = PLAIN_MASK.test(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'));
    const head = this.internHead(bytes);
    const view = this.view();
    view.setFloat64(entry + Entry.PAGES, this.heads.pages[head] as number, true);
    view.setUint32(entry + Entry.KEY, this.byText ? entry : 0, true);
    view.setUint32(entry + Entry.FLAGS, (isPlain ? HeadFlag.PLAIN : 0) | KNOWN, true);
  }

  private readTask(entry: number): void {
    this.describeTask(entry, this.internHead(SOME_MASK, this.bytesOf(entry)));
  }

  /** Fills in what a head says of the task. */
  private describeTask(entry: number, head: number): void {
    const view = this.view();
    view.setUint32(entry + Entry.KEY, this.byText ? entry : this.taskKey(head), true);
    const flags = (this.heads.flags[head] as number) & HeadFlag.PLAIN;
    view.setUint32(entry + Entry.FLAGS, flags | (this.selected.has(head) ? SELECTED : 0) | KNOWN, true);
  }

  /** Equal for heads that are equal to this grouping. */
  private taskKey(head: number): number {
    this.row.head = head;
    this.identify(this.key, this.row, this.heads);
    return this.taskKeys.intern(this.key.view, 0, this.key.length);
  }

  private readStack(entry: number): void {
    const bytes = this.bytesOf(entry);
    this.view().setUint32(entry + Entry.FLAGS, stackFlags(bytes, 0, bytes.length) | KNOWN, true);
  }

  private internHead(...parts: Uint8Array[]): number {
    const { buffer, byteOffset, length } = Buffer.concat(parts);
    return this.heads.intern(new DataView(buffer, byteOffset, length), 0, length);
  }

  private bytesOf(entry: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.kernel.memory.buffer, entry + Entry.BYTES, this.view().getUint32(entry + Entry.LENGTH, true));
  }

  private flagsOf(entry: number): number {
    return this.view().getUint32(entry + Entry.FLAGS, true);
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
    const [mask, task] = this.entriesOfHead(irregular.head);
    const stack = this.intern(kernel.internStack, irregular.stack);
    if (this.flagsOf(stack) === 0) this.readStack(stack);
    const bits = irregular.shape | (irregular.allocator << ALLOCATOR_SHIFT);
    const isGrouped = kernel.addBlock(mask, task, stack, bits, nanos(this.ts), nanos(this.freeTs), first);
    if (!isGrouped || irregular.isPageOwner) return;
    this.counts.foreign++;
    noteOffset(this.counts.foreignAt, first);
  }

  /** Mask and task of a head. One that is not of the usual form is both. */
  private entriesOfHead(head: Uint8Array): [number, number] {
    const { internMask, internTask } = this.kernel;
    const maskTo = head.indexOf(CLOSING_PARENTHESIS) + 1;
    if (maskTo > 0) {
      const mask = this.intern(internMask, head.subarray(0, maskTo));
      if (this.flagsOf(mask) === 0) this.readMask(mask);
      const task = this.intern(internTask, head.subarray(maskTo));
      if (this.flagsOf(task) === 0) this.readTask(task);
      if (this.flagsOf(mask) & this.flagsOf(task) & HeadFlag.PLAIN) return [mask, task];
    }
    const mask = this.intern(internMask, head);
    if (this.flagsOf(mask) === 0) this.readMask(mask);
    const task = this.intern(internTask, head);
    if (this.flagsOf(task) === 0) this.describeTask(task, this.internHead(head));
    return [mask, task];
  }

  private intern(intern: Intern, string: Uint8Array): number {
    if (this.scratchLength < string.length) {
      this.scratchLength = 2 * string.length;
      this.scratch = this.kernel.allocate(this.scratchLength + MARGIN);
    }
    this.memory.set(string, this.scratch);
    return intern(this.scratch, string.length);
  }

  /** The heads that groups name, in the order of their ids. */
  private headStrings(): Strings {
    const { kernel } = this;
    const pairs = new Uint32Array(kernel.memory.buffer, kernel.getHeads(), 2 * kernel.getHeadCount());
    const parts = Array.from({ length: kernel.getHeadCount() }, (_, id) => {
      const mask = pairs[2 * id] as number;
      const isWhole = (this.flagsOf(mask) & HeadFlag.PLAIN) === 0;
      return isWhole ? [this.bytesOf(mask)] : [this.bytesOf(mask), this.bytesOf(pairs[2 * id + 1] as number)];
    });
    return joinStrings(parts);
  }

  private stackStrings(): Strings {
    const view = this.view();
    const parts: Uint8Array[][] = [];
    for (let entry = this.kernel.firstEntry(STACKS); entry !== 0; entry = view.getUint32(entry + Entry.NEXT, true)) {
      parts.push([this.bytesOf(entry)]);
    }
    return joinStrings(parts);
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

/** Strings of one or two parts each, as they cross a thread. */
function joinStrings(strings: readonly (readonly Uint8Array[])[]): Strings {
  let length = 0;
  const ends = new Float64Array(strings.length);
  strings.forEach((parts, i) => {
    for (const part of parts) length += part.length;
    ends[i] = length;
  });
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const parts of strings) {
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
  }
  return { bytes, ends };
}

function nanos(time: Timestamp): bigint {
  return BigInt(time.seconds) * NANOS_PER_SECOND + BigInt(time.nanos);
}
