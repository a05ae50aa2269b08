/**
 * Dumps that are made up, for benchmarks: alike to real ones in what costs time (lengths, repetition, how many things are distinct), the same bytes
 * for the same options. What is rendered as text is rendered once; a block is copies of that and three or four numbers.
 */
import { ascii } from './bytes.js';

export const DIALECTS = ['6.12', '6.1'] as const;
export type Dialect = (typeof DIALECTS)[number];

export interface SyntheticDumpOptions {
  /** The dump ends with the block that reaches this size. */
  readonly bytes: number;
  /** 6.1 prints free_ts, so that hardly two texts are equal, and decimal PFNs. */
  readonly dialect: Dialect;
  /** Distinct stacks. Under --cull=st there are more groups: tail lines count there, and each process has its own memcg. */
  readonly stacks: number;
  /** Zipf exponent: how much more frequent a stack is than the next; 0: all alike. */
  readonly skew: number;
  /** Mean number of blocks in a row with one process and stack: what one call left behind. */
  readonly run: number;
  /** Share of blocks with tail lines (memcg, migrate reason), 0 to 1. */
  readonly tails: number;
  readonly seed: number;
}

/** Defaults. Real dumps of mixed load (6.1 and 6.12, 95 MB) have runs of 3.7 blocks, tails in 0.91 of them, and 595 bytes a block. */
export const SYNTHETIC_DUMP: SyntheticDumpOptions = {
  bytes: 256 * 2 ** 20,
  dialect: '6.12',
  stacks: 3000,
  skew: 1,
  run: 4,
  tails: 0.9,
  seed: 1,
};

const PIECE_BYTES = 1 << 20;
/** As in kernels with 4 KiB pages. */
const LONGEST_BLOCK = 4096;
/** Distinct header lines without their times. */
const HEADERS = 3000;
const PAGEBLOCK_ORDER = 9;

/** Kinds of allocation: order, mask, what it asks for, and its frames behind the page allocator's. */
const KINDS: readonly (readonly [number, string, string, string])[] = [
  [0, '0x140dca(GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO)', 'Movable', 'vma_alloc_folio do_anonymous_page'],
  [0, '0x152c4a(GFP_NOFS|__GFP_HIGHMEM|__GFP_NOWARN|__GFP_COMP)', 'Movable', 'folio_alloc page_cache_ra_unbounded'],
  [0, '0x140cca(GFP_HIGHUSER_MOVABLE|__GFP_COMP)', 'Movable', 'folio_alloc shmem_alloc_folio shmem_get_folio'],
  [0, '0x500cc2(GFP_HIGHUSER|__GFP_ACCOUNT)', 'Unmovable', 'alloc_pages pipe_write'],
  [
    1,
    '0x528c0(GFP_NOWAIT|__GFP_IO|__GFP_FS|__GFP_NORETRY)',
    'Unmovable',
    'alloc_slab_page allocate_slab ___slab_alloc',
  ],
  [3, '0xd20c0(__GFP_IO|__GFP_FS|__GFP_NOMEMALLOC)', 'Unmovable', 'alloc_slab_page allocate_slab ___slab_alloc'],
  [0, '0x2dc2(GFP_KERNEL|__GFP_HIGHMEM|__GFP_ZERO)', 'Unmovable', 'alloc_pages_bulk_array __vmalloc_node_range'],
  [2, '0x52cd0(GFP_KERNEL|__GFP_NORETRY|__GFP_RECLAIMABLE)', 'Reclaimable', 'alloc_slab_page new_slab'],
];
const TYPES = ['Movable', 'Unmovable', 'Reclaimable'];
const FLAGS = [
  '0x17ffffc0020028(uptodate|lru|swapbacked|node=0|zone=2|lastcpupid=0x1fffff)',
  '0x17ffffc0000000(node=0|zone=2|lastcpupid=0x1fffff)',
  '0x10000000000082c(referenced|uptodate|lru|owner_2|node=0|zone=1)',
  '0x100000000000200(slab|node=0|zone=1)',
  '0x100000000020038(uptodate|dirty|lru|swapbacked|node=0|zone=1)',
];
const SYSTEMS = words(
  'ext4 vfs filemap tcp udp inet sock blk kmem proc cgroup bpf iomap mm mem dev xfs* nvme* nfs* dm_mod*',
);
const VERBS = words('alloc get read write map fault prepare open send copy insert handle submit charge lookup do');
const OBJECTS = words(
  'page folio inode bio request buffer vma skb queue entry range iter node file data_block mapping',
);
const ROOTS = [
  ['do_syscall_64+0x5c/0xf0', 'entry_SYSCALL_64_after_hwframe+0x76/0x7e'],
  ['exc_page_fault+0x7e/0x180', 'asm_exc_page_fault+0x26/0x30'],
  ['kthread+0xcf/0x100', 'ret_from_fork+0x31/0x50', 'ret_from_fork_asm+0x1a/0x30'],
];
const NAMES = words('systemd bash postgres java node python3 cc1 sshd kworker/0:1 containerd nginx Web_Content');
const MEMCGS = words('/ init.scope sshd.service postgresql.service user@1000.service docker-5f2a.scope');

/** Yields the dump in pieces of about 1 MiB; each ends behind a block, and has its own memory. */
export function* syntheticDump(options: Partial<SyntheticDumpOptions> = {}): Generator<Uint8Array<ArrayBuffer>> {
  const chosen = { ...SYNTHETIC_DUMP, ...options };
  const blocks = new Blocks(chosen);
  for (let written = 0; written < chosen.bytes; ) {
    const piece = new Uint8Array(PIECE_BYTES + LONGEST_BLOCK);
    const end = Math.min(PIECE_BYTES, chosen.bytes - written);
    let at = 0;
    while (at < end) at = blocks.write(piece, at);
    written += at;
    yield piece.subarray(0, at);
  }
}

/** Writes one block after the other. */
class Blocks {
  private readonly options: SyntheticDumpOptions;
  private readonly random: Random;
  private readonly stacks: Uint8Array[];
  /** Sums of the stacks' frequencies, ascending. */
  private readonly sums: Float64Array;
  private readonly headers: Uint8Array[];
  private readonly pfnParts: Uint8Array[];
  private readonly pfnEnds: Uint8Array[];
  private readonly tails: Uint8Array[];
  private readonly pfn: Uint8Array;
  private pages = 0x1000;
  private ts = 0;
  private stack = 0;
  private header = 0;
  private pfnEnd = 0;
  private tail = 0;

  constructor(options: SyntheticDumpOptions) {
    this.options = options;
    const random = new Random(options.seed);
    this.random = random;
    const isOld = options.dialect === '6.1';
    const texts = new Set<string>();
    while (texts.size < options.stacks) texts.add(stackText(random, KINDS[texts.size % KINDS.length]![3], isOld));
    this.stacks = [...texts].map(ascii);
    let sum = 0;
    this.sums = Float64Array.from(this.stacks, (_, rank) => (sum += (rank + 1) ** -options.skew));
    this.headers = Array.from({ length: HEADERS }, (_, i) => ascii(headerText(random, KINDS[i % KINDS.length]!)));
    this.pfn = ascii(isOld ? 'PFN ' : 'PFN 0x');
    this.pfnParts = KINDS.map(([, , type]) => ascii(` type ${type} Block `));
    this.pfnEnds = TYPES.flatMap((type) => FLAGS.map((flags) => ascii(` type ${type} Flags ${flags}\n`)));
    this.tails = MEMCGS.flatMap((memcg) => {
      const charged = `Charged ${memcg === '/' ? '' : '(via objcg) '}to memcg ${memcg}\n`;
      return [charged, `Page has been migrated, last migrate reason: compaction\n${charged}`].map(ascii);
    });
  }

  write(into: Uint8Array, from: number): number {
    const { random, options } = this;
    if (this.ts === 0 || random.below(2 ** 32) * options.run < 2 ** 32) this.startRun();
    const kind = this.stack % KINDS.length;
    const order = KINDS[kind]![0];
    this.ts += 500 + random.below(200_000);
    let at = append(into, from, this.headers[this.header]!);
    at = append(into, appendNumber(into, at, this.ts, 10), NS);
    if (options.dialect === '6.1') {
      const freeTs = random.below(5) === 0 ? 0 : this.ts - random.below(900_000_000);
      at = append(into, appendNumber(into, append(into, at, FREE_TS), freeTs, 10), NS);
    }
    into[at++] = LF;
    at = appendNumber(into, append(into, at, this.pfn), this.pages, options.dialect === '6.1' ? 10 : 16);
    at = append(into, at, this.pfnParts[kind]!);
    at = appendNumber(into, at, Math.floor(this.pages / 2 ** PAGEBLOCK_ORDER), 10);
    at = append(into, at, this.pfnEnds[this.pfnEnd]!);
    at = append(into, at, this.stacks[this.stack]!);
    if (this.tail >= 0) at = append(into, at, this.tails[this.tail]!);
    into[at++] = LF;
    this.pages += 2 ** order;
    return at;
  }

  /** What the blocks of a run have in common. A dump goes by PFN: times ascend within a run only. */
  private startRun(): void {
    const { random, options } = this;
    this.stack = this.pickStack();
    const kind = this.stack % KINDS.length;
    // A header is of one kind, and so of one order and mask.
    this.header = kind + KINDS.length * random.below(HEADERS / KINDS.length);
    const [order, , asked] = KINDS[kind]!;
    const type = random.below(20) === 0 ? random.below(TYPES.length) : TYPES.indexOf(asked);
    this.pfnEnd = type * FLAGS.length + random.below(FLAGS.length);
    const memcg = this.header % MEMCGS.length;
    const hasTail = random.below(2 ** 32) < options.tails * 2 ** 32;
    this.tail = hasTail ? memcg * 2 + (random.below(50) === 0 ? 1 : 0) : -1;
    this.ts = 2e9 + random.below(2 ** 32) * 1000;
    this.pages = Math.ceil((this.pages + random.below(8)) / 2 ** order) * 2 ** order;
  }

  private pickStack(): number {
    const { sums } = this;
    const wanted = (this.random.below(2 ** 32) / 2 ** 32) * sums[sums.length - 1]!;
    let low = 0;
    for (let high = sums.length - 1; low < high; ) {
      const middle = (low + high) >>> 1;
      if (sums[middle]! > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** xorshift32 (Marsaglia, "Xorshift RNGs"): fast, and the same on every machine. */
class Random {
  private state: number;

  constructor(seed: number) {
    this.state = Math.imul(seed + 1, 0x9e3779b1) || 1;
  }

  /** A whole number from 0 to limit - 1. */
  below(limit: number): number {
    let { state } = this;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.state = state;
    return Math.floor(((state >>> 0) / 2 ** 32) * limit);
  }
}

function words(text: string): string[] {
  return text.split(' ');
}

function pick<T>(random: Random, from: readonly T[]): T {
  return from[random.below(from.length)]!;
}

/** 8 to 20 frames, few of them many. */
function stackText(random: Random, kindFrames: string, isOld: boolean): string {
  const allocator = ['get_page_from_freelist', isOld ? '__alloc_pages' : '__alloc_pages_noprof', ...words(kindFrames)];
  const root = pick(random, ROOTS);
  const length = 8 + Math.min(random.below(13), random.below(13), random.below(13));
  const frames = allocator.map((name) => frame(name, 1));
  while (frames.length + root.length < length) frames.push(callFrame(random));
  return [...frames, ...root].map((line) => ` ${line}\n`).join('');
}

function callFrame(random: Random): string {
  const system = pick(random, SYSTEMS);
  const name = `${system.replace('*', '')}_${pick(random, VERBS)}_${pick(random, OBJECTS)}`;
  return frame(name, random.below(4)) + (system.endsWith('*') ? ` [${system.slice(0, -1)}]` : '');
}

/** A function always has one length, and is left at one of a few places. */
function frame(name: string, place: number): string {
  let hash = 0;
  for (const byte of ascii(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  const length = 0x20 + (hash % 0x6e0);
  return `${name}+0x${Math.floor((length * (place + 1)) / 5).toString(16)}/0x${length.toString(16)}`;
}

function headerText(random: Random, [order, mask]: (typeof KINDS)[number]): string {
  const tgid = 1 + random.below(40_000);
  const pid = random.below(3) === 0 ? tgid + random.below(64) : tgid;
  const name = pick(random, NAMES).replace('_', ' ');
  return `Page allocated via order ${order}, mask ${mask}, pid ${pid}, tgid ${tgid} (${name}), ts `;
}

const LF = 0x0a;
const NS = ascii(' ns');
const FREE_TS = ascii(', free_ts ');
const DIGITS = ascii('0123456789abcdef');

function append(into: Uint8Array, at: number, bytes: Uint8Array): number {
  into.set(bytes, at);
  return at + bytes.length;
}

/** Digits by hand: a string for each number would cost more than all the rest of a block. */
function appendNumber(into: Uint8Array, at: number, value: number, base: number): number {
  let digits = 1;
  for (let limit = base; limit <= value; limit *= base) digits++;
  let rest = value;
  for (let i = at + digits - 1; i >= at; i--) {
    const higher = Math.floor(rest / base);
    into[i] = DIGITS[rest - higher * base]!;
    rest = higher;
  }
  return at + digits;
}
