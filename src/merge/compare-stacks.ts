import { compareWritten } from './compare-written.js';
import { at, type Compare, type Table } from './table.js';
import { appendStack } from './text-writer.js';

/** Bytewise order of the groups' stacks with their tail lines, by ranks of both. */
export function compareStacks(table: Table): Compare {
  const { columns, stacks, tails } = table;
  const stackRanks = stacks.ranks();
  const tailRanks = tails.ranks();
  // Where one stack begins another, what follows it decides.
  const byBytes = stacks.someBeginAnother(stackRanks) ? compareWritten(table, appendStack) : undefined;
  return (a, b) => {
    const byStack = at(stackRanks, at(columns.stack, a)) - at(stackRanks, at(columns.stack, b));
    if (byStack === 0) return at(tailRanks, at(columns.tail, a)) - at(tailRanks, at(columns.tail, b));
    return byBytes ? byBytes(a, b) : byStack;
  };
}
