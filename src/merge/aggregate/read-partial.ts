import { LF } from '../../format/bytes.js';
import { type Place, placeOf } from '../../format/pfn-line.js';
import { decodeText } from '../../format/text.js';
import { NO_NANOS } from '../../format/timestamp.js';
import type { Strings } from '../dictionary.js';
import { MISSING } from '../field-value.js';
import { Masks } from '../masks.js';
import { Tasks } from '../tasks.js';
import { type Aggregate, type AggregateRow, type Allocation, type Counted, pagesOf, type Task } from './aggregate.js';
import { type AggregatePartial, type Cells, cellNumber } from './aggregate-partial.js';
import { bucketStart } from './time-buckets.js';

const OPEN_NAME = /, tgid \d+ \((.*)$/;
const WIDTH = 5;
const CELL = 3;
const GFP = /, mask (0x[\da-f]+)(?:\(([^)\n]*)\))?/i;

/** Reads what a scan found: each distinct string once. `since`: what was asked of it. */
export function readPartial(partial: AggregatePartial, since: bigint | null): Aggregate {
  const { blocks, counts } = partial;
  const pageblockOrders = [...partial.pageblockOrders];
  const stackLines = each(partial.stacks, linesOf);
  const columns: ReadColumns = {
    partial,
    isAsked: since !== null,
    allocations: readMasks(partial.masks),
    tasks: readTasks(partial.tasks),
    opens: each(partial.tasks, openName),
    stacks: stackLines.map((lines) => lines.map((line) => line.trimStart())),
    stackLines,
    tails: each(partial.tails, (bytes) => divided(linesOf(bytes))),
    places: each(partial.places, placeOf),
    times: byRow(partial.ages, blocks.length, bucketStart),
    pageblocks: byRow(partial.pageblocks, blocks.length, (number) => number),
  };
  const { bytes, blocks: read, filtered, malformed, malformedAt, foreign } = counts;
  const own = { bytes, blocks: read - filtered, malformed, malformedAt: malformedAt[0] ?? null, foreign };
  return {
    facts: { ...own, pageblockOrders, since, knowsBlocks: true },
    rows: Array.from(blocks, (_, row) => new ScannedRow(columns, row)),
  };
}

/** What rows are made of. */
interface ReadColumns {
  readonly partial: AggregatePartial;
  /** Whether it was asked what was born. */
  readonly isAsked: boolean;
  readonly allocations: readonly Allocation[];
  readonly tasks: readonly Task[];
  /** By task: the beginning of its command name, where a newline in that has cut it. */
  readonly opens: readonly (string | undefined)[];
  readonly stacks: readonly (readonly string[])[];
  /** The same with the leading spaces. */
  readonly stackLines: readonly (readonly string[])[];
  readonly tails: readonly DividedTail[];
  readonly places: readonly Place[];
  readonly times: (row: number) => Counted;
  readonly pageblocks: (row: number) => Counted;
}

/** A row of a partial. It is read where it lies: a dump can have millions, and few reports want all of each. */
class ScannedRow implements AggregateRow {
  readonly report = null;
  private readonly columns: ReadColumns;
  private readonly row: number;

  constructor(columns: ReadColumns, row: number) {
    this.columns = columns;
    this.row = row;
  }

  get allocation(): Allocation {
    return this.part(0, this.columns.allocations);
  }

  get task(): Task {
    return this.cutName?.task ?? this.part(1, this.columns.tasks);
  }

  get stack(): readonly string[] {
    const stack = this.part(2, this.columns.stacks);
    return this.cutName?.stack ?? (stack.length > 0 ? stack : this.part(3, this.columns.tails).stack);
  }

  get tails(): readonly string[] {
    const { lines, others } = this.part(3, this.columns.tails);
    return this.cutName?.others ?? (this.part(2, this.columns.stacks).length > 0 ? lines : others);
  }

  /** What the row is, if its command name has a newline. */
  private get cutName(): CutName | undefined {
    const opens = this.part(1, this.columns.opens);
    if (opens === undefined) return undefined;
    return cutNameOf(
      this.part(1, this.columns.tasks),
      opens,
      this.part(2, this.columns.stackLines),
      this.part(3, this.columns.tails).lines,
    );
  }

  get place(): Place {
    return this.part(4, this.columns.places);
  }

  get blocks(): number {
    return this.columns.partial.blocks[this.row] as number;
  }

  get pages(): number {
    return this.blocks * pagesOf(this.allocation);
  }

  get oldest(): bigint | null {
    return this.time(this.columns.partial.oldest);
  }

  get newest(): bigint | null {
    return this.time(this.columns.partial.newest);
  }

  get born(): number | null {
    return this.columns.isAsked ? (this.columns.partial.born[this.row] as number) : null;
  }

  get times(): Counted {
    return this.columns.times(this.row);
  }

  get pageblocks(): Counted {
    return this.columns.pageblocks(this.row);
  }

  private part<T>(kind: number, values: readonly T[]): T {
    return values[this.columns.partial.rows[this.row * WIDTH + kind] as number] as T;
  }

  private time(times: BigUint64Array): bigint | null {
    return this.columns.partial.oldest[this.row] === NO_NANOS ? null : (times[this.row] as bigint);
  }
}

/** Lines behind the frames. Where a vendor's line, or a log's prefix, stands before the frames, those are among them. */
interface DividedTail {
  readonly lines: readonly string[];
  /** The frames, where the block's stack is empty, and the other lines. */
  readonly stack: readonly string[];
  readonly others: readonly string[];
}

/** What a block is whose command name has a newline: the lines up to where the name ends are of the header. */
interface CutName extends DividedTail {
  readonly task: Task;
}

const NAME_CLOSES = '), ts';

/** Undefined where the name does not end: it was damaged otherwise. */
function cutNameOf(
  { pid, tgid }: Task,
  opens: string,
  stack: readonly string[],
  tail: readonly string[],
): CutName | undefined {
  const lines = [...stack, ...tail];
  const last = lines.findIndex((line) => line.includes(NAME_CLOSES));
  const line = lines[last];
  if (line === undefined) return undefined;
  const end = line.slice(0, line.lastIndexOf(NAME_CLOSES));
  const task = { pid, tgid, command: [opens, ...lines.slice(0, last), end].join('\n') };
  return { task, ...divided(lines.slice(last + 1)) };
}

/** `[   12.345678][T10694] ` in copies of logs. */
const LOG_PREFIX = /^\[ *\d+\.\d+\](?:\[ *[TC]\d+\])? ?/;
/** A frame, or one of 2.6: `[0xc012b7b9] find_lock_page+25`. */
const FRAME_LINE = /^(?: |\[0x[\da-f]+\] )/;

function divided(lines: readonly string[]): DividedTail {
  const plain = lines.map((line) => line.replace(LOG_PREFIX, ''));
  return {
    lines,
    stack: plain.filter((line) => FRAME_LINE.test(line)).map((line) => line.trimStart()),
    others: plain.filter((line) => !FRAME_LINE.test(line)),
  };
}

/** Gives the blocks of each row by what `name` makes of a cell's number; it keeps the order of numbers. */
function byRow(cells: Cells, rows: number, name: (number: number) => number): (row: number) => Counted {
  const { keys, blocks } = cells;
  // The cells of row r are those in [ends[r - 1], ends[r]), when all are there.
  const ends = new Uint32Array(rows + 1);
  for (let i = 0; i < blocks.length; i++) (ends[(keys[i * CELL] as number) + 1] as number)++;
  for (let row = 1; row <= rows; row++) (ends[row] as number) += ends[row - 1] as number;
  const order = new Uint32Array(blocks.length);
  for (let i = 0; i < blocks.length; i++) order[(ends[keys[i * CELL] as number] as number)++] = i;
  return (row) => {
    const own = order.subarray(row === 0 ? 0 : ends[row - 1], ends[row]);
    const sorted = Array.from(own, (i) => [name(cellNumber(keys, i * CELL)), blocks[i] as number] as const);
    if (sorted.length > 1) sorted.sort(([a], [b]) => a - b);
    return { numbers: sorted.map(([number]) => number), blocks: sorted.map(([, count]) => count) };
  };
}

function readMasks(strings: Strings): Allocation[] {
  const masks = new Masks();
  return each(strings, (bytes, view, from, to) => {
    const id = masks.intern(view, from, to);
    const pages = masks.pages[id] as number;
    const [, gfpMask = '', gfpFlags = ''] = GFP.exec(decodeText(bytes)) ?? [];
    return { order: pages === 0 ? null : Math.log2(pages), gfpMask, gfpFlags };
  });
}

function readTasks(strings: Strings): Task[] {
  const tasks = new Tasks();
  return each(strings, (bytes, view, from, to) => {
    const id = tasks.intern(view, from, to);
    const [pid, tgid] = [tasks.pid[id], tasks.tgid[id]].map((value = MISSING) => (value === MISSING ? null : value));
    const command = decodeText(tasks.nameBytes(id));
    if (pid === null && tgid === null) return draftTask(decodeText(bytes));
    return { pid: pid ?? null, tgid: tgid ?? null, command };
  });
}

/** Of a head that ends within a command name, what of that is there. */
function openName(bytes: Uint8Array): string | undefined {
  const [, name] = OPEN_NAME.exec(decodeText(bytes)) ?? [];
  return name === undefined || name.includes(')') ? undefined : name;
}

/** What drafts and vendors print: `pid 162970 (podman), ts`, `, tgid 55`. */
function draftTask(text: string): Task {
  const [, pid, command = ''] = /, pid (\d{1,15}) \((.*)\)/s.exec(text) ?? [];
  const [, tgid] = /, tgid (\d{1,15})$/.exec(text) ?? [];
  return { pid: pid === undefined ? null : Number(pid), tgid: tgid === undefined ? null : Number(tgid), command };
}

/** Lines, without their LFs. */
function linesOf(bytes: Uint8Array): string[] {
  if (bytes.length === 0) return [];
  return decodeText(bytes.subarray(0, bytes.at(-1) === LF ? -1 : bytes.length)).split('\n');
}

function each<T>(
  { bytes, ends }: Strings,
  read: (bytes: Uint8Array, view: DataView, from: number, to: number) => T,
): T[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from(ends, (to, id) => {
    const from = id === 0 ? 0 : (ends[id - 1] as number);
    return read(bytes.subarray(from, to), view, from, to);
  });
}
