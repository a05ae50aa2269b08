import { Allocator, pfnLineAllocator } from '../format/allocator.js';
import { CR, LF, SPACE } from '../format/bytes.js';
import { isPfnLine } from '../format/fields.js';
import { maskEnd } from '../format/head.js';
import { HeaderSplitter, Shape, type TextRule } from '../format/header.js';
import { StackFlag, stackFlags, tailFlags, tailStart } from '../format/stack.js';
import { compareTimestamps, isNoTime, NO_TIME, readTimestamp, type Timestamp } from '../format/timestamp.js';
import { newRow, type Row } from '../merge/block-groups.js';
import { Masks } from '../merge/masks.js';
import { type Counts, noCounts, noteMalformed, noteOffset } from '../merge/partial.js';
import { Tasks } from '../merge/tasks.js';
import { endOfCrBlock, withoutCr } from './cr-block.js';
import { FlaggedStrings } from './flagged-strings.js';
import { IrregularBlock } from './irregular-block.js';
import { MARGIN, type Scanner } from './scanner.js';

/**
 * Where in a page of memory to put the beginning of a page of the file. Linux copies 13 GB/s to there, but 3 GB/s to a place a few bytes ahead of
 * the file's own (node 20, AMD EPYC; large buffers begin 16 bytes behind a page's beginning).
 */
const PLACE_IN_PAGE = 64;

const EMPTY_LINE = Buffer.from('\n\n');

/**
 * The scan in plain TypeScript: one pass. An empty line ends a block; its parts are looked up by their bytes, so that what they hold is read once for
 * each distinct one; only the times are read block by block.
 *
 *     Page allocated via order 0, mask 0x0(), pid 7, tgid 7 (comm), ts 12 ns     mask, task, times
 *     PFN 0x4355 type Unmovable Block 33 type Unmovable Flags 0x1(slab|node=0)   says the allocator
 *      get_page_from_freelist+0x137e/0x1450                                      stack
 *     Charged to memcg /                                                         tail, to the empty line
 *
 * Blocks of any other form take the slow way (IrregularBlock). What becomes of blocks is the matter of those who extend this.
 */
export abstract class TypeScriptReader<Found, Whole> implements Scanner<Found, Whole> {
  protected readonly masks: Masks = new Masks();
  protected readonly tasks: Tasks = new Tasks();
  protected readonly stacks: FlaggedStrings = new FlaggedStrings(stackFlags);
  protected readonly tails: FlaggedStrings = new FlaggedStrings(tailFlags);
  private readonly header: HeaderSplitter = new HeaderSplitter();
  private readonly irregular: IrregularBlock;
  protected readonly ts: Timestamp = { ...NO_TIME };
  protected readonly freeTs: Timestamp = { ...NO_TIME };
  readonly counts: Counts = noCounts();
  /** The block that is read now, without its times and pages. */
  protected readonly row: Row = newRow();
  memory: Uint8Array<ArrayBuffer> = new Uint8Array(0);

  constructor(text: TextRule) {
    this.irregular = new IrregularBlock(text);
  }

  allocate(length: number): number {
    this.memory = new Uint8Array(PLACE_IN_PAGE + length + MARGIN);
    return PLACE_IN_PAGE;
  }

  scan(from: number, to: number, offset: number): number {
    const bytes = Buffer.from(this.memory.buffer, 0, to);
    const view = new DataView(this.memory.buffer, 0, to);
    const hasCr = bytes.subarray(from).includes(CR);
    for (let at = from; ; ) {
      while (bytes[at] === LF || (bytes[at] === CR && bytes[at + 1] === LF)) at++;
      if (at === to) return to;
      this.row.first = offset + at;
      const end = hasCr ? this.addCrBlock(bytes, at) : this.addBlock(bytes, view, at);
      if (end < 0) return at;
      at = end;
    }
  }

  get bytesHeld(): number {
    const { masks, tasks, stacks, tails } = this;
    return [masks, tasks, stacks, tails].reduce((sum, { strings }) => sum + strings.bytes.length, 0);
  }

  abstract renew(): Scanner<Found, Whole>;
  abstract absorb(found: Found): void;
  abstract finish(): Found;
  abstract table(): Whole;

  /** Whether the allocator is asked for. */
  protected abstract readonly wantsAllocator: boolean;
  /** Adds the block in `row`, whose times are in `ts` and `freeTs`. Returns whether it counts. */
  protected abstract addRow(pfnLines: readonly Uint8Array[]): boolean;

  /** Whether a block is malformed; and whether blocks with this mask can be, so that each is looked at. */
  protected refuses(_block: IrregularBlock): boolean {
    return false;
  }
  protected refusesMask(_mask: number): boolean {
    return false;
  }

  /** Reads CRLF as LF. Returns the end of the block's last line, or -1 if no empty line follows. */
  private addCrBlock(bytes: Buffer, from: number): number {
    const length = endOfCrBlock(bytes.subarray(from));
    if (length < 0) return -1;
    this.addIrregular(withoutCr(bytes.subarray(from, from + length)));
    return from + length;
  }

  /** Adds the block that begins at `from`. Returns the end of its last line, or -1 if no empty line follows. */
  private addBlock(bytes: Buffer, view: DataView, from: number): number {
    const { header, masks, tasks, stacks, tails, row, ts, freeTs } = this;
    const headerTo = bytes.indexOf(LF, from);
    if (headerTo < 0) return -1;
    let pfnTo = headerTo;
    if (isPfnLine(bytes, headerTo + 1, bytes.length)) pfnTo = bytes.indexOf(LF, headerTo + 1);
    if (pfnTo < 0) return -1;
    // Most stacks are that of the block before: one compare then finds the end and the stack.
    let stackTo = stacks.strings.endOfLatest(view, pfnTo + 1);
    const isLatest = stackTo >= 0 && stackTo < bytes.length && bytes[stackTo] !== SPACE;
    const to = bytes[stackTo] === LF && isLatest ? stackTo : bytes.indexOf(EMPTY_LINE, pfnTo) + 1;
    if (to === 0) return -1;
    if (!isLatest) {
      stackTo = tailStart(bytes, pfnTo + 1, to);
      row.stack = stacks.intern(view, pfnTo + 1, stackTo);
    } else row.stack = stacks.strings.latest;
    row.tail = tails.intern(view, stackTo, to);

    header.split(bytes, from, headerTo);
    const maskTo = from + maskEnd(bytes.subarray(from, header.headTo));
    row.mask = masks.intern(view, from, maskTo);
    row.task = tasks.intern(view, maskTo, header.headTo);
    const flags = (stacks.flags[row.stack] as number) & (tails.flags[row.tail] as number);
    if (
      !masks.isPlain[row.mask] ||
      this.refusesMask(row.mask) ||
      !tasks.isPlain[row.task] ||
      !(flags & StackFlag.PLAIN)
    ) {
      this.addIrregular(bytes.subarray(from, to));
      return to;
    }
    if (header.shape === Shape.WHOLE) Object.assign(ts, NO_TIME);
    else readTimestamp(bytes, header.ts, ts);
    if (header.shape !== Shape.TS_FREE_TS) Object.assign(freeTs, NO_TIME);
    else readTimestamp(bytes, header.freeTs, freeTs);
    row.shape = header.shape;
    row.allocator = 0;
    if (this.wantsAllocator) {
      const isVmalloc = (stacks.flags[row.stack] as number) & StackFlag.VMALLOC;
      const bits = (isVmalloc ? Allocator.VMALLOC : 0) | pfnLineAllocator(bytes, headerTo, pfnTo);
      row.allocator = bits || Allocator.OTHERS;
    }
    this.counts.blocks++;
    this.count(this.addRow(pfnTo > headerTo ? [bytes.subarray(headerTo + 1, pfnTo)] : []), true);
    return to;
  }

  /** The slow way, for blocks whose fields do not stand where they usually do. */
  private addIrregular(lines: Uint8Array): void {
    const { irregular, row } = this;
    irregular.read(lines, this.ts, this.freeTs);
    if (this.refuses(irregular)) {
      noteMalformed(this.counts, row.first, irregular.isPageOwner);
      return;
    }
    this.counts.blocks++;
    this.internHead(irregular.head);
    const { stack } = irregular;
    const stackTo = tailStart(stack, 0, stack.length);
    row.stack = this.stacks.intern(viewOf(stack), 0, stackTo);
    row.tail = this.tails.intern(viewOf(stack), stackTo, stack.length);
    row.shape = irregular.shape;
    row.allocator = irregular.allocator;
    this.count(this.addRow(irregular.pfnLines), irregular.isPageOwner);
  }

  /** Mask and task of a head, into the row. One that is not of the usual form is both. */
  private internHead(head: Uint8Array): void {
    const { masks, tasks, row } = this;
    const view = viewOf(head);
    const maskTo = maskEnd(head);
    row.mask = masks.intern(view, 0, maskTo);
    row.task = tasks.intern(view, maskTo, head.length);
    if (masks.isPlain[row.mask] && tasks.isPlain[row.task]) return;
    row.mask = masks.intern(view, 0, head.length);
    row.task = tasks.intern(view, 0, head.length);
  }

  private count(isGrouped: boolean, isPageOwner: boolean): void {
    const { counts } = this;
    if (!isGrouped) counts.filtered++;
    else counts.grouped++;
    if (!isGrouped || isPageOwner) return;
    counts.foreign++;
    noteOffset(counts.foreignAt, this.row.first);
  }
}

function viewOf({ buffer, byteOffset, length }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, length);
}

/** Whether the page was released after it was allocated. A free_ts of 0 is none; 0 ns is before any ts in any case. */
export function isReleased(ts: Timestamp, freeTs: Timestamp): boolean {
  return !isNoTime(freeTs) && compareTimestamps(ts.seconds, ts.nanos, freeTs.seconds, freeTs.nanos) < 0;
}
