/**
 * A model of the kernel's page_owner file: its position is a PFN, a read gives the first record at or after it, and ENOMEM for one that is too long. From
 * Linux 7.3 on each open file takes words, which say what its records have and which it gives. Those were learned from the kernel's document, commit
 * messages and source of 2026; no such kernel was at hand.
 */
import type { PageOwner } from '../src/workers/capture-entry.js';

export interface ModelRecord {
  readonly pfn: number;
  readonly order: number;
  readonly pid: number;
  readonly tgid: number;
  readonly node: number;
  readonly isTooLong?: boolean;
}

/** The depot's number of a record's stack. */
function handleOf({ pfn }: ModelRecord): number {
  return 17_432_583 + (pfn % 7);
}

function stackOf({ pfn }: ModelRecord): string {
  return ` leaf${pfn % 7}+0x1/0x2\n root+0x1/0x2\n`;
}

/** What page_owner_stacks/show_stacks_handles says of the records' stacks. */
export function stacksHandles(records: readonly ModelRecord[]): string {
  return [...new Set(records.map((record) => `${stackOf(record)}handle: ${handleOf(record)}\n\n`))].join('');
}

export function textOf(record: ModelRecord, mode = 'stack'): string {
  const { pfn, order, pid, tgid, node } = record;
  return `Page allocated via order ${order}, mask 0xcc0(GFP_KERNEL), pid ${pid}, tgid ${tgid} (c, pid 1, tgid 2 ), ts ${pfn} ns
PFN 0x${pfn.toString(16)} type Unmovable Block ${pfn >> 9} type Unmovable Flags 0x0(node=${node}|zone=0)
${mode === 'handle' ? '' : stackOf(record)}${mode === 'stack' ? '' : `handle: ${handleOf(record)}\n`}${pfn % 3 === 0 ? 'Charged to memcg /\n' : ''}
`;
}

/** Nodes with memory. */
const NODES = 4;
/** What a list of ids may have. */
const MOST_IDS = 16;

/** Records of a machine with holes, orders and a few that are too long; by PFN. */
export function modelRecords(seed: number, end: number): ModelRecord[] {
  let state = seed + 1;
  const random = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const records: ModelRecord[] = [];
  for (let pfn = random(300); pfn < end; ) {
    const order = random(8) === 0 ? random(11) : 0;
    pfn = Math.ceil(pfn / 2 ** order) * 2 ** order;
    const node = Math.floor((NODES * pfn) / end);
    if (pfn < end) records.push({ pfn, order, pid: pfn % 11, tgid: pfn % 5, node, isTooLong: random(400) === 0 });
    pfn += 2 ** order + (random(300) === 0 ? random(9000) : random(3));
  }
  return records;
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

interface ModelKernel {
  /** Names of the words that it takes: `mode`, `nid`, `pid`, `tgid`. None: its file cannot be told anything. */
  readonly words: readonly string[];
  readonly flags: 'r' | 'r+';
}

export class ModelFile implements PageOwner {
  private readonly records: readonly ModelRecord[];
  /** What its position is relative to. */
  private readonly base: number;
  private readonly kernel: ModelKernel;
  /** Of the open file. */
  private position = 0;
  private reads = 0;
  private told: ReadonlyMap<string, string> = new Map();

  constructor(records: readonly ModelRecord[], base = 0, kernel: ModelKernel = { words: [], flags: 'r' }) {
    if (kernel.flags === 'r+' && kernel.words.includes('locked')) throw failure('EPERM');
    this.records = records;
    this.base = base;
    this.kernel = kernel;
  }

  tell(words: string): void {
    if (this.kernel.flags === 'r') throw failure('EBADF');
    const told = new Map(this.told);
    for (const word of words.split(' ')) {
      const [name = '', value = ''] = word.split('=');
      if (!this.kernel.words.includes(name)) throw failure('EINVAL');
      if (name === 'mode' && !['stack', 'handle', 'stack_handle'].includes(value)) throw failure('EINVAL');
      const numbers = numbersOf(value);
      if (name === 'nid' && numbers.some((node) => node >= NODES)) throw failure('EINVAL');
      if (name.endsWith('id') && name !== 'nid') {
        if (!/^\d+(,\d+)*$/.test(value)) throw failure('EINVAL');
        if (numbers.length > MOST_IDS) throw failure('E2BIG');
      }
      told.set(name, value);
    }
    // All or none.
    this.told = told;
  }

  read(position: number, buffer: Uint8Array): number {
    if (++this.reads % 97 === 0) throw failure('EINTR');
    const record = this.at(position);
    if (!record) return 0;
    if (record.isTooLong) throw failure('ENOMEM');
    const text = textOf(record, this.told.get('mode'));
    return Buffer.from(buffer.buffer, buffer.byteOffset, buffer.length).write(text, 'latin1');
  }

  readOn(buffer: Uint8Array): number {
    const record = this.at(this.position);
    try {
      const bytes = this.read(this.position, buffer);
      if (record) this.position = record.pfn - this.base + 1;
      return bytes;
    } catch (error) {
      if (record && (error as NodeJS.ErrnoException).code === 'ENOMEM') this.position = record.pfn - this.base + 1;
      throw error;
    }
  }

  close(): void {}

  private at(position: number): ModelRecord | undefined {
    let [low, high] = [0, this.records.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.records[middle] as ModelRecord).pfn < position + this.base) low = middle + 1;
      else high = middle;
    }
    while (low < this.records.length && !this.passes(this.records[low] as ModelRecord)) low++;
    return this.records[low];
  }

  /** A node must be named; of pid and tgid, either. */
  private passes({ node, pid, tgid }: ModelRecord): boolean {
    const [nodes, pids, tgids] = ['nid', 'pid', 'tgid'].map((name) => this.told.get(name));
    if (nodes !== undefined && !numbersOf(nodes).includes(node)) return false;
    if (pids === undefined && tgids === undefined) return true;
    return numbersOf(pids ?? '').includes(pid) || numbersOf(tgids ?? '').includes(tgid);
  }
}

/** `0,2-3` */
function numbersOf(list: string): number[] {
  return list.split(',').flatMap((item) => {
    const [first = NaN, last = first] = item.split('-').map((digits) => (digits === '' ? NaN : Number(digits)));
    return Array.from({ length: last - first + 1 || 0 }, (_, i) => first + i);
  });
}
