import { compareTimestamps } from '../format/timestamp.js';
import { compareStacks } from './compare-stacks.js';
import { compareTexts } from './compare-texts.js';
import type { Row } from './groups.js';
import type { KeyBytes } from './key-bytes.js';
import { at, type Compare, type Table } from './table.js';
import type { Tasks } from './tasks.js';

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
  readonly identify?: (key: KeyBytes, block: Row, tasks: Tasks) => void;
  /** Ascending order of groups. */
  readonly compare: (table: Table) => Compare;
}

const NONE = 0;
const SOME = 1;

/** 1 where free_ts is not 0; a block that has none counts as 1 too, as in the C tool. */
export function hasFreeTs(seconds: number, nanos: number): number {
  return seconds === 0 && nanos === 0 ? NONE : SOME;
}

/**
 * All that --cull, --sort and the short sort options know; a new key is a new entry. The keys that cull stand in the order in which they
 * break ties: that of the C tool's first sort, by which it culls.
 */
export const KEYS: readonly Key[] = [
  {
    id: 'stack',
    help: 'the stack trace, and the lines behind it (memcg, migrate reason, slab)',
    names: ['st', 'stacktrace'],
    sorts: true,
    flag: { letter: 's', descending: false },
    identify: (key, block) => {
      key.integer(block.stack);
      key.integer(block.tail);
    },
    compare: compareStacks,
  },
  {
    id: 'free',
    help: 'whether free_ts is 0',
    names: ['f', 'free'],
    identify: (key, block) => key.integer(hasFreeTs(block.freeSeconds, block.freeNanos)),
    compare: ({ columns: { freeSeconds, freeNanos } }) => {
      const has = (group: number) => hasFreeTs(at(freeSeconds, group), at(freeNanos, group));
      return (a, b) => has(a) - has(b);
    },
  },
  {
    id: 'pid',
    help: 'process id',
    names: ['p', 'pid'],
    sorts: true,
    flag: { letter: 'p', descending: false },
    identify: (key, block, tasks) => key.number(at(tasks.pid, block.task)),
    compare: ({ columns: { task }, tasks: { pid } }) => {
      return (a, b) => at(pid, at(task, a)) - at(pid, at(task, b));
    },
  },
  {
    id: 'tgid',
    help: 'thread group id',
    names: ['tg', 'tgid'],
    sorts: true,
    flag: { letter: 'P', descending: false },
    identify: (key, block, tasks) => key.number(at(tasks.tgid, block.task)),
    compare: ({ columns: { task }, tasks: { tgid } }) => {
      return (a, b) => at(tgid, at(task, a)) - at(tgid, at(task, b));
    },
  },
  {
    id: 'name',
    help: 'command name',
    names: ['n', 'name'],
    sorts: true,
    flag: { letter: 'n', descending: false },
    identify: (key, block, tasks) => key.integer(at(tasks.name, block.task)),
    compare: ({ columns: { task }, tasks: { names, name } }) => {
      const ranks = names.ranks();
      return (a, b) => at(ranks, at(name, at(task, a))) - at(ranks, at(name, at(task, b)));
    },
  },
  {
    id: 'allocator',
    help: 'CMA, SLAB, VMALLOC or OTHERS',
    names: ['ator', 'allocator'],
    sorts: true,
    identify: (key, block) => key.integer(block.allocator),
    compare: ({ columns: { allocator } }) => {
      return (a, b) => at(allocator, a) - at(allocator, b);
    },
  },
  {
    id: 'text',
    help: 'the whole text of the block',
    names: ['T', 'txt'],
    sorts: true,
    compare: compareTexts,
  },
  {
    id: 'alloc_ts',
    help: 'time of the allocation',
    names: ['at', 'alloc_ts'],
    sorts: true,
    flag: { letter: 'a', descending: false },
    compare: ({ columns: { tsSeconds: seconds, tsNanos: nanos } }) => {
      return (a, b) => compareTimestamps(at(seconds, a), at(nanos, a), at(seconds, b), at(nanos, b));
    },
  },
  {
    id: 'free_ts',
    help: 'time of the last release',
    names: ['ft', 'free_ts'],
    sorts: true,
    flag: { letter: 'r', descending: false },
    compare: ({ columns: { freeSeconds: seconds, freeNanos: nanos } }) => {
      return (a, b) => compareTimestamps(at(seconds, a), at(nanos, a), at(seconds, b), at(nanos, b));
    },
  },
  {
    id: 'times',
    help: 'number of blocks',
    names: ['times'],
    sorts: true,
    flag: { letter: 't', descending: true },
    compare: ({ columns: { times } }) => {
      return (a, b) => at(times, a) - at(times, b);
    },
  },
  {
    id: 'pages',
    help: 'number of base pages',
    names: ['pages'],
    sorts: true,
    flag: { letter: 'm', descending: true },
    compare: ({ columns: { pages } }) => {
      return (a, b) => at(pages, a) - at(pages, b);
    },
  },
];

/** The key of an id. Throws where there is none. */
export function keyOf(id: string): Key {
  const key = KEYS.find((candidate) => candidate.id === id);
  if (!key) throw new Error(`no key ${id}`);
  return key;
}
