import { NO_NANOS } from '../../format/timestamp.js';
import { grown } from '../grow.js';
import { NO_ORDER } from './aggregate.js';
import { type Cells, type Columns, cellNumber, ROW_STRINGS } from './aggregate-partial.js';
import { Tuples } from './tuples.js';

const ROW_WIDTH = ROW_STRINGS.length;
const CELL_WIDTH = 3;
const WORD = 2 ** 32;

/** What a row and a cell take in the end, in the objects that reports make of them. In bytes, about. */
const ROW_BYTES = 1024;
const CELL_BYTES = 64;

/** A run of blocks in a list takes so many words of 32 bits. */
export const LISTED_WORDS = 16;

/** Adds up blocks. What they have in common is given as ids of strings, each kind numbered by itself (ROW_STRINGS). */
export class Aggregator {
  private readonly rows = new Tuples(ROW_WIDTH);
  private blocks: Float64Array<ArrayBuffer> = new Float64Array(64);
  private born: Float64Array<ArrayBuffer> = new Float64Array(64);
  private oldest: BigUint64Array<ArrayBuffer> = new BigUint64Array(64);
  private newest: BigUint64Array<ArrayBuffer> = new BigUint64Array(64);
  private readonly ages = new CellCounts();
  private readonly pageblocks = new CellCounts();
  private readonly pageblockOrders: Float64Array<ArrayBuffer> = new Float64Array(NO_ORDER + 1);

  /** Adds `count` runs of blocks (LISTED_WORDS), as workers/kernel/listing.ts lists them. */
  addListed(memory: ArrayBuffer, from: number, count: number): void {
    const words = new Uint32Array(memory, from, count * LISTED_WORDS);
    const times = new BigUint64Array(memory, from, (count * LISTED_WORDS) / 2);
    const doubles = new Float64Array(memory, from, (count * LISTED_WORDS) / 2);
    for (let at = 0; at < words.length; at += LISTED_WORDS) {
      const [mask, task, stack, tail, place] = words.subarray(at, at + ROW_WIDTH) as unknown as number[];
      const row = this.rowOf(mask as number, task as number, stack as number, tail as number, place as number);
      const blocks = words[at + 5] as number;
      (this.blocks[row] as number) += blocks;
      const oldest = times[at / 2 + 4] as bigint;
      if (oldest !== NO_NANOS) {
        this.noteTime(row, oldest);
        this.noteTime(row, times[at / 2 + 5] as bigint);
        if (words[at + 7] === 1) (this.born[row] as number) += blocks;
        this.ages.add(row, words[at + 6] as number, blocks);
      }
      const pageblock = doubles[at / 2 + 7] as number;
      if (pageblock < 0) continue;
      this.pageblocks.add(row, pageblock, blocks);
      const order = orderOf(doubles[at / 2 + 6] as number, pageblock);
      if (order >= 0) (this.pageblockOrders[order] as number) += blocks;
    }
  }

  /** Adds what another one found; `idOf` maps its ids, kind by kind, to those here. */
  absorb(partial: Columns, idOf: readonly ((id: number) => number)[]): void {
    const { rows, blocks, born, oldest, newest, ages, pageblocks } = partial;
    const [maskOf, taskOf, stackOf, tailOf, placeOf] = idOf as [Map1, Map1, Map1, Map1, Map1];
    const rowOf = new Uint32Array(blocks.length);
    for (let i = 0, at = 0; i < blocks.length; i++, at += ROW_WIDTH) {
      const row = this.rowOf(
        maskOf(rows[at] as number),
        taskOf(rows[at + 1] as number),
        stackOf(rows[at + 2] as number),
        tailOf(rows[at + 3] as number),
        placeOf(rows[at + 4] as number),
      );
      rowOf[i] = row;
      (this.blocks[row] as number) += blocks[i] as number;
      (this.born[row] as number) += born[i] as number;
      if (oldest[i] === NO_NANOS) continue;
      this.noteTime(row, oldest[i] as bigint);
      this.noteTime(row, newest[i] as bigint);
    }
    this.ages.absorb(ages, rowOf);
    this.pageblocks.absorb(pageblocks, rowOf);
    partial.pageblockOrders.forEach((count, order) => {
      (this.pageblockOrders[order] as number) += count;
    });
  }

  /** About how much memory all so far will take, in bytes. */
  get bytesHeld(): number {
    return this.rows.size * ROW_BYTES + (this.ages.size + this.pageblocks.size) * CELL_BYTES;
  }

  /** What all blocks so far gave. */
  columns(): Columns {
    const { size, values } = this.rows;
    return {
      rows: values.slice(0, size * ROW_WIDTH),
      blocks: this.blocks.slice(0, size),
      born: this.born.slice(0, size),
      oldest: this.oldest.slice(0, size),
      newest: this.newest.slice(0, size),
      ages: this.ages.copy(),
      pageblocks: this.pageblocks.copy(),
      pageblockOrders: this.pageblockOrders.slice(),
    };
  }

  private rowOf(mask: number, task: number, stack: number, tail: number, place: number): number {
    const known = this.rows.size;
    const row = this.rows.intern(mask, task, stack, tail, place);
    if (row === known) this.begin(row);
    return row;
  }

  private begin(row: number): void {
    this.blocks = grown(this.blocks, row + 1);
    this.born = grown(this.born, row + 1);
    this.oldest = grown(this.oldest, row + 1);
    this.newest = grown(this.newest, row + 1);
    this.oldest[row] = NO_NANOS;
  }

  private noteTime(row: number, ns: bigint): void {
    if (ns < (this.oldest[row] as bigint)) this.oldest[row] = ns;
    if (ns > (this.newest[row] as bigint)) this.newest[row] = ns;
  }
}

type Map1 = (id: number) => number;

/** The order k for which pfn >> k is `pageblock`; NO_ORDER if there is none, -1 if it can be any. */
function orderOf(pfn: number, pageblock: number): number {
  if (pageblock === 0) return -1;
  for (let order = 0, value = pfn; value >= pageblock && order < NO_ORDER; order++, value = Math.floor(value / 2))
    if (value === pageblock) return order;
  return NO_ORDER;
}

/** Counts of blocks by row and number. */
class CellCounts {
  private readonly tuples = new Tuples(CELL_WIDTH);
  private blocks: Float64Array<ArrayBuffer> = new Float64Array(64);
  private latest = -1;
  private latestRow = -1;
  private latestNumber = -1;

  get size(): number {
    return this.tuples.size;
  }

  add(row: number, number: number, blocks: number): void {
    if (row !== this.latestRow || number !== this.latestNumber) {
      this.latest = this.tuples.intern(row, number >>> 0, Math.floor(number / WORD));
      this.latestRow = row;
      this.latestNumber = number;
      this.blocks = grown(this.blocks, this.latest + 1);
    }
    (this.blocks[this.latest] as number) += blocks;
  }

  absorb({ keys, blocks }: Cells, rowOf: Uint32Array): void {
    for (let i = 0, at = 0; i < blocks.length; i++, at += CELL_WIDTH)
      this.add(rowOf[keys[at] as number] as number, cellNumber(keys, at), blocks[i] as number);
  }

  copy(): Cells {
    return {
      keys: this.tuples.values.slice(0, this.size * CELL_WIDTH),
      blocks: this.blocks.slice(0, this.size),
    };
  }
}
