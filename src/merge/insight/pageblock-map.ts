import type { Aggregate } from '../aggregate/aggregate.js';
import type { ReportTable } from '../writers/report.js';
import { mixedType, type Pageblock, pageblockOrderOf, pageblocksOf, typeOf } from './pageblocks.js';

/** Pageblocks in a row: 64 of 2 MiB are 128 MiB. */
const ROW = 64;

const LETTERS: Readonly<Record<string, string>> = {
  Unmovable: 'u',
  Movable: 'm',
  Reclaimable: 'r',
  HighAtomic: 'h',
  CMA: 'c',
  Isolate: 'i',
};
const OTHER = '?';
const UNSEEN = '·';

/** A drawing of each zone: a letter for each pageblock. */
export function pageblockMap({ rows, facts }: Aggregate): ReportTable[] {
  const zones = new Map<string, Pageblock[]>();
  for (const pageblock of pageblocksOf(rows, pageblockOrderOf(facts))) {
    const name = `node ${pageblock.node || '?'}, zone ${pageblock.zone || '?'}`;
    const own = zones.get(name) ?? [];
    zones.set(name, own);
    own.push(pageblock);
  }
  return [...zones].map(([name, own], i) => ({
    title: `Pageblocks of ${name}`,
    columns: [
      { name: 'from', kind: 'text' },
      { name: 'pageblocks', kind: 'bars' },
    ],
    rows: drawing(own),
    notes:
      i === zones.size - 1
        ? [
            'u unmovable, m movable, r reclaimable, h high atomic, c CMA, i isolated; upper case: mixed; · no page allocated',
          ]
        : [],
  }));
}

/** Rows without an allocated page are left out. */
function drawing(pageblocks: readonly Pageblock[]): [string, string][] {
  const rows = new Map<number, string[]>();
  for (const pageblock of pageblocks) {
    const row = Math.floor(pageblock.number / ROW);
    const letters = rows.get(row) ?? new Array<string>(ROW).fill(UNSEEN);
    rows.set(row, letters);
    const mixed = mixedType(pageblock);
    const letter = LETTERS[mixed ?? typeOf(pageblock)] ?? OTHER;
    letters[pageblock.number % ROW] = mixed === undefined ? letter : letter.toUpperCase();
  }
  return [...rows].map(([row, letters]) => [String(row * ROW), letters.join('')]);
}
