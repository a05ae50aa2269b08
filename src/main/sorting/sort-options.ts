import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Selection } from '../../merge/grouping.js';
import type { OrderSpec } from '../../merge/order.js';
import { fillRandomly } from '../../merge/random.js';
import { isToldByHead, KEYS, type Key, keyOf } from '../../merge/sort-keys.js';
import { MOST_HELD_BYTES } from '../../workers/chunk-runner.js';
import type { ScanPlan } from '../../workers/task.js';
import { badPidList, quoted, unknownKey, usageError } from '../base/errors.js';
import {
  BYTES_PER_THREAD,
  CHUNKS_FOR_MAIN,
  LEAST_MEMORY,
  LEAST_SPILL_BYTES,
  longestBlockIn,
  OWN_BYTES,
  SPILL_SHARES,
  WORTH_POOL_MS,
} from '../base/limits.js';
import { defaultMemory } from '../base/machine.js';
import { parseChunkSize, parseSize, parseThreads } from '../command-line/parse-values.js';
import type { Source } from '../io/input.js';

/** The kernels whose page_owner_sort can be imitated. 6.12 leaves the digits of ts out of a block's text, 6.1 does not. */
export const COMPATS = ['6.12', '6.1'] as const;
export type Compat = (typeof COMPATS)[number];

/** What a caller says; all but the first two may be left out. Lists and specs are texts as on the command line. */
export interface SortOptions {
  /** The path of a file, FIFO or device, or `-` for standard input; or bytes, at once or as a stream. Plain, or packed by gzip, zstd or xz. */
  readonly input: Source;
  /** A file; `-` for standard output. */
  readonly output: string;
  /** Keys to cull by: `stacktrace,pid`. Without it the whole text of a block makes its group. */
  readonly cull?: string;
  /** `[+|-]key[,…]`, ascending unless `-`. Default: `-times`. */
  readonly sort?: string;
  /** Selections: comma lists of decimal integers, and of exact names of commands or modules (`vmlinux`: the kernel itself). A block must pass all that are given. */
  readonly pid?: string;
  readonly tgid?: string;
  readonly name?: string;
  readonly module?: string;
  /** Leave out blocks with ts < free_ts (free_ts not 0). */
  readonly withoutReleased?: boolean;
  readonly compat?: Compat;
  /** Also leave the digits of free_ts out of a block's text. */
  readonly mergeFreeTs?: boolean;
  /** Take the dump out of a kernel log. Without it the lines of a log are text like any other. */
  readonly fromLogs?: boolean;
  /** Threads that scan. Default: as many as there are CPUs for this process. */
  readonly threads?: string | number;
  /** Size of a chunk, in bytes or with K, M or G. Default: 4M (DEFAULT_CHUNK_BYTES). */
  readonly chunkSize?: string | number;
  /** Memory, in bytes or with K, M or G, past which groups are moved to temporary files. Default: a quarter of what the machine or the cgroup has. */
  readonly maxMemory?: string | number;
  /** Where those files go. Default: os.tmpdir(), which is TMPDIR if that is set. */
  readonly tmpDir?: string;
  /** Have the report on the disk before the end. Default: the system writes it when it likes, as for the kernel's tool. */
  readonly fsync?: boolean;
  /** Whether the summary has chunk latencies. */
  readonly latencies?: boolean;
  /** Called now and then with the bytes that are scanned so far, and the size of the dump where it is known. */
  readonly onProgress?: (bytes: number, size: number | undefined) => void;
  /** Gives the run up: threads end, there is no output, and the signal's reason is thrown. */
  readonly signal?: AbortSignal;
}

/** Options filled and checked: what the code relies on. */
export interface SortPlan {
  readonly scan: ScanPlan;
  readonly threads: number;
  readonly chunkBytes: number;
  readonly aloneBytes: number;
  readonly aloneMs: number;
}

/** What Node makes of bytes on the command line that are not UTF-8: what they were is lost. */
const NOT_UTF8 = '\ufffd';

/** Fills in defaults. Throws a usage error, which names the option, for what has no meaning. */
export function planSort(options: SortOptions): SortPlan {
  checkTypes(options);
  const compat = options.compat ?? '6.12';
  if (!COMPATS.includes(compat)) throw usageError(`--compat takes ${COMPATS.join(' or ')}, not ${compat}`);
  const cull = options.cull === undefined ? [] : parseCull(options.cull);
  const order = parseSort(options.sort ?? '-times');
  // The 6.12 tool keeps ts where it is what is sorted by.
  const withoutTs = compat === '6.12' && order[0]?.key !== 'alloc_ts';
  const chunkBytes = parseChunkSize(options.chunkSize);
  const maxMemory = parseSize('max-memory', options.maxMemory, defaultMemory(), LEAST_MEMORY, Number.MAX_SAFE_INTEGER);
  // A thread that has next to no memory only writes runs.
  const threads = Math.min(parseThreads(options.threads), Math.ceil(maxMemory / BYTES_PER_THREAD));
  const selection = parseSelection(options);
  const asked = [...cull, ...order.map(({ key }) => key)];
  const wantsText = cull.length === 0 || asked.includes('text');
  const selects = Boolean(selection.pids ?? selection.tgids ?? selection.names) || selection.withoutReleased;
  return {
    scan: {
      grouping: {
        cull,
        text: { withoutTs, withoutFreeTs: compat === '6.12' && options.mergeFreeTs === true },
        selection,
        wantsHead: wantsText || selects || asked.some((key) => isToldByHead(keyOf(key))),
        wantsAllocator: cull.length === 0 || asked.includes('allocator'),
      },
      order,
      longestBlock: longestBlockIn(maxMemory),
      folder: runFolder(options.tmpDir ?? tmpdir()),
      spillBytes: Math.min(
        MOST_HELD_BYTES,
        Math.max(LEAST_SPILL_BYTES, (maxMemory - OWN_BYTES) / (SPILL_SHARES * threads)),
      ),
    },
    threads,
    chunkBytes,
    aloneBytes: chunkBytes * CHUNKS_FOR_MAIN,
    // Without a cull nearly each block may be a group: to join those takes longer than to find them.
    aloneMs: cull.length > 0 ? WORTH_POOL_MS : Infinity,
  };
}

/** Options whose values are text, and those whose values may be numbers too. */
const TEXTS = ['input', 'output', 'cull', 'sort', 'pid', 'tgid', 'name', 'module', 'compat', 'tmpDir'];
const SIZES = ['threads', 'chunkSize', 'maxMemory'];

/** For callers without types: says which option it is. */
function checkTypes(options: SortOptions): void {
  for (const name of ['input', 'output'] as const)
    if (options[name] === undefined) throw usageError(`no ${name} given`);
  for (const [name, value] of Object.entries(options)) {
    const isNumber = SIZES.includes(name) && typeof value === 'number';
    const takesText = TEXTS.includes(name) || SIZES.includes(name);
    if (takesText && value !== undefined && typeof value !== 'string' && !isNumber)
      throw usageError(`${name} takes text, not ${quoted(JSON.stringify(value))}`);
    if (typeof value === 'string' && value.includes(NOT_UTF8))
      throw usageError(`${name}: "${quoted(value)}" is not UTF-8 text, which is all that can be given here`);
  }
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

function parseSelection({ pid, tgid, name, module, withoutReleased }: SortOptions): Selection {
  return {
    ...(pid !== undefined && { pids: parsePids('pid', pid) }),
    ...(tgid !== undefined && { tgids: parsePids('tgid', tgid) }),
    ...(name !== undefined && { names: parseNames(name) }),
    ...(module !== undefined && { modules: parseNames(module) }),
    withoutReleased: withoutReleased ?? false,
  };
}

function parseNames(typed: string): Buffer[] {
  return typed.split(',').map((part) => Buffer.from(part));
}

function parsePids(option: 'pid' | 'tgid', typed: string): number[] {
  return typed.split(',').map((part) => {
    // As strtol has it, which takes a long.
    if (!/^\s*[+-]?\d+$/.test(part) || BigInt.asIntN(64, BigInt(part)) !== BigInt(part))
      throw badPidList(option, typed);
    return Number(part);
  });
}

/** A name that no one knows before. */
function runFolder(parent: string): string {
  const random = new Uint8Array(8);
  fillRandomly(random);
  return join(parent, `pageowner-${process.pid}-${Buffer.from(random).toString('hex')}`);
}
