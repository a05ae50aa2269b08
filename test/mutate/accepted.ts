/** A mutant that no test fails, and need not. */
interface Accepted {
  readonly file: string;
  readonly line: string;
  readonly change: string;
  readonly reason: string;
}

export const ACCEPTED: readonly Accepted[] = [
  {
    file: 'main/batch/results/alarms',
    line: 'const STACK_WIDTH = 70;',
    change: '"70" becomes "71"',
    reason: 'a width, chosen by eye',
  },
  {
    file: 'merge/insight/verdict',
    line: 'const first = pages[0] ?? 0;',
    change: '"0" becomes "1"',
    reason: 'without pages nothing is left, and the first of them does not count',
  },
  {
    file: 'merge/insight/verdict',
    line: 'if (growth >= first * TENTH && growth > 0)',
    change: '">" becomes ">="',
    reason: 'no growth is a tenth of nothing only, and what was not there is new',
  },
  {
    file: 'merge/insight/verdict',
    line: 'if (-growth >= first * TENTH && growth < 0)',
    change: '"<" becomes "<="',
    reason: 'the same',
  },
  {
    file: 'merge/insight/verdict',
    line: 'if (-growth >= first * TENTH && growth < 0)',
    change: '"0" becomes "1"',
    reason: 'the same',
  },
  {
    file: 'merge/insight/trend-class',
    line: 'if (low !== null && high !== null)',
    change: '"" becomes "!"',
    reason: 'both limits are known, or none',
  },
  {
    file: 'merge/insight/trend-class',
    line: 'if (low !== null && high !== null)',
    change: '"&&" becomes "||"',
    reason: 'the same',
  },
  {
    file: 'merge/insight/trend-class',
    line: 'const isMonotone = pages.every((count, i) => i === 0 || (count - pages[i - 1]) * direction >= 0);',
    change: '" * " becomes " / "',
    reason: 'the direction is 1 or -1',
  },
  {
    file: 'merge/insight/trend-class',
    line: "return isMonotone ? (growth > 0 ? 'growing' : 'shrinking') : 'steady';",
    change: '">" becomes ">="',
    reason: 'there is growth, or it is steady by then',
  },
  {
    file: 'merge/sort-words',
    line: 'if (to - from <= FEW)',
    change: '"<=" becomes "<"',
    reason: 'either way of sorting gives the same order; this is the faster one for a few',
  },
  {
    file: 'merge/merger',
    line: 'if (mapped < 0) {',
    change: '"<" becomes "<="',
    reason: 'the id 0 is looked up again, and found',
  },
  {
    file: 'merge/block-groups',
    line: 'shape: 0,',
    change: '"0" becomes "1"',
    reason: 'a new row is filled before it is read',
  },
  {
    file: 'merge/aggregate/tuples',
    line: 'if (width > 3) {',
    change: '"3" becomes "4"',
    reason: 'widths are 3 and 5',
  },
  {
    file: 'merge/runs/run-file',
    line: 'if (this.to - this.from >= length)',
    change: '"" becomes "!"',
    reason: 'what is there is moved to the front first, and is there then',
  },
  {
    file: 'merge/aggregate/aggregator',
    line: 'return this.rows.size * ROW_BYTES + (this.ages.size + this.pageblocks.size) * CELL_BYTES;',
    change: '" * " becomes " / "',
    reason: 'an estimate of memory',
  },
  {
    file: 'merge/stack-words',
    line: 'return (table.tails.get(tail)[0] ?? 0) > SPACE ? 1 : 0;',
    change: '"0" becomes "1"',
    reason: 'no tail and one that begins with the byte 1 are both below a space',
  },
];
