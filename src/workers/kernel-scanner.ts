import { LF } from '../format/bytes.js';
import { maskEnd } from '../format/head.js';
import { StackFlag, stackFlags, tailFlags, tailStart } from '../format/stack.js';
import { NO_TIME, type Timestamp } from '../format/timestamp.js';
import { Dictionary } from '../merge/dictionary.js';
import { type Grouping, type Identify, identifier } from '../merge/grouping.js';
import { newRow, type Row } from '../merge/groups.js';
import { KeyBytes } from '../merge/key-bytes.js';
import { keyOf } from '../merge/keys.js';
import { Masks } from '../merge/masks.js';
import { addCounts, type Counts, noCounts, noteOffset, type Partial } from '../merge/partial.js';
import type { Table } from '../merge/table.js';
import { Tasks } from '../merge/tasks.js';
import { endOfCrBlock, withoutCr } from './cr-block.js';
import { IrregularBlock } from './irregular-block.js';
import { compile, Entry, type Kernel, Kind, newKernel } from './kernel-instance.js';
import { absorbPartial, partialOf } from './kernel-partial.js';
import { KernelTable } from './kernel-table.js';
import { MARGIN, type Scanner } from './scanner.js';
import { SelectedTasks } from './selected-tasks.js';

/** Why scan() came back: kernel/kernel.ts. */
const Status = {
  DONE: 0,
  UNFINISHED: 1,
  HAS_CR: 2,
  NEW_MASK: 3,
  NEW_TASK: 4,
  NEW_STACK: 5,
  NEW_TAIL: 6,
  IRREGULAR: 7,
} as const;

/** Flags of entries beside those of StackFlag: PLAIN is meant for all kinds. KNOWN says that the entry was filled in. */
const { PLAIN } = StackFlag;
const SELECTED = 8;
const KNOWN = 128;

/** What else than its strings makes a group, in the bits of its record (kernel/kernel.ts). */
const Bits = { SHAPE: 0xff, ALLOCATOR: 0xff00, HAS_FREE_TS: 1 << 16 } as const;
const ALLOCATOR_SHIFT = 8;

const PAGE = 4096;
const NANOS_PER_SECOND = 1_000_000_000n;

/**
 * The scan by the SIMD kernel, which finds, compares and counts bytes and knows nothing of what they mean. Each mask, task, stack and tail is read
 * here, when it first appears; so are blocks of unusual form, one by one.
 */
export class KernelScanner implements Scanner {
  private readonly grouping: Grouping;
  private readonly identify: Identify;
  private readonly kernel: Kernel;
  private readonly masks: Masks = new Masks();
  private readonly tasks: Tasks = new Tasks();
  private readonly byText: boolean;
  private readonly taskKeys: Dictionary = new Dictionary();
  private readonly selected: SelectedTasks;
  private readonly irregular: IrregularBlock;
  private readonly ts: Timestamp = { ...NO_TIME };
  private readonly freeTs: Timestamp = { ...NO_TIME };
  private readonly key: KeyBytes = new KeyBytes();
  private readonly row: Row = newRow();
  readonly counts: Counts = noCounts();
  /** Memory that was allocated for what is to be scanned, now or before. */
  private windowBytes = 0;
  private scratch = 0;
  private scratchLength = 0;

  /** With a kernel that another scanner has had, that one's groups are forgotten. */
  constructor(grouping: Grouping, kernel: Kernel = newKernel()) {
    this.grouping = grouping;
    this.byText = grouping.cull.length === 0;
    this.identify = identifier(grouping);
    this.selected = new SelectedTasks(grouping.selection, this.tasks);
    this.irregular = new IrregularBlock(grouping.text);
    this.kernel = kernel;
    kernel.start();
    this.configure();
    this.readTask(this.kernel.getNoTask());
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
    this.windowBytes += length;
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
        case Status.NEW_TAIL:
          this.readTail(kernel.getFound());
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

  get bytesHeld(): number {
    return this.kernel.getBytesInUse() - this.windowBytes;
  }

  renew(): Scanner {
    return new KernelScanner(this.grouping, this.kernel);
  }

  absorb(partial: Partial): void {
    addCounts(this.counts, partial.counts);
    absorbPartial(this.kernel, partial, (kind, entry) => this.read(kind, entry));
  }

  finish(): Partial {
    return partialOf(this.kernel, this.allCounts());
  }

  table(): Table {
    return new KernelTable(this.kernel, this.masks, this.tasks, this.grouping.text, this.allCounts());
  }

  private allCounts(): Counts {
    const { kernel } = this;
    const counts = { ...noCounts(), blocks: kernel.getBlocks(), filtered: kernel.getFiltered() };
    counts.grouped = counts.blocks - counts.filtered;
    addCounts(counts, this.counts);
    return counts;
  }

  private configure(): void {
    const { cull, text, selection, wantsHead, wantsAllocator } = this.grouping;
    const { byText } = this;
    const parts = cull.map((key) => keyOf(key).toldBy);
    const bits =
      (byText ? Bits.SHAPE : 0) |
      (parts.includes('allocator') ? Bits.ALLOCATOR : 0) |
      (parts.includes('free') ? Bits.HAS_FREE_TS : 0);
    this.kernel.configure(
      byText,
      byText || parts.includes('task'),
      byText || parts.includes('stack'),
      bits,
      byText && !text.withoutTs,
      byText && !text.withoutFreeTs,
      wantsHead,
      wantsAllocator,
      this.selected.selectsAll,
      selection.withoutReleased,
    );
  }

  private readMask(entry: number): void {
    const mask = this.masks.intern(this.view(), entry + Entry.BYTES, this.endOf(entry));
    this.view().setFloat64(entry + Entry.PAGES, this.masks.pages[mask] as number, true);
    this.describe(entry, this.byText ? entry : 0, this.masks.isPlain[mask] ? PLAIN : 0);
  }

  private readTask(entry: number): void {
    const task = this.tasks.intern(this.view(), entry + Entry.BYTES, this.endOf(entry));
    const flags = (this.tasks.isPlain[task] ? PLAIN : 0) | (this.selected.has(task) ? SELECTED : 0);
    this.describe(entry, this.byText ? entry : this.taskKey(task), flags);
  }

  /** Equal for tasks that are equal to this grouping. */
  private taskKey(task: number): number {
    this.row.task = task;
    this.identify(this.key, this.row, this.tasks);
    return this.taskKeys.intern(this.key.view, 0, this.key.length);
  }

  private readStack(entry: number): void {
    this.describe(entry, 0, stackFlags(this.bytesOf(entry)));
  }

  private readTail(entry: number): void {
    this.describe(entry, 0, tailFlags(this.bytesOf(entry)));
  }

  private describe(entry: number, key: number, flags: number): void {
    this.view().setUint32(entry + Entry.KEY, key, true);
    this.view().setUint32(entry + Entry.FLAGS, flags | KNOWN, true);
  }

  private endOf(entry: number): number {
    return entry + Entry.BYTES + this.view().getUint32(entry + Entry.LENGTH, true);
  }

  private bytesOf(entry: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(
      this.kernel.memory.buffer,
      entry + Entry.BYTES,
      this.view().getUint32(entry + Entry.LENGTH, true),
    );
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
    const stackTo = tailStart(irregular.stack, 0, irregular.stack.length);
    const stack = this.intern(Kind.STACK, irregular.stack.subarray(0, stackTo));
    if (this.flagsOf(stack) === 0) this.readStack(stack);
    const tail = this.intern(Kind.TAIL, irregular.stack.subarray(stackTo));
    if (this.flagsOf(tail) === 0) this.readTail(tail);
    const bits = irregular.shape | (irregular.allocator << ALLOCATOR_SHIFT);
    const isGrouped = kernel.addBlock(mask, task, stack, tail, bits, nanos(this.ts), nanos(this.freeTs), first);
    if (!isGrouped || irregular.isPageOwner) return;
    this.counts.foreign++;
    noteOffset(this.counts.foreignAt, first);
  }

  /** Mask and task of a head. One that is not of the usual form is both. */
  private entriesOfHead(head: Uint8Array): [number, number] {
    const maskTo = maskEnd(head);
    const [mask, task] = this.entriesOfParts(head.subarray(0, maskTo), head.subarray(maskTo));
    const isPlain = this.flagsOf(mask) & this.flagsOf(task) & PLAIN;
    return isPlain ? [mask, task] : this.entriesOfParts(head, head);
  }

  private entriesOfParts(maskPart: Uint8Array, taskPart: Uint8Array): [number, number] {
    const mask = this.intern(Kind.MASK, maskPart);
    if (this.flagsOf(mask) === 0) this.readMask(mask);
    const task = this.intern(Kind.TASK, taskPart);
    if (this.flagsOf(task) === 0) this.readTask(task);
    return [mask, task];
  }

  private intern(kind: number, string: Uint8Array): number {
    const scratch = this.room(string.length);
    this.memory.set(string, scratch);
    return this.kernel.internOf(kind, scratch, string.length);
  }

  /** Memory to hand things over in, until the next time. */
  private room(length: number): number {
    if (this.scratchLength < length) {
      this.scratchLength = 2 * length;
      this.scratch = this.kernel.allocate(this.scratchLength + MARGIN);
    }
    return this.scratch;
  }

  private read(kind: number, entry: number): void {
    if (kind === Kind.MASK) this.readMask(entry);
    else if (kind === Kind.TASK) this.readTask(entry);
    else if (kind === Kind.STACK) this.readStack(entry);
    else this.readTail(entry);
  }
}

function nanos(time: Timestamp): bigint {
  return BigInt(time.seconds) * NANOS_PER_SECOND + BigInt(time.nanos);
}
