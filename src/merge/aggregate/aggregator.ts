import { compareTimestamps, NO_TIME, type Timestamp } from '../../format/timestamp.js';
import { grown } from '../grow.js';
import { type Cells, type Columns, cellNumber, ROW_STRINGS } from './aggregate-partial.js';
import { bucketOf } from './time-buckets.js';
import { Tuples } from './tuples.js';

const ROW_WIDTH = ROW_STRINGS.length;
const CELL_WIDTH = 3;
const WORD = 2 ** 32;

/** pageblock_order is at most MAX_PAGE_ORDER, which is 13 in the largest configurations: 512 MiB with pages of 64 KiB. */
const ANY_ORDER: number = 2 ** 24 - 1;

/** Adds up blocks. What they have in common is given as ids of strings, each kind numbered by itself (ROW_STRINGS). */
export class Aggregator {
  private readonly since: Timestamp;
  private readonly rows = new Tuples(ROW_WIDTH);
  private blocks: Float64Array<ArrayBuffer> = new Float64Array(64);
  private born: Float64Array<ArrayBuffer> = new Float64Array(64);
  private readonly times: Columns['times'] = {
    oldestSeconds: new Float64Array(64),
    oldestNanos: new Uint32Array(64),
    newestSeconds: new Float64Array(64),
    newestNanos: new Uint32Array(64),
  };
  private readonly ages = new CellCounts();
  private readonly pageblocks = new CellCounts();
  private pageblockOrders = ANY_ORDER;
  /** The row of the block before, and its ids: neighbours are mostly alike. */
  private row = -1;
  private readonly latest: Uint32Array = new Uint32Array(ROW_WIDTH);
  private pageblock = -1;

  /** `since`: what was allocated later is counted as born. NO_TIME: nothing is. */
  constructor(since: Timestamp = NO_TIME) {
    this.since = since;
  }

  /** `pageblock` is -1 where the block does not say where its pages are. */
  add(
    mask: number,
    task: number,
    stack: number,
    tail: number,
    place: number,
    seconds: number,
    nanos: number,
    pfn: number,
    pageblock: number,
  ): void {
    const { latest } = this;
    if (
      this.row < 0 ||
      latest[0] !== mask ||
      latest[1] !== task ||
      latest[2] !== stack ||
      latest[3] !== tail ||
      latest[4] !== place
    ) {
      this.row = this.rowOf(mask, task, stack, tail, place);
      latest[0] = mask;
      latest[1] = task;
      latest[2] = stack;
      latest[3] = tail;
      latest[4] = place;
    }
    const { row } = this;
    (this.blocks[row] as number)++;
    if (seconds !== NO_TIME.seconds) {
      this.noteTime(row, seconds, nanos);
      if (compareTimestamps(seconds, nanos, this.since.seconds, this.since.nanos) > 0) (this.born[row] as number)++;
      this.ages.add(row, bucketOf(seconds, nanos), 1);
    }
    if (pageblock < 0) return;
    this.pageblocks.add(row, pageblock, 1);
    if (pageblock !== this.pageblock) {
      this.pageblock = pageblock;
      this.pageblockOrders &= ordersOf(pfn, pageblock);
    }
  }

  /** Adds what another one found; `idOf` maps its ids, kind by kind, to those here. */
  absorb(partial: Columns, idOf: readonly ((id: number) => number)[]): void {
    const { rows, blocks, born, times, ages, pageblocks } = partial;
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
      if ((times.newestSeconds[i] as number) < 0) continue;
      this.noteTime(row, times.oldestSeconds[i] as number, times.oldestNanos[i] as number);
      this.noteTime(row, times.newestSeconds[i] as number, times.newestNanos[i] as number);
    }
    this.ages.absorb(ages, rowOf);
    this.pageblocks.absorb(pageblocks, rowOf);
    this.pageblockOrders &= partial.pageblockOrders;
  }

  get bytesHeld(): number {
    return this.rows.size * 100 + (this.ages.size + this.pageblocks.size) * 30;
  }

  /** What all blocks so far gave. */
  columns(): Columns {
    const { size, values } = this.rows;
    const { oldestSeconds, oldestNanos, newestSeconds, newestNanos } = this.times;
    return {
      rows: values.slice(0, size * ROW_WIDTH),
      blocks: this.blocks.slice(0, size),
      born: this.born.slice(0, size),
      times: {
        oldestSeconds: oldestSeconds.slice(0, size),
        oldestNanos: oldestNanos.slice(0, size),
        newestSeconds: newestSeconds.slice(0, size),
        newestNanos: newestNanos.slice(0, size),
      },
      ages: this.ages.copy(),
      pageblocks: this.pageblocks.copy(),
      pageblockOrders: this.pageblockOrders,
    };
  }

  private rowOf(mask: number, task: number, stack: number, tail: number, place: number): number {
    const known = this.rows.size;
    const row = this.rows.intern(mask, task, stack, tail, place);
    if (row === known) this.begin(row);
    return row;
  }

  private begin(row: number): void {
    const { times } = this;
    this.blocks = grown(this.blocks, row + 1);
    this.born = grown(this.born, row + 1);
    times.oldestSeconds = grown(times.oldestSeconds, row + 1);
    times.oldestNanos = grown(times.oldestNanos, row + 1);
    times.newestSeconds = grown(times.newestSeconds, row + 1);
    times.newestNanos = grown(times.newestNanos, row + 1);
    times.oldestSeconds[row] = NO_TIME.seconds;
    times.oldestNanos[row] = NO_TIME.nanos;
    // Before every time: the first that is noted takes its place.
    times.newestSeconds[row] = -1;
  }

  private noteTime(row: number, seconds: number, nanos: number): void {
    const { oldestSeconds, oldestNanos, newestSeconds, newestNanos } = this.times;
    if (compareTimestamps(seconds, nanos, oldestSeconds[row] as number, oldestNanos[row] as number) < 0) {
      oldestSeconds[row] = seconds;
      oldestNanos[row] = nanos;
    }
    if (compareTimestamps(seconds, nanos, newestSeconds[row] as number, newestNanos[row] as number) > 0) {
      newestSeconds[row] = seconds;
      newestNanos[row] = nanos;
    }
  }
}

type Map1 = (id: number) => number;

/** The orders k for which pfn >> k is `pageblock`, as bits. */
function ordersOf(pfn: number, pageblock: number): number {
  let orders = 0;
  for (let order = 0, value = pfn; value >= pageblock && order < 24; order++, value = Math.floor(value / 2))
    if (value === pageblock) orders |= 1 << order;
  return orders;
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
