import type { Row } from './block-groups.js';
import { at, type Table } from './group-table.js';
import type { KeyBytes } from './key-bytes.js';
import { type Modules, NO_MODULE } from './modules.js';
import { numberWords, type Word } from './sort-words.js';
import { stackWords } from './stack-words.js';
import type { Tasks } from './tasks.js';
import { textWords } from './text-words.js';
import { appendModule, appendStack, appendString, appendText, type TextBuffer } from './text-writer.js';

/** A field that blocks can be grouped (culled) or groups be sorted by. */
export interface Key {
  readonly id: string;
  readonly help: string;
  /** As typed after --cull and --sort. */
  readonly names: readonly string[];
  /** Whether --sort takes it. */
  readonly sorts?: true;
  /** The short option that sorts by it alone. */
  readonly flag?: { readonly letter: string; readonly descending: boolean };
  /** Appends what must be equal in two blocks of one group. Where it is present, --cull takes the key. */
  readonly identify?: (key: KeyBytes, block: Row, tasks: Tasks, modules?: Modules) => void;
  /** The part of a block that tells the key, if it is not the whole: what a scan must look at, and compare if the key culls. */
  readonly toldBy?: 'stack' | 'module' | 'task' | 'times' | 'allocator' | 'free';
  /** Ascending order of groups. */
  readonly words: (table: Table) => readonly Word[];
  /** The same order as bytes, for groups that are sorted out of memory. Absent: the key is a count, which is known only in the end. */
  readonly bytes?: (out: TextBuffer, table: Table, group: number) => void;
  /** The count that the key is. */
  readonly count?: 'times' | 'pages';
}

const NONE = 0;
const SOME = 1;

/** 1 where free_ts is not 0; a block that has none counts as 1 too, as in the C tool. */
export function hasFreeTs(seconds: number, nanos: number): number {
  return seconds === 0 && nanos === 0 ? NONE : SOME;
}

/**
 * All that --cull, --sort and the short sort options know; a new key is a new entry. (One to cull by that is told by another part of a block than
 * those of toldBy also needs a place in the kernel's groups.) The keys that cull stand in the order in which they
 * break ties: that of the C tool's first sort, by which it culls.
 */
export const KEYS: readonly Key[] = [
  {
    id: 'stack',
    help: 'the stack trace, and the lines behind it (memcg, migrate reason, slab)',
    names: ['st', 'stacktrace'],
    sorts: true,
    flag: { letter: 's', descending: false },
    toldBy: 'stack',
    identify: (key, block) => {
      key.integer(block.stack);
      key.integer(block.tail);
    },
    words: stackWords,
    bytes: (out, table, group) => {
      const from = out.length;
      appendStack(out, table, group);
      out.terminate(from);
    },
  },
  {
    id: 'pid',
    help: 'process id',
    names: ['p', 'pid'],
    sorts: true,
    flag: { letter: 'p', descending: false },
    toldBy: 'task',
    identify: (key, block, tasks) => key.number(at(tasks.pid, block.task)),
    words: (table) => taskWords(table, table.tasks.pid),
    bytes: (out, { tasks, columns }, group) => out.number(at(tasks.pid, at(columns.task, group)) + 1),
  },
  {
    id: 'tgid',
    help: 'thread group id',
    names: ['tg', 'tgid'],
    sorts: true,
    flag: { letter: 'P', descending: false },
    toldBy: 'task',
    identify: (key, block, tasks) => key.number(at(tasks.tgid, block.task)),
    words: (table) => taskWords(table, table.tasks.tgid),
    bytes: (out, { tasks, columns }, group) => out.number(at(tasks.tgid, at(columns.task, group)) + 1),
  },
  {
    id: 'name',
    help: 'command name',
    names: ['n', 'name'],
    sorts: true,
    flag: { letter: 'n', descending: false },
    toldBy: 'task',
    identify: (key, block, tasks) => key.integer(at(tasks.name, block.task)),
    words: (table) => {
      const ranks = table.tasks.names.ranks();
      return [
        (into) => {
          const { task } = table.columns;
          for (let i = 0; i < into.length; i++) into[i] = at(ranks, at(table.tasks.name, at(task, i)));
        },
      ];
    },
    bytes: (out, { tasks, columns }, group) => {
      const from = out.length;
      appendString(out, tasks.names, at(tasks.name, at(columns.task, group)));
      out.terminate(from);
    },
  },
  {
    id: 'free',
    help: 'whether free_ts is 0',
    names: ['f', 'free'],
    toldBy: 'free',
    identify: (key, block) => key.integer(hasFreeTs(block.freeSeconds, block.freeNanos)),
    words: (table) => [
      (into) => {
        const { freeSeconds, freeNanos } = table.columns;
        for (let i = 0; i < into.length; i++) into[i] = hasFreeTs(at(freeSeconds, i), at(freeNanos, i));
      },
    ],
    bytes: (out, { columns: { freeSeconds, freeNanos } }, group) =>
      out.number(hasFreeTs(at(freeSeconds, group), at(freeNanos, group))),
  },
  {
    id: 'allocator',
    help: 'CMA, SLAB, VMALLOC or OTHERS',
    names: ['ator', 'allocator'],
    sorts: true,
    toldBy: 'allocator',
    identify: (key, block) => key.integer(block.allocator),
    words: (table) => [(into) => into.set(table.columns.allocator.subarray(0, into.length))],
    bytes: (out, { columns }, group) => out.number(at(columns.allocator, group)),
  },
  {
    // Where the newest tool has it among those that break ties its document does not say: behind all others.
    id: 'module',
    help: 'module: that of the first frame with a [module], else vmlinux',
    names: ['mod', 'module'],
    sorts: true,
    flag: { letter: 'M', descending: false },
    toldBy: 'module',
    identify: (key, block, _, modules) => key.integer(modules?.of(block.stack, block.tail) ?? NO_MODULE),
    words: ({ columns, modules }) => [
      (into) => {
        const { stack, tail } = columns;
        const of = Uint32Array.from(into, (_, group) => modules.of(at(stack, group), at(tail, group)));
        const ranks = modules.names.ranks();
        for (let group = 0; group < into.length; group++) into[group] = at(ranks, at(of, group));
      },
    ],
    bytes: (out, table, group) => {
      const from = out.length;
      appendModule(out, table, group);
      out.terminate(from);
    },
  },
  {
    id: 'text',
    help: 'the whole text of the block',
    names: ['T', 'txt'],
    sorts: true,
    words: textWords,
    bytes: (out, table, group) => {
      const from = out.length;
      appendText(out, table, group);
      out.terminate(from);
    },
  },
  {
    id: 'alloc_ts',
    help: 'time of the allocation',
    names: ['at', 'alloc_ts'],
    sorts: true,
    flag: { letter: 'a', descending: false },
    toldBy: 'times',
    words: (table) => [
      ...numberWords(() => table.columns.tsSeconds),
      (into) => into.set(table.columns.tsNanos.subarray(0, into.length)),
    ],
    bytes: (out, { columns: { tsSeconds, tsNanos } }, group) => {
      out.number(at(tsSeconds, group));
      out.number(at(tsNanos, group));
    },
  },
  {
    id: 'free_ts',
    help: 'time of the last release',
    names: ['ft', 'free_ts'],
    sorts: true,
    flag: { letter: 'r', descending: false },
    toldBy: 'times',
    words: (table) => [
      ...numberWords(() => table.columns.freeSeconds),
      (into) => into.set(table.columns.freeNanos.subarray(0, into.length)),
    ],
    bytes: (out, { columns: { freeSeconds, freeNanos } }, group) => {
      out.number(at(freeSeconds, group));
      out.number(at(freeNanos, group));
    },
  },
  {
    id: 'times',
    help: 'number of blocks',
    names: ['times'],
    sorts: true,
    flag: { letter: 't', descending: true },
    words: (table) => numberWords(() => table.columns.times),
    count: 'times',
  },
  {
    id: 'pages',
    help: 'number of base pages',
    names: ['pages'],
    sorts: true,
    flag: { letter: 'm', descending: true },
    words: (table) => numberWords(() => table.columns.pages),
    count: 'pages',
  },
];

/** The words of a number that the group's task has: -1 (MISSING) or more. */
function taskWords(table: Table, numbers: Float64Array): Word[] {
  return numberWords(() => Float64Array.from(table.columns.task, (task) => at(numbers, task) + 1));
}

/** Whether it takes the head of a block (format/head.ts) and its times to tell the key. */
export function isToldByHead({ toldBy }: Key): boolean {
  return toldBy === 'task' || toldBy === 'times' || toldBy === 'free';
}

/** The key of an id. Throws where there is none. */
export function keyOf(id: string): Key {
  const key = KEYS.find((candidate) => candidate.id === id);
  if (!key) throw new Error(`no key ${id}`);
  return key;
}
