import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { version } from '../src/main/command-line/version.js';
import type { Aggregate, AggregateRow } from '../src/merge/aggregate/aggregate.js';
import { writeParquet } from '../src/merge/writers/parquet.js';

/** An aggregate in which stacks hold pages. A frame is `name`, or `name [module]`. */
export function aggregateOf(pagesByStack: Readonly<Record<string, number>>, command = 'c'): Aggregate {
  const rows = Object.entries(pagesByStack).map(
    ([frame, pages]): AggregateRow => ({
      allocation: { order: 0, gfpMask: '0xcc0', gfpFlags: 'GFP_KERNEL' },
      task: { pid: 7, tgid: 7, command },
      place: { migratetype: 'Unmovable', pageblockType: 'Unmovable', node: '0', zone: '0' },
      stack: [frame.replace(/ |$/, '+0x1/0x2$&')],
      tails: [],
      report: null,
      blocks: pages,
      pages,
      oldest: 1n,
      newest: 2n,
      born: null,
      times: { numbers: [1], blocks: [pages] },
      pageblocks: { numbers: [3], blocks: [pages] },
    }),
  );
  const blocks = rows.reduce((sum, row) => sum + row.blocks, 0);
  return {
    facts: { bytes: 1, blocks, malformed: 0, foreign: 0, pageblockOrders: [], since: null, knowsBlocks: true },
    rows,
  };
}

/** Writes a dump into a night, as batch does, and gives its folder. */
export function writeNightDump(night: string, name: string, takenAt: string, aggregate: Aggregate): string {
  const folder = join(night, 'dumps', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'aggregate.parquet'), writeParquet(aggregate, version()));
  writeFileSync(join(folder, 'dump.json'), JSON.stringify({ schema: 'pageowner.dump/1', name, taken_at: takenAt }));
  return folder;
}
