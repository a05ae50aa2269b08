import { availableParallelism } from 'node:os';
import type { Grouping, Selection } from '../merge/grouping.js';
import { KEYS, type Key } from '../merge/keys.js';
import type { OrderSpec } from '../merge/order.js';
import { badPidList, unknownKey, usageError } from './errors.js';
import { CHUNKS_FOR_MAIN, DEFAULT_CHUNK_BYTES, MOST_CHUNK_BYTES } from './limits.js';
import { parseBytes } from './units.js';

/** The kernels whose page_owner_sort can be imitated. 6.12 leaves the digits of ts out of a block's text, 6.1 does not. */
export const COMPATS = ['6.12', '6.1'] as const;
export type Compat = (typeof COMPATS)[number];

/** What a caller says; all but the first two may be left out. Lists and specs are texts as on the command line. */
export interface SortOptions {
  /** A file, plain or packed by gzip, zstd or xz; a FIFO or device; `-` for standard input. */
  readonly input: string;
  /** A file; `-` for standard output. */
  readonly output: string;
  /** Keys to cull by: `stacktrace,pid`. Without it the whole text of a block makes its group. */
  readonly cull?: string;
  /** `[+|-]key[,…]`, ascending unless `-`. Default: `-times`. */
  readonly sort?: string;
  /** Selections: comma lists of decimal integers, and of exact command names. A block must pass all that are given. */
  readonly pid?: string;
  readonly tgid?: string;
  readonly name?: string;
  /** Leave out blocks with ts < free_ts (free_ts not 0). */
  readonly withoutReleased?: boolean;
  readonly compat?: Compat;
  /** Also leave the digits of free_ts out of a block's text. */
  readonly mergeFreeTs?: boolean;
  /** Threads that scan. Default: os.availableParallelism(). */
  readonly threads?: string | number;
  /** Size of a chunk, in bytes or with K, M or G. Default: 4M (DEFAULT_CHUNK_BYTES). */
  readonly chunkSize?: string | number;
  /** Whether the summary has chunk latencies. */
  readonly latencies?: boolean;
  /** Called now and then with the bytes that are scanned so far, and the size of the dump where it is known. */
  readonly onProgress?: (bytes: number, size: number | undefined) => void;
}

/** Options filled and checked: what the code relies on. */
export interface SortPlan {
  readonly grouping: Grouping;
  readonly order: OrderSpec;
  readonly threads: number;
  readonly chunkBytes: number;
  readonly aloneBytes: number;
}

const MOST_THREADS = 256;

/** The keys that a block's task and times tell. */
const HEAD_KEYS = ['free', 'pid', 'tgid', 'name', 'alloc_ts', 'free_ts'];

/** Fills in defaults. Throws a usage error, which names the option, for what has no meaning. */
export function planSort(options: SortOptions): SortPlan {
  const compat = options.compat ?? '6.12';
  if (!COMPATS.includes(compat)) throw usageError(`--compat takes ${COMPATS.join(' or ')}, not ${compat}`);
  const cull = options.cull === undefined ? [] : parseCull(options.cull);
  const order = parseSort(options.sort ?? '-times');
  // The 6.12 tool keeps ts where it is what is sorted by.
  const withoutTs = compat === '6.12' && order[0]?.key !== 'alloc_ts';
  const chunkBytes = parseChunkSize(options.chunkSize);
  const selection = parseSelection(options);
  const asked = [...cull, ...order.map(({ key }) => key)];
  const wantsText = cull.length === 0 || asked.includes('text');
  const selects = Boolean(selection.pids ?? selection.tgids ?? selection.names) || selection.withoutReleased;
  return {
    grouping: {
      cull,
      text: { withoutTs, withoutFreeTs: compat === '6.12' && options.mergeFreeTs === true },
      selection,
      wantsHead: wantsText || selects || asked.some((key) => HEAD_KEYS.includes(key)),
      wantsAllocator: cull.length === 0 || asked.includes('allocator'),
    },
    order,
    threads: parseThreads(options.threads),
    chunkBytes,
    aloneBytes: chunkBytes * CHUNKS_FOR_MAIN,
  };
}

function parseCull(typed: string): string[] {
  const known = KEYS.filter((key) => key.identify);
  return typed.split(',').map((name) => findKey('cull', typed, name, known).id);
}

function parseSort(typed: string): OrderSpec {
  const known = KEYS.filter((key) => key.sorts);
  return typed.split(',').map((part) => {
    const name = /^[+-]/.test(part) ? part.slice(1) : part;
    return { key: findKey('sort', typed, name, known).id, descending: part.startsWith('-') };
  });
}

function findKey(option: string, typed: string, name: string, known: readonly Key[]): Key {
  const key = known.find(({ names }) => names.includes(name));
  if (key) return key;
  throw unknownKey(
    option,
    typed,
    name,
    known.map(({ names }) => names.join('|')),
  );
}

function parseSelection({ pid, tgid, name, withoutReleased }: SortOptions): Selection {
  return {
    ...(pid !== undefined && { pids: parsePids('pid', pid) }),
    ...(tgid !== undefined && { tgids: parsePids('tgid', tgid) }),
    ...(name !== undefined && { names: name.split(',').map((part) => Buffer.from(part)) }),
    withoutReleased: withoutReleased ?? false,
  };
}

function parsePids(option: 'pid' | 'tgid', typed: string): number[] {
  return typed.split(',').map((part) => {
    if (!/^\s*[+-]?\d+$/.test(part)) throw badPidList(option, typed);
    return Number(part);
  });
}

function parseThreads(typed: string | number | undefined): number {
  const threads = typed === undefined ? availableParallelism() : Number(typed);
  if (Number.isInteger(threads) && threads >= 1 && threads <= MOST_THREADS) return threads;
  throw usageError(`--threads takes a whole number from 1 to ${MOST_THREADS}, not ${typed}`);
}

function parseChunkSize(typed: string | number | undefined): number {
  const bytes = typed === undefined ? DEFAULT_CHUNK_BYTES : parseBytes(String(typed));
  if (bytes !== undefined && bytes >= 1 && bytes <= MOST_CHUNK_BYTES) return bytes;
  throw usageError(`--chunk-size takes bytes from 1 to 2G (65536, 64K, 4M), not ${typed}`);
}
