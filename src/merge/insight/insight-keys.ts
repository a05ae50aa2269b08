import { callerOf } from '../../format/allocators.js';
import { baseSymbol, type Frame, moduleOf, parseFrame } from '../../format/frame.js';
import { freerOf } from '../../format/freers.js';
import { kindOf, SLAB_TAIL } from '../../format/kinds.js';
import { memcgOf } from '../../format/memcg.js';
import type { AggregateRow } from '../aggregate/aggregate.js';

/** What a key says of a row; null: nothing. */
export type KeyValue = string | number | boolean | null | readonly string[];

/** How stacks are read for keys. */
export interface KeyRule {
  /** Frames count as equal whose symbols and modules are: two builds of a kernel can be compared. */
  readonly ignoreOffsets: boolean;
}

/** What rows can be grouped by. */
export interface InsightKey {
  readonly name: string;
  readonly help: string;
  /** Names of the values, where there are several: in JSON and CSV. */
  readonly fields?: readonly string[];
  /** Whether it says something of the task: dumps are read without tasks where no key does. */
  readonly isOfTask?: boolean;
  /** A row counts once for each of these; each is as long as `fields`. `dump`: which snapshot it is of. */
  readonly values: (row: AggregateRow, frames: Frames, dump: string) => readonly (readonly KeyValue[])[];
}

const USER_KINDS = ['anonymous', 'page cache', 'shmem'];

function one(value: KeyValue): readonly (readonly KeyValue[])[] {
  return [[value]];
}

export const INSIGHT_KEYS: readonly InsightKey[] = [
  {
    name: 'stack',
    help: 'call stack',
    values: ({ stack }, frames) => one(stack.length > 0 ? frames.lines(stack) : null),
  },
  {
    name: 'symbol',
    help: 'function anywhere in the stack; each page counts once for each',
    values: ({ stack }, frames) => frames.symbols(stack).map((symbol) => [symbol]),
  },
  {
    name: 'caller',
    help: 'first function outside the allocators',
    values: (row, frames) => one(frames.caller(row.stack)),
  },
  { name: 'module', help: 'module nearest the allocation', values: (row, frames) => one(frames.module(row.stack)) },
  {
    name: 'kind',
    help: 'what the memory is for: slab, page cache, anonymous, driver …',
    values: (row, frames) => one(frames.kind(row)),
  },
  {
    name: 'command',
    help: 'command name of the task',
    isOfTask: true,
    values: ({ task }) => one(task.command || null),
  },
  { name: 'pid', help: 'process id', isOfTask: true, values: ({ task }) => one(task.pid) },
  { name: 'tgid', help: 'thread group id', isOfTask: true, values: ({ task }) => one(task.tgid) },
  {
    name: 'memcg',
    help: 'memory cgroup charged, and whether it is offline',
    fields: ['memcg', 'memcg_offline'],
    values: ({ tails }) => {
      const memcg = memcgOf(tails);
      return [memcg ? [memcg.name, memcg.isOffline] : [null, null]];
    },
  },
  { name: 'order', help: 'order of the allocation: 2^order pages', values: ({ allocation }) => one(allocation.order) },
  {
    name: 'gfp',
    help: 'mask of the allocation',
    values: ({ allocation: { gfpMask, gfpFlags } }) => one(gfpMask && `${gfpMask}(${gfpFlags})`),
  },
  {
    name: 'migratetype',
    help: 'migrate type that was asked for',
    values: ({ place }) => one(place.migratetype || null),
  },
  { name: 'node', help: 'NUMA node', values: ({ place }) => one(place.node === '' ? null : Number(place.node)) },
  {
    name: 'zone',
    help: 'zone, as the kernel numbers them',
    values: ({ place }) => one(place.zone === '' ? null : Number(place.zone)),
  },
  {
    name: 'reason',
    help: 'page reports of a log: why the page was dumped',
    values: ({ report }) => one(report?.reason ?? null),
  },
  {
    name: 'state',
    help: 'page reports of a log: allocated or freed, when it was dumped',
    values: ({ report }) => one(report?.state ?? null),
  },
  {
    name: 'freed-by',
    help: 'page reports of a log: who freed the page, the first function that does not only hand it on',
    values: ({ report }, frames) => one(report ? frames.freer(report.freedStack) : null),
  },
  { name: 'dump', help: 'which of several dumps', values: (_row, _frames, dump) => one(dump) },
];

/** Frames of stacks, each stack read once. */
export class Frames {
  private readonly rule: KeyRule;
  private readonly read = new Map<readonly string[], readonly Frame[]>();
  private readonly told = new Map<readonly string[], readonly string[]>();
  private readonly ids = new Map<readonly string[], string>();
  private readonly kinds = new Map<readonly string[], Map<string, string>>();

  constructor(rule: KeyRule) {
    this.rule = rule;
  }

  of(stack: readonly string[]): readonly Frame[] {
    const known = this.read.get(stack) ?? stack.map(parseFrame);
    this.read.set(stack, known);
    return known;
  }

  /** The lines by which a stack is told from others. */
  lines(stack: readonly string[]): readonly string[] {
    if (!this.rule.ignoreOffsets) return stack;
    const known = this.told.get(stack) ?? this.of(stack).map(lineWithoutOffset);
    this.told.set(stack, known);
    return known;
  }

  /** Equal for equal lines. */
  idOf(lines: readonly string[]): string {
    const known = this.ids.get(lines) ?? lines.join('\n');
    this.ids.set(lines, known);
    return known;
  }

  /** Each once. */
  symbols(stack: readonly string[]): string[] {
    return [...new Set(this.of(stack).map((frame) => this.symbol(frame)))];
  }

  /** A name for each frame, leaf first: `f`, or `f [module]`. Places in a function do not tell its frames apart. */
  names(stack: readonly string[]): string[] {
    return this.of(stack).map((frame) => {
      const symbol = this.symbol(frame);
      return frame.module === undefined ? symbol : `${symbol} [${frame.module}]`;
    });
  }

  caller(stack: readonly string[]): string | null {
    const frames = this.of(stack);
    const caller = frames[callerOf(frames)];
    return caller ? this.symbol(caller) : null;
  }

  freer(stack: readonly string[]): string | null {
    const frames = this.of(stack);
    const freer = frames[freerOf(frames)];
    return freer ? this.symbol(freer) : null;
  }

  private symbol({ symbol }: Frame): string {
    return this.rule.ignoreOffsets ? baseSymbol(symbol) : symbol;
  }

  kind({ stack, tails, place }: AggregateRow): string {
    const known = this.kinds.get(stack) ?? new Map<string, string>();
    this.kinds.set(stack, known);
    // All that is asked of tails: there are as many of those as cgroups.
    const rest = tails.includes(SLAB_TAIL) ? SLAB_TAIL : place.migratetype;
    const kind = known.get(rest) ?? kindOf(this.of(stack), tails, place.migratetype);
    known.set(rest, kind);
    return kind;
  }

  /** Whether processes asked for it themselves. */
  isUserMemory(row: AggregateRow): boolean {
    return USER_KINDS.includes(this.kind(row));
  }

  module(stack: readonly string[]): string | null {
    return moduleOf(this.of(stack));
  }
}

function lineWithoutOffset({ symbol, module }: Frame): string {
  const name = baseSymbol(symbol);
  return module === undefined ? name : `${name} [${module}]`;
}
