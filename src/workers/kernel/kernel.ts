/**
 * The SIMD kernel: what the main program (kernel-instance.ts) calls of it, and how all of it begins. scan-blocks.ts is its inner loop.
 *
 * Functions here take many numbers: WebAssembly passes no structures, and one in memory would be written and read again for each block.
 */
import { addBlock, getBlocks, getFiltered, startCounts } from './add-block';
import { configure, configureList } from './asked';
import { absorb, readColumn } from './columns';
import { size, startGroups } from './kernel-groups';
import { keys } from './kernel-hash';
import { getList, takeList } from './listing';
import { allocate, getBytesInUse, startAnew } from './memory';
import { setPlace, startPlaces } from './place';
import { getWritten, setTextRule, writeTexts } from './render';
import { getAt, getFound, getTo, scan, startScan } from './scan-blocks';
import { firstEntry, getNoTask, internAllOf, internOf, sortedIdsOf, startStrings } from './strings';

export { absorb, addBlock, allocate, configure, configureList, firstEntry, getAt, getBlocks, getBytesInUse, getFiltered };
export { getFound, getList, getNoTask, getTo, getWritten, internAllOf, internOf, readColumn, scan, setPlace, setTextRule };
export { sortedIdsOf, takeList, writeTexts };

/** To be called when the keys of the hash are there: nothing is known then. configure() or configureList() come next. */
export function start(): void {
  startAnew();
  startStrings();
  startPlaces();
  startScan();
  startGroups();
  startCounts();
}

export function getKeys(): usize {
  return keys;
}

export function groupCount(): u32 {
  return size;
}
