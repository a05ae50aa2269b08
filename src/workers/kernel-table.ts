import type { TextRule } from '../format/header.js';
import { type Columns, EMPTY_COLUMNS } from '../merge/block-groups.js';
import type { Table } from '../merge/group-table.js';
import type { Masks } from '../merge/masks.js';
import { Modules } from '../merge/modules.js';
import type { Counts } from '../merge/partial.js';
import type { Tasks } from '../merge/tasks.js';
import {
  BATCH,
  COLUMN_NAMES,
  COLUMN_ROOM,
  type Kernel,
  KernelStrings,
  Kind,
  newColumn,
  readColumns,
} from './kernel-instance.js';

type Column = Columns[keyof Columns];

/** Text is written in pieces of up to this size. */
const PIECE_BYTES = 1 << 20;

/** The table of a kernel's groups, which stay in its memory: columns are copied out one by one, and texts are written there. */
export class KernelTable implements Table {
  readonly size: number;
  readonly columns: Columns;
  readonly masks: Masks;
  readonly tasks: Tasks;
  readonly stacks: KernelStrings;
  readonly tails: KernelStrings;
  readonly modules: Modules;
  readonly rule: TextRule;
  readonly counts: Counts;
  private readonly kernel: Kernel;
  private readonly copies: Map<keyof Columns, Column> = new Map();
  /** Columns that were forgotten, to be filled again: fresh memory takes longer to get than to fill. */
  private readonly spare: Column[] = [];
  private readonly scratch: number;
  /** Where pieces of text are written, in turn: one is still being put out while the next is made. */
  private pieces: [number, number];

  /** Masks and tasks are numbered as those of the kernel. */
  constructor(kernel: Kernel, masks: Masks, tasks: Tasks, rule: TextRule, counts: Counts) {
    this.kernel = kernel;
    this.masks = masks;
    this.tasks = tasks;
    this.rule = rule;
    this.counts = counts;
    this.size = kernel.groupCount();
    this.scratch = kernel.allocate(COLUMN_ROOM);
    this.pieces = [kernel.allocate(PIECE_BYTES), kernel.allocate(PIECE_BYTES)];
    this.stacks = new KernelStrings(kernel, Kind.STACK);
    this.tails = new KernelStrings(kernel, Kind.TAIL);
    this.modules = new Modules(this.stacks, this.tails);
    const columns = {};
    for (const name of COLUMN_NAMES) Object.defineProperty(columns, name, { get: () => this.column(name) });
    this.columns = columns as Columns;
    kernel.setTextRule(rule.withoutTs, rule.withoutFreeTs);
  }

  forget(): void {
    this.spare.push(...this.copies.values());
    this.copies.clear();
  }

  writeGroups(order: Uint32Array, from: number, isStackOnly: boolean): { count: number; text: Uint8Array } {
    const { kernel, scratch } = this;
    const [piece, other] = this.pieces;
    const groups = order.subarray(from, from + BATCH);
    new Uint32Array(kernel.memory.buffer, scratch, groups.length).set(groups);
    const count = kernel.writeTexts(scratch, groups.length, piece, piece + PIECE_BYTES, isStackOnly);
    const text = new Uint8Array(kernel.memory.buffer, piece, kernel.getWritten() - piece);
    this.pieces = [other, piece];
    return { count, text };
  }

  private column(name: keyof Columns): Column {
    const known = this.copies.get(name);
    if (known) return known;
    const { kernel, spare } = this;
    const fitting = spare.findIndex((column) => column.constructor === EMPTY_COLUMNS[name].constructor);
    const copy = spare.splice(fitting, fitting < 0 ? 0 : 1)[0] ?? newColumn(kernel, name);
    readColumns(kernel, { [name]: copy }, this.scratch);
    this.copies.set(name, copy);
    return copy;
  }
}
