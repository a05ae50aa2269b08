import { LF } from '../../format/bytes.js';
import { placeOf } from '../../format/pfn-line.js';
import { decodeText } from '../../format/text.js';
import type { Strings } from '../dictionary.js';
import { MISSING } from '../field-value.js';
import { Masks } from '../masks.js';
import { Tasks } from '../tasks.js';
import { type Aggregate, type Allocation, pagesOf, type Task } from './aggregate.js';
import { type AggregatePartial, type Cells, cellNumber } from './aggregate-partial.js';
import { AggregateBuilder, countedOf } from './builder.js';
import { bucketStart } from './time-buckets.js';

const WIDTH = 5;
const NANOS_PER_SECOND = 1_000_000_000n;
const GFP = /, mask (0x[\da-f]+)(?:\(([^)\n]*)\))?/i;

/** Reads what a scan found: each distinct string once. `since`: what was asked of it. */
export function readPartial(partial: AggregatePartial, since: bigint | null): Aggregate {
  const { rows, blocks, born, times, counts } = partial;
  const allocations = readMasks(partial.masks);
  const tasks = readTasks(partial.tasks);
  const stacks = each(partial.stacks, (bytes) => linesOf(bytes).map((line) => line.trimStart()));
  const tails = each(partial.tails, linesOf);
  const places = each(partial.places, placeOf);
  const ages = byRow(partial.ages, blocks.length, bucketStart);
  const pageblocks = byRow(partial.pageblocks, blocks.length, (number) => number);
  const builder = new AggregateBuilder();
  for (let row = 0; row < blocks.length; row++) {
    const part = <T>(kind: number, values: readonly T[]): T => values[rows[row * WIDTH + kind] as number] as T;
    const allocation = part(0, allocations);
    const count = blocks[row] as number;
    const isTimed = (times.newestSeconds[row] as number) >= 0;
    builder.add({
      allocation,
      task: part(1, tasks),
      stack: part(2, stacks),
      tails: part(3, tails),
      place: part(4, places),
      blocks: count,
      pages: count * pagesOf(allocation),
      oldest: isTimed ? nanosOf(times.oldestSeconds[row], times.oldestNanos[row]) : null,
      newest: isTimed ? nanosOf(times.newestSeconds[row], times.newestNanos[row]) : null,
      born: since === null ? null : (born[row] as number),
      times: countedOf(ages[row] ?? NOTHING),
      pageblocks: countedOf(pageblocks[row] ?? NOTHING),
    });
  }
  const { bytes, malformed, foreign } = counts;
  const { pageblockOrders } = partial;
  return builder.build({ bytes, blocks: counts.blocks, malformed, foreign, pageblockOrders, since, knowsBlocks: true });
}

const NOTHING: ReadonlyMap<number, number> = new Map();

function nanosOf(seconds = 0, nanos = 0): bigint {
  return BigInt(seconds) * NANOS_PER_SECOND + BigInt(nanos);
}

/** By row: blocks by what `name` makes of a cell's number. */
function byRow({ keys, blocks }: Cells, rows: number, name: (number: number) => number): Map<number, number>[] {
  const all: Map<number, number>[] = new Array(rows);
  for (let i = 0; i < blocks.length; i++) {
    const row = keys[i * 3] as number;
    all[row] ??= new Map();
    all[row].set(name(cellNumber(keys, i * 3)), blocks[i] as number);
  }
  return all;
}

function readMasks(strings: Strings): Allocation[] {
  const masks = new Masks();
  return each(strings, (bytes, view, from, to) => {
    const pages = masks.pages[masks.intern(view, from, to)] as number;
    const [, gfpMask = '', gfpFlags = ''] = GFP.exec(decodeText(bytes)) ?? [];
    return { order: pages === 0 ? null : Math.log2(pages), gfpMask, gfpFlags };
  });
}

function readTasks(strings: Strings): Task[] {
  const tasks = new Tasks();
  return each(strings, (_, view, from, to) => {
    const id = tasks.intern(view, from, to);
    const [pid, tgid] = [tasks.pid[id], tasks.tgid[id]].map((value = MISSING) => (value === MISSING ? null : value));
    return { pid: pid ?? null, tgid: tgid ?? null, command: decodeText(tasks.nameBytes(id)) };
  });
}

/** Lines, without their LFs. */
function linesOf(bytes: Uint8Array): string[] {
  if (bytes.length === 0) return [];
  return decodeText(bytes.subarray(0, bytes.at(-1) === LF ? -1 : bytes.length)).split('\n');
}

function each<T>(
  { bytes, ends }: Strings,
  read: (bytes: Uint8Array, view: DataView, from: number, to: number) => T,
): T[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from(ends, (to, id) => {
    const from = id === 0 ? 0 : (ends[id - 1] as number);
    return read(bytes.subarray(from, to), view, from, to);
  });
}
