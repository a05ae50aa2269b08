/** A model of the kernel's page_owner file: its position is a PFN, a read gives the first record at or after it, and ENOMEM for one that is too long. */
import type { RecordSource } from '../src/workers/page-owner-records.js';

export interface ModelRecord {
  readonly pfn: number;
  readonly order: number;
  readonly isTooLong?: boolean;
}

export function textOf({ pfn, order }: ModelRecord): string {
  return `Page allocated via order ${order}, mask 0xcc0(GFP_KERNEL), pid 7, tgid 7 (c), ts ${pfn} ns
PFN 0x${pfn.toString(16)} type Unmovable Block ${pfn >> 9} type Unmovable Flags 0x0(node=0|zone=0)
 leaf${pfn % 7}+0x1/0x2
 root+0x1/0x2

`;
}

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
    if (pfn < end) records.push({ pfn, order, isTooLong: random(400) === 0 });
    pfn += 2 ** order + (random(300) === 0 ? random(9000) : random(3));
  }
  return records;
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

export class ModelFile implements RecordSource {
  private readonly records: readonly ModelRecord[];
  /** What its position is relative to. */
  private readonly base: number;
  /** Of the open file. */
  private position = 0;
  private reads = 0;

  constructor(records: readonly ModelRecord[], base = 0) {
    this.records = records;
    this.base = base;
  }

  read(position: number, buffer: Uint8Array): number {
    if (++this.reads % 97 === 0) throw failure('EINTR');
    const record = this.at(position);
    if (!record) return 0;
    if (record.isTooLong) throw failure('ENOMEM');
    return Buffer.from(buffer.buffer, buffer.byteOffset, buffer.length).write(textOf(record), 'latin1');
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

  private at(position: number): ModelRecord | undefined {
    let [low, high] = [0, this.records.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.records[middle] as ModelRecord).pfn < position + this.base) low = middle + 1;
      else high = middle;
    }
    return this.records[low];
  }
}
