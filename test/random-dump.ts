import fc from 'fast-check';
import { HOSTILE_NAMES, PLAIN_NAMES } from './command-names.js';

/**
 * Random dumps, as latin1 strings (one character a byte, and fast-check prints them readably). Values are few, so that blocks often fall into
 * one group; and there is something of everything that a kernel, a user or a bad copy could put into a dump.
 */

/** `order`, `pid` and `tgid`. 2^40 pages a block keep all sums below 2^53. */
const orders = common(
  ['0', '1', '3', '10'],
  ['00', '03', '40', '65', '99', '', '-1', '000000000000003', '0000000000000003'],
);
const ids = common(
  ['0', '1', '7', '34'],
  ['007', '', '-1', '4294967297', '999999999999999', '1000000000000000', '0000000000000007', '99999999999999999999'],
);

/** Around the ends of 32, 53 and 64 bits, and of a second. */
const times = common(
  ['0', '1', '2', '10', '17589129545'],
  [
    '',
    '02',
    '000000000000000000000000000000002',
    '999999999',
    '1000000000',
    '4294967295999999999',
    '4294967296000000000',
    '9007199254740992',
    '9007199254740993',
    '18446744073709551614',
    '18446744073709551615',
    '18446744073709551616',
    '99999999999999999999999',
  ],
);

const names = common(PLAIN_NAMES, HOSTILE_NAMES);

interface Head {
  readonly form: HeadForm;
  readonly order: string;
  readonly mask: string;
  readonly pid: string;
  readonly tgid: string;
  readonly name: string;
}

interface Clock {
  readonly ts: string;
  readonly freeTs: string;
}

type HeadForm = (head: Head, clock: Clock) => string;

const start = ({ order, mask }: Head): string => `Page allocated via order ${order}, mask ${mask}`;
const task = ({ pid, tgid, name }: Head): string => `pid ${pid}, tgid ${tgid} (${name})`;

const today: HeadForm = (head, { ts }) => `${start(head)}, ${task(head)}, ts ${ts} ns`;
const since518: HeadForm = (head, { ts, freeTs }) => `${start(head)}, ${task(head)}, ts ${ts} ns, free_ts ${freeTs} ns`;

const OTHER_HEADS: readonly HeadForm[] = [
  ({ order }) => `Page allocated via order ${order}`,
  ({ order }) => `Page allocated via order ${order},`,
  start,
  (head, { ts }) => `${start(head)}, pid ${head.pid}, ts ${ts} ns`,
  (head, { ts, freeTs }) => `${start(head)}, pid ${head.pid}, ts ${ts} ns, free_ts ${freeTs} ns`,
  (head, { ts }) => `${start(head)}, pid ${head.pid} (${head.name}), ts ${ts} ns`,
  (head, { ts }) => `${start(head)}, pid ${head.pid}, tgid ${head.tgid}, ts ${ts} ns`,
  (head) => `${start(head)}, tgid ${head.tgid}`,
  (head, { freeTs }) => `${start(head)}, ${task(head)}, free_ts ${freeTs} ns`,
  (head, { ts, freeTs }) => `${start(head)}, ${task(head)}, free_ts ${freeTs} ns, ts ${ts} ns`,
  (head, { ts, freeTs }) => `${start(head)}, ${task(head)}, ts ${ts}, free_ts ${freeTs}`,
  (head, { ts }) => `${start(head)}, ${task(head)}, ts ${ts} ns and more`,
  (head, { ts }) => `${start(head)}, ${task(head)}, ts ${ts.slice(0, 2)}`,
  (head, { ts }) => `[   12.345678] ${today(head, { ts, freeTs: '' })}`,
  (head, { ts }) => `tgid ${head.tgid} (${head.name}), ts ${ts} ns`,
  (head, { ts, freeTs }) => `ts ${ts} ns free_ts ${freeTs} ns ${start(head)}, ${task(head)}`,
  // As dump_page() prints it.
  (head, { ts, freeTs }) => `page last allocated via order ${head.order}, ${task(head)}, ts ${ts}, free_ts ${freeTs}`,
  () => 'hello, world',
  () => ' ',
];

const head: fc.Arbitrary<Head> = fc.record({
  form: fc.oneof(
    { arbitrary: fc.constant(today), weight: 4 },
    { arbitrary: fc.constant(since518), weight: 4 },
    { arbitrary: fc.constantFrom(...OTHER_HEADS), weight: 3 },
  ),
  order: orders,
  mask: common(
    ['0x0()', '0x500cc2(GFP_HIGHUSER|__GFP_ACCOUNT)'],
    ['0x0', '0x0(|0x2000000)', '0x0(, pid 8, tgid 8 (m), ts 8 ns)', '0x0(order 2,)'],
  ),
  pid: ids,
  tgid: ids,
  name: names,
});

const clock: fc.Arbitrary<Clock> = fc.record({ ts: times, freeTs: times });

const PFN_LINES = [
  'PFN 0x4355 type Unmovable Block 33 type Unmovable Flags 0x100000000000000(node=0|zone=1)',
  'PFN 17237 type Movable Block 33 type CMA Flags 0x100000000000000(slab|node=0|zone=1)',
];

const OTHER_PFN_LINES = [
  'PFN 30625 Block 7 type 2 Fallback Flags    U L      ',
  'PFN 111 type Movable Block 0 type CMA Flags 0x0()',
  'PFN 0x1 Flags 0x200(slab)',
  'PFN',
  'PFN\0CMA',
  'PFN \xff slab',
  'PFN: 655360, Flags: 0x0',
  'PFN 0x1 tgid 9 (pfn), ts 9 ns, free_ts 9 ns, order 9, pid 9,',
];

/** Lines that begin with PFN, and where in the block they stand; 1 is behind the header. */
const pfnLines: fc.Arbitrary<readonly (readonly [number, string])[]> = fc.oneof(
  { arbitrary: fc.constantFrom(...PFN_LINES.map((line) => [[1, line] as const])), weight: 6 },
  {
    arbitrary: fc.array(fc.tuple(fc.constantFrom(1, 0, 2, 3, 99), fc.constantFrom(...PFN_LINES, ...OTHER_PFN_LINES)), {
      maxLength: 3,
    }),
    weight: 3,
  },
);

const STACKS: readonly (readonly string[])[] = [
  [' get_page_from_freelist+0x137e/0x1450', ' __alloc_pages_noprof+0x152/0x310', ' leak_order0+0x20/0x40 [polleak]'],
  [' get_page_from_freelist+0x137e/0x1450', ' __alloc_pages_noprof+0x152/0x310'],
  [' alloc_pages_mpol_noprof+0xd1/0x190', ' __vmalloc_node_range_noprof+0x374/0x7b0', ' copy_process+0x997/0x1650'],
  [],
  [' __vmalloc_node_range+0x374/0x7b0', ' alloc_pages+0x1/0x2', ' __vmalloc_node_range+0x374/0x7b0'],
  [' alloc_pages+0x1/0x2', ' x+0x1/0x2', ' __vmalloc_node_range+0x374/0x7b0'],
  [' [<ffffffff8116147e>] find_lock_page+0x1de/0xb00', ' 0xffffffffa0123456'],
  ['[0xc012b7b9] find_lock_page+25', '[0xc012b7ba] find_lock_page+26'],
  [' _RNvCs.llvm.123+0x0/0x1 [mod 0123456789012345678901234567890123456789]'],
  [' get_page_from_freelist+0x137e/0x1450', ' zs_malloc+0x1/0x2 [zsmalloc]', ' zram_submit_bio+0x3/0x4 [zram]'],
  [' get_page_from_freelist+0x137e/0x1450', ' inlined [zram]', ' leak_order0+0x20/0x40 [polleak]'],
  [' start_kernel+0x1/0x2 [vmlinux]', ' leak_order0+0x20/0x40 [polleak]'],
];

const stacks = fc.oneof(
  { arbitrary: fc.constantFrom(...STACKS), weight: 5 },
  { arbitrary: fc.array(fc.constantFrom(...STACKS.flat()), { maxLength: 16 }), weight: 1 },
);

const TAILS = [
  'handle: 17432583',
  'Page has been migrated, last migrate reason: compaction',
  'Slab cache page',
  'Charged (via objcg) to offline memcg NAME',
  'Charged to memcg /',
];

/** What memcg names, modules and bad copies can bring; parts of it look like fields, names and frames. */
const ODD_LINES = [
  'Page allocated by module polleak',
  'PID 7',
  '[detail][count:1, mapping:          (null), mapcount:0 index:0]',
  'Charged to memcg \xff\xfe, ts 5 ns',
  'Charged to memcg ), ts 5 ns, free_ts 6 ns',
  'Charged to memcg tgid 9 (evil), ts 5 ns',
  'Charged to memcg x\0y',
  'Charged to memcg [x]',
  'Charged to memcg a+0x1/0x2 [x]',
  ' behind_a_vendors_line+0x1/0x2 [tail]',
  ' [x]',
  'Charged to memcg Page allocated via order 0, mask 0x0(), pid 1, tgid 1 (x), ts 1 ns',
  'Charged to memcg CMA slab PFN',
  'order 3,',
  'pid 7,',
  'tgid 9 (x), ts',
  'tgid 8 ',
  'ts 6 ns',
  'free_ts 6 ns',
  'free_ts 0 ns',
  'ts  ns',
  'ts\t3 ns',
  'ts 3  ns ts 4 ns',
  'ts ts 4 ns',
  'ts 12 ts 3 ns',
  'free_ts free_ts 5 ns',
  'order order 2,',
  'order  2,',
  'pid  7,',
  'ppid 7,',
  'pid pid 7,',
  'tgid tgid 7 (q), ts, ts 2 ns',
  'tgid  7 (q), ts',
  ' alloc_pages+0x1/0x2 __vmalloc_node_range',
  ' \r',
  '\r',
  '\t',
  ' PFN 0x1 CMA',
  'x'.repeat(300),
];

/** All lines of a block but the header and the PFN lines. */
const bodies: fc.Arbitrary<readonly string[]> = fc
  .tuple(
    fc.oneof(
      { arbitrary: fc.constant([]), weight: 5 },
      { arbitrary: fc.array(fc.constantFrom(...ODD_LINES), { maxLength: 3 }), weight: 1 },
    ),
    stacks,
    fc.oneof(
      { arbitrary: fc.subarray(TAILS), weight: 3 },
      { arbitrary: fc.array(fc.constantFrom(...TAILS, ...ODD_LINES), { maxLength: 3 }), weight: 1 },
    ),
  )
  .map((parts) => parts.flat());

interface Block {
  readonly head: Head;
  readonly pfnLines: readonly (readonly [number, string])[];
  readonly body: readonly string[];
}

const blocks: fc.Arbitrary<Block> = fc.record({ head, pfnLines, body: bodies });

/** A block of the dump: one of a few, at its own time, and what stands behind it. */
interface Use {
  readonly block: number;
  readonly clock: Clock;
  readonly end: string;
}

const uses: fc.Arbitrary<Use> = fc.record({
  block: fc.nat(7),
  clock,
  end: fc.oneof(
    { arbitrary: fc.constant('\n'), weight: 12 },
    {
      arbitrary: fc.constantFrom(
        '\n\n',
        '\n\n\n\n',
        '\r\n',
        '\n\r\n',
        '\r\r\n\n',
        'PFN 0x2 CMA\n\n',
        '\nPFN 0x3\n\n',
        '',
      ),
      weight: 1,
    },
  ),
});

function printBlock({ head, pfnLines, body }: Block, { clock, end }: Use): string {
  const lines = [head.form(head, clock), ...body];
  for (const [at, line] of pfnLines) lines.splice(at, 0, line);
  return lines.map((line) => `${line}\n`).join('') + end;
}

/** Whole dumps of the kernel's shape: some blocks, each used several times. */
function shaped(fewest: number, most: number): fc.Arbitrary<string> {
  const pools = fc.array(blocks, { minLength: 1, maxLength: 8, size: 'max' });
  return fc
    .tuple(pools, fc.array(uses, { minLength: fewest, maxLength: most, size: 'max' }))
    .map(([pool, used]) => used.map((use) => printBlock(pool[use.block % pool.length]!, use)).join(''));
}

/** What parsers look for, in any order. */
const PIECES = [
  '\n',
  '\n\n',
  '\r',
  '\r\n',
  '\r\n\r\n',
  ' ',
  '\0',
  '\xff',
  ',',
  'PFN',
  'P',
  'Page allocated via order 0, ',
  'Page allocated via order',
  'mask 0x0(), ',
  'order 1,',
  'order ',
  'pid 4,',
  'pid ',
  'tgid 3 (',
  'tgid ',
  '3',
  ')',
  '), ts',
  '), ts 5 ns, free_ts 6 ns',
  'ts 1 ns',
  'ts ',
  ' ns',
  'free_ts 2 ns',
  'free_',
  'CMA',
  'slab',
  'alloc_pages',
  '__vmalloc_node_range',
  '00000000000000000000',
];

const soup: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...PIECES), { maxLength: 60, size: 'max' })
  .map((pieces) => pieces.join(''));

const LINE_ENDS: readonly ((dump: string) => string)[] = [
  (dump) => dump,
  (dump) => dump.replaceAll('\n', '\r\n'),
  (dump) => dump.replace(/\n/g, (_, at: number) => (at % 3 === 0 ? '\r\n' : '\n')),
];

const lineEnds = fc.oneof(
  { arbitrary: fc.constant(LINE_ENDS[0]!), weight: 6 },
  { arbitrary: fc.constantFrom(...LINE_ENDS), weight: 2 },
);

/** Bytes behind the last whole block. */
const UNTERMINATED = [
  'zzz',
  'zzz\n',
  'Page allocated via order 0, mask 0x0(), pid 1, tgid 1 (a), ts 1 ns\nPFN 0x1 CMA\n f+0x1/0x2\n',
  'PFN 0x1\n',
  'PFN 0x1 CMA',
  '\r',
  'zzz\n\r',
  '\n\n\nP',
  '\0',
];

const ends = fc.oneof(
  { arbitrary: fc.constant(''), weight: 4 },
  { arbitrary: fc.constantFrom(...UNTERMINATED), weight: 1 },
);

/** Dumps in which every block is whole: they can be put one behind the other. */
export const terminatedDumps: fc.Arbitrary<string> = anyDump(0, 24).map((dump) => `${dump}\n\n`);

/** Dumps of up to some dozen blocks: small enough to be shrunk and read. */
export const dumps: fc.Arbitrary<string> = fc.tuple(anyDump(0, 24), ends).map((parts) => parts.join(''));

/** Dumps of hundreds of blocks: in small chunks they are work for several threads. */
export const longDumps: fc.Arbitrary<string> = fc.tuple(anyDump(200, 400), ends).map((parts) => parts.join(''));

function anyDump(fewest: number, most: number): fc.Arbitrary<string> {
  const texts = fc.oneof(
    { arbitrary: shaped(fewest, most), weight: 4 },
    { arbitrary: fc.tuple(soup, shaped(fewest, most), soup).map((parts) => parts.join('')), weight: 2 },
  );
  return fc.tuple(texts, lineEnds).map(([text, convert]) => convert(text));
}

/** Mostly one of the first list: two blocks shall often be alike. */
function common(usual: readonly string[], odd: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { arbitrary: fc.constantFrom(...usual), weight: 9 },
    { arbitrary: fc.constantFrom(...odd), weight: 1 },
  );
}
