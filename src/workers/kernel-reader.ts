import { LF } from '../format/bytes.js';
import { maskEnd } from '../format/head.js';
import type { TextRule } from '../format/header.js';
import { StackFlag, stackFlags, tailFlags, tailStart } from '../format/stack.js';
import { NO_TIME, type Timestamp } from '../format/timestamp.js';
import { Masks } from '../merge/masks.js';
import { NO_MODULE } from '../merge/modules.js';
import { addCounts, type Counts, noCounts, noteMalformed, noteOffset } from '../merge/partial.js';
import { Tasks } from '../merge/tasks.js';
import { endOfCrBlock, withoutCr } from './cr-block.js';
import { IrregularBlock } from './irregular-block.js';
import { compile, Entry, type Kernel, Kind, newKernel } from './kernel-instance.js';
import { MARGIN, type Scanner } from './scanner.js';
import type { SelectedModules } from './selected-modules.js';

/** Why scan() came back: kernel/scan-blocks.ts. */
const Status = {
  DONE: 0,
  UNFINISHED: 1,
  HAS_CR: 2,
  NEW_MASK: 3,
  NEW_TASK: 4,
  NEW_STACK: 5,
  NEW_TAIL: 6,
  IRREGULAR: 7,
  LIST_FULL: 8,
} as const;

/** Flags of entries beside those of StackFlag: PLAIN is meant for all kinds. KNOWN says that the entry was filled in. */
const { PLAIN } = StackFlag;
const SELECTED = 8;
const KNOWN = 128;

const ALLOCATOR_SHIFT = 8;

const PAGE = 4096;
const NANOS_PER_SECOND = 1_000_000_000n;

/**
 * The scan by the SIMD kernel, which finds, compares and counts bytes and knows nothing of what they mean. Each mask, task, stack and tail is read
 * here, when it first appears; so are blocks of unusual form, one by one. What becomes of blocks is the matter of those who extend this.
 */
export abstract class KernelReader<Found, Whole> implements Scanner<Found, Whole> {
  protected readonly kernel: Kernel;
  protected readonly masks: Masks = new Masks();
  protected readonly tasks: Tasks = new Tasks();
  private readonly irregular: IrregularBlock;
  private readonly ts: Timestamp = { ...NO_TIME };
  private readonly freeTs: Timestamp = { ...NO_TIME };
  readonly counts: Counts = noCounts();
  /** Memory that was allocated for what is to be scanned, now or before. */
  private windowBytes = 0;
  /** Where modules count: stacks and tails are described by theirs then. */
  private readonly modules: SelectedModules | undefined;
  private scratch = 0;
  private scratchLength = 0;

  /** With a kernel that another scanner has had, what that one found is forgotten. To be followed by start(), when the kernel is configured. */
  constructor(text: TextRule, kernel: Kernel = newKernel(), modules?: SelectedModules) {
    this.irregular = new IrregularBlock(text);
    this.kernel = kernel;
    this.modules = modules;
    kernel.start();
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
        case Status.LIST_FULL:
          this.takeListed();
          at = kernel.getAt();
          break;
        case Status.IRREGULAR:
          at = kernel.getTo();
          // A copy: the memory moves when parts of the block are put into it.
          this.addIrregular(this.memory.slice(kernel.getAt(), at), offset + kernel.getAt());
          break;
      }
    }
  }

  get bytesHeld(): number {
    return this.kernel.getBytesInUse() - this.windowBytes;
  }

  abstract renew(): Scanner<Found, Whole>;
  abstract absorb(found: Found): void;
  abstract finish(): Found;
  abstract table(): Whole;

  /** Equal for masks, or tasks, that are equal to who extends this. */
  protected abstract maskKey(entry: number): number;
  protected abstract taskKey(task: number, entry: number): number;
  protected abstract isSelected(task: number): boolean;
  /** Whether a block is malformed; and whether blocks with this mask can be, so that each is looked at. */
  protected refuses(_block: IrregularBlock): boolean {
    return false;
  }
  protected refusesMask(_mask: number): boolean {
    return false;
  }
  /** Takes away the kernel's list, when it is full. */
  protected takeListed(): void {}
  /** Tells the kernel where the pages of an irregular block are. */
  protected place(_pfnLines: readonly Uint8Array[]): void {}

  protected start(): void {
    this.readTask(this.kernel.getNoTask());
  }

  protected allCounts(): Counts {
    const { kernel } = this;
    const counts = { ...noCounts(), blocks: kernel.getBlocks(), filtered: kernel.getFiltered() };
    counts.grouped = counts.blocks - counts.filtered;
    addCounts(counts, this.counts);
    return counts;
  }

  private readMask(entry: number): void {
    const mask = this.masks.intern(this.view(), entry + Entry.BYTES, this.endOf(entry));
    this.view().setFloat64(entry + Entry.PAGES, this.masks.pages[mask] as number, true);
    const isPlain = this.masks.isPlain[mask] && !this.refusesMask(mask);
    this.describe(entry, this.maskKey(entry), isPlain ? PLAIN : 0);
  }

  private readTask(entry: number): void {
    const task = this.tasks.intern(this.view(), entry + Entry.BYTES, this.endOf(entry));
    const flags = (this.tasks.isPlain[task] ? PLAIN : 0) | (this.isSelected(task) ? SELECTED : 0);
    this.describe(entry, this.taskKey(task, entry), flags);
  }

  private readStack(entry: number): void {
    const lines = this.bytesOf(entry);
    this.describeLines(entry, stackFlags(lines), this.modules?.names.in(lines));
  }

  private readTail(entry: number): void {
    const lines = this.bytesOf(entry);
    const names = this.modules?.names;
    this.describeLines(entry, tailFlags(lines), names && (names.in(lines) || names.vmlinux));
  }

  private describeLines(entry: number, flags: number, module = NO_MODULE): void {
    this.describe(entry, module, flags | (this.modules?.has(module) ? SELECTED : 0));
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
    if (this.refuses(irregular)) {
      noteMalformed(this.counts, first, irregular.isPageOwner);
      return;
    }
    const [mask, task] = this.entriesOfHead(irregular.head);
    const stackTo = tailStart(irregular.stack, 0, irregular.stack.length);
    const stack = this.intern(Kind.STACK, irregular.stack.subarray(0, stackTo));
    if (this.flagsOf(stack) === 0) this.readStack(stack);
    const tail = this.intern(Kind.TAIL, irregular.stack.subarray(stackTo));
    if (this.flagsOf(tail) === 0) this.readTail(tail);
    this.place(irregular.pfnLines);
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

  protected intern(kind: number, string: Uint8Array): number {
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

  protected read(kind: number, entry: number): void {
    if (kind === Kind.MASK) this.readMask(entry);
    else if (kind === Kind.TASK) this.readTask(entry);
    else if (kind === Kind.STACK) this.readStack(entry);
    else this.readTail(entry);
  }
}

function nanos(time: Timestamp): bigint {
  return BigInt(time.seconds) * NANOS_PER_SECOND + BigInt(time.nanos);
}
