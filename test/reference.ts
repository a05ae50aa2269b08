/**
 * page_owner_sort once more: slow, plain, and written from the contract alone. It shares no line with `src`, so that what both give alike is
 * hardly wrong in both. Bytes are latin1 strings here: one character a byte, and they compare as bytes do.
 */

/** In the text forms of SortOptions. */
export interface ReferenceOptions {
  readonly cull?: string;
  readonly sort?: string;
  readonly pid?: string;
  readonly tgid?: string;
  readonly name?: string;
  readonly module?: string;
  readonly withoutReleased?: boolean;
  readonly compat?: '6.12' | '6.1';
  readonly mergeFreeTs?: boolean;
}

/** The report, and the blocks by outcome: blocks = grouped + filtered + malformed. */
export interface ReferenceResult {
  readonly output: Buffer;
  readonly blocks: number;
  readonly grouped: number;
  readonly filtered: number;
  readonly malformed: number;
  readonly foreign: number;
}

interface Block {
  /** As it is printed and compared, that is without the digits of timestamps where the options say so. */
  readonly text: string;
  readonly stack: string;
  readonly pages: number;
  readonly pid: number;
  readonly tgid: number;
  readonly name: string;
  readonly module: string;
  readonly ts: bigint;
  readonly freeTs: bigint;
  readonly hasFreeTs: boolean;
  readonly allocator: number;
  readonly foreign: boolean;
}

interface Group {
  readonly first: Block;
  times: number;
  pages: number;
}

type Compare = (a: Group, b: Group) => number;

interface Found {
  readonly digits: string;
  /** Where the digits are. */
  readonly at: number;
}

const NO_TIME = 2n ** 64n - 1n;
const MOST_DIGITS = 15;

const CMA = 2;
const SLAB = 4;
const VMALLOC = 8;
const OTHERS = 16;

/** The whole drop-in: groups and sorts a dump into a report. */
export function referenceSort(dump: Buffer, options: ReferenceOptions): ReferenceResult {
  const { whole, malformed } = splitBlocks(dump.toString('latin1'));
  const blocks = whole.map((lines) => readBlock(lines, options));
  const kept = blocks.filter((block) => isSelected(block, options));
  const cull = cullKeys(options);
  const groups = groupBlocks(kept, cull);
  sortGroups(groups, cull, sortKeys(options));
  return {
    output: Buffer.from(groups.map((group) => printGroup(group, cull, options)).join(''), 'latin1'),
    blocks: blocks.length + malformed,
    grouped: kept.length,
    filtered: blocks.length - kept.length,
    malformed,
    foreign: kept.filter((block) => block.foreign).length,
  };
}

/** Blocks as lists of lines. The last one counts only with its empty line. */
function splitBlocks(dump: string): { whole: string[][]; malformed: number } {
  const whole: string[][] = [];
  let block: string[] = [];
  const lines = dump.replaceAll('\r\n', '\n').split('\n');
  // Behind the last line feed: the beginning of a line, or nothing.
  const rest = lines.pop();
  for (const line of lines) {
    if (line !== '') {
      block.push(line);
    } else if (block.length > 0) {
      whole.push(block);
      block = [];
    }
  }
  return { whole, malformed: block.length > 0 || rest !== '' ? 1 : 0 };
}

function readBlock(lines: readonly string[], options: ReferenceOptions): Block {
  const isPfn = (line: string): boolean => line.startsWith('PFN');
  const textLines = lines.filter((line) => !isPfn(line));
  const text = textLines.map((line) => `${line}\n`).join('');
  const name = findName(textLines);
  const ts = findNumber(text, /ts (\d+) ns/g, name.end);
  const freeTs = findNumber(text, /free_ts (\d+) ns/g, name.end);
  const printed = withoutDigits(text, [
    ...(ts && leavesOutTs(options) ? [ts] : []),
    ...(freeTs && leavesOutFreeTs(options) ? [freeTs] : []),
  ]);
  return {
    text: printed,
    stack: printed.slice(printed.indexOf('\n') + 1),
    pages: pagesOf(smallNumber(text, /order (\d+),/)),
    pid: smallNumber(text, /pid (\d+),/),
    tgid: smallNumber(text, /tgid (\d+) /),
    name: name.name,
    module: moduleOf(printed),
    ts: timeOf(ts),
    freeTs: timeOf(freeTs),
    hasFreeTs: timeOf(freeTs) !== NO_TIME,
    allocator: allocatorOf(textLines, lines.filter(isPfn).at(-1) ?? ''),
    foreign: !text.includes('Page allocated via order'),
  };
}

/** The command name, and where in the text it ends; what timestamps are found before that end are part of a name. */
function findName(lines: readonly string[]): { name: string; end: number } {
  let start = 0;
  for (const line of lines) {
    // Greedy: up to the last `), ts` of the line. A dot would stop at a carriage return.
    const found = /tgid \d+ \(([^\n]*)\), ts/d.exec(line);
    if (found) return { name: found[1]!, end: start + found.indices![1]![1] };
    start += line.length + 1;
  }
  return { name: '', end: 0 };
}

function findNumber(text: string, pattern: RegExp, from: number): Found | undefined {
  pattern.lastIndex = from;
  const found = pattern.exec(text);
  if (!found) return undefined;
  const digits = found[1]!;
  return { digits, at: found.index + found[0].indexOf(digits) };
}

function timeOf(found: Found | undefined): bigint {
  if (!found) return NO_TIME;
  const value = BigInt(found.digits);
  return value < NO_TIME ? value : NO_TIME;
}

function smallNumber(text: string, pattern: RegExp): number {
  const digits = pattern.exec(text)?.[1];
  return digits === undefined || digits.length > MOST_DIGITS ? -1 : Number(digits);
}

function pagesOf(order: number): number {
  return order >= 0 && order <= 64 ? 2 ** order : 0;
}

/** `places` may name the same digits twice: where a block has only free_ts, its digits serve as ts too. */
function withoutDigits(text: string, places: readonly Found[]): string {
  const left = [...text];
  for (const { at, digits } of places) left.fill('', at, at + digits.length);
  return left.join('');
}

function leavesOutTs({ compat, sort }: ReferenceOptions): boolean {
  const first = (sort ?? '-times').split(',')[0]!.replace(/^[+-]/, '');
  return compat !== '6.1' && first !== 'at' && first !== 'alloc_ts';
}

function leavesOutFreeTs({ compat, mergeFreeTs }: ReferenceOptions): boolean {
  return compat !== '6.1' && mergeFreeTs === true;
}

/** Of the first frame that names one: frames begin with a space, and have `+0x1/0x2 [module]`, or are `f [module]` where f is inlined. */
function moduleOf(text: string): string {
  const [, ...lines] = text.split('\n');
  const frames = lines.filter((line) => line.startsWith(' '));
  const modules = frames.map((frame) =>
    /(?:\+0x[^ ]* \[(\w+)(?: [0-9a-f]{16,})?\]|^ [^ ]+ \[(\w+)\]$)/.exec(frame)?.slice(1).find(Boolean),
  );
  return modules.find((module) => module !== undefined) ?? 'vmlinux';
}

function allocatorOf(textLines: readonly string[], pfnLine: string): number {
  let allocator = 0;
  if (pfnLine.includes('CMA')) allocator += CMA;
  if (pfnLine.includes('slab')) allocator += SLAB;
  const vmalloc = textLines.findIndex((line) => line.includes('__vmalloc_node_range'));
  if (vmalloc > 0 && textLines[vmalloc - 1]!.includes('alloc_pages')) allocator += VMALLOC;
  return allocator === 0 ? OTHERS : allocator;
}

function isSelected(block: Block, { pid, tgid, name, module, withoutReleased }: ReferenceOptions): boolean {
  if (pid !== undefined && !pid.split(',').map(Number).includes(block.pid)) return false;
  if (tgid !== undefined && !tgid.split(',').map(Number).includes(block.tgid)) return false;
  // Names are typed in UTF-8.
  if (name !== undefined && !Buffer.from(name).toString('latin1').split(',').includes(block.name)) return false;
  if (module !== undefined && !module.split(',').includes(block.module)) return false;
  return !(withoutReleased && block.hasFreeTs && block.freeTs !== 0n && block.ts < block.freeTs);
}

function bySize<T extends string | number | bigint | boolean>(value: (group: Group) => T): Compare {
  return (a, b) => {
    if (value(a) < value(b)) return -1;
    return value(a) > value(b) ? 1 : 0;
  };
}

const COMPARES: Readonly<Record<string, Compare>> = {
  stacktrace: bySize(({ first }) => first.stack),
  free: bySize(({ first }) => first.freeTs !== 0n),
  pid: bySize(({ first }) => first.pid),
  tgid: bySize(({ first }) => first.tgid),
  name: bySize(({ first }) => first.name),
  allocator: bySize(({ first }) => first.allocator),
  module: bySize(({ first }) => first.module),
  txt: bySize(({ first }) => first.text),
  alloc_ts: bySize(({ first }) => first.ts),
  free_ts: bySize(({ first }) => first.freeTs),
  times: bySize(({ times }) => times),
  pages: bySize(({ pages }) => pages),
};

const SHORT_NAMES: Readonly<Record<string, string>> = {
  st: 'stacktrace',
  f: 'free',
  p: 'pid',
  tg: 'tgid',
  n: 'name',
  ator: 'allocator',
  mod: 'module',
  T: 'txt',
  at: 'alloc_ts',
  ft: 'free_ts',
};

/** The order in which blocks are compared, however the keys were typed. */
const CULL_ORDER: readonly string[] = ['stacktrace', 'pid', 'tgid', 'name', 'free', 'allocator', 'module'];

function cullKeys({ cull }: ReferenceOptions): string[] {
  const typed = cull === undefined ? [] : cull.split(',').map((key) => SHORT_NAMES[key] ?? key);
  return CULL_ORDER.filter((key) => typed.includes(key));
}

function sortKeys({ sort }: ReferenceOptions): Compare[] {
  return (sort ?? '-times').split(',').map((typed) => {
    const key = typed.replace(/^[+-]/, '');
    const compare = COMPARES[SHORT_NAMES[key] ?? key]!;
    return typed.startsWith('-') ? (a, b) => compare(b, a) : compare;
  });
}

function cullCompares(cull: readonly string[]): Compare[] {
  return (cull.length === 0 ? ['txt'] : cull).map((key) => COMPARES[key]!);
}

function compareBy(compares: readonly Compare[]): Compare {
  return (a, b) => {
    for (const compare of compares) {
      const order = compare(a, b);
      if (order !== 0) return order;
    }
    return 0;
  };
}

/** As C does it: sorts all blocks, then merges equal neighbours into the first. */
function groupBlocks(blocks: readonly Block[], cull: readonly string[]): Group[] {
  const compare = compareBy(cullCompares(cull));
  const sorted = blocks.map((first): Group => ({ first, times: 1, pages: first.pages })).sort(compare);
  const groups: Group[] = [];
  for (const next of sorted) {
    const last = groups.at(-1);
    if (last && compare(last, next) === 0) {
      last.times += next.times;
      last.pages += next.pages;
    } else {
      groups.push(next);
    }
  }
  return groups;
}

/** Groups come in cull order, and the sort is stable: that order breaks ties. */
function sortGroups(groups: Group[], cull: readonly string[], sort: readonly Compare[]): void {
  groups.sort(compareBy(cullCompares(cull)));
  groups.sort(compareBy(sort));
}

function printGroup({ first, times, pages }: Group, cull: readonly string[], options: ReferenceOptions): string {
  const counts = `${times} times, ${pages} pages`;
  if (cull.length === 0) return `${counts}, ${allocatedBy(first)}:\n${first.text}\n`;
  let line = counts;
  if (cull.includes('pid') || options.pid !== undefined) line += `, PID ${first.pid}`;
  if (cull.includes('tgid') || options.tgid !== undefined) line += `, TGID ${first.tgid}`;
  if (cull.includes('name') || options.name !== undefined) line += `, task_comm_name: ${first.name}`;
  if (cull.includes('module') || options.module !== undefined) line += `, module: ${first.module}`;
  if (cull.includes('allocator')) line += `, ${allocatedBy(first)}`;
  if (cull.includes('free')) line += first.freeTs !== 0n ? ' (UNRELEASED)' : ' (RELEASED)';
  if (cull.includes('stacktrace')) line += `:\n${first.stack}`;
  return `${line}\n`;
}

function allocatedBy({ allocator }: Block): string {
  const names = [
    allocator & CMA ? 'CMA ' : '',
    allocator & SLAB ? 'SLAB ' : '',
    allocator & VMALLOC ? 'VMALLOC ' : '',
    allocator & OTHERS ? 'OTHERS ' : '',
  ];
  return `allocated by ${names.join('')}`;
}
