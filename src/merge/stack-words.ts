import type { Table } from './group-table.js';
import type { Word } from './sort-words.js';
import type { StringList } from './string-list.js';

const SPACE = 0x20;

/** Bytewise order of the groups' stacks with their tails. Stacks are ranked only when someone asks. */
export function stackWords(table: Table): Word[] {
  return [
    (into) => {
      const { low, high } = rankStacks(table.stacks);
      const isHigh = Uint8Array.from({ length: table.tails.size }, (_, tail) => {
        return (table.tails.get(tail)[0] ?? 0) > SPACE ? 1 : 0;
      });
      const { stack, tail } = table.columns;
      for (let group = 0; group < into.length; group++) {
        const ranks = isHigh[tail[group] as number] ? high : low;
        into[group] = ranks[stack[group] as number] as number;
      }
    },
    (into) => {
      const ranks = table.tails.ranks();
      const { tail } = table.columns;
      for (let group = 0; group < into.length; group++) into[group] = ranks[tail[group] as number] as number;
    },
  ];
}

/**
 * Ranks of stacks. Where one begins another, the other goes on with a frame, and so with a space: the first is before it if what follows is less than a
 * space (`low`: nothing, mostly), else behind all that it begins (`high`).
 */
function rankStacks(stacks: StringList): { readonly low: Uint32Array; readonly high: Uint32Array } {
  const low = new Uint32Array(stacks.size);
  const high = new Uint32Array(stacks.size);
  const open: number[] = [];
  let rank = 0;
  const close = (): void => {
    high[open.pop() as number] = rank++;
  };
  for (const stack of stacks.sorted()) {
    while (open.length > 0 && !stacks.begins(open.at(-1) as number, stack)) close();
    low[stack] = rank++;
    open.push(stack);
  }
  while (open.length > 0) close();
  return { low, high };
}
