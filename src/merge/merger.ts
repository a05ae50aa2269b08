import { Groups, type Row } from './block-groups.js';
import { Dictionary, type Strings } from './dictionary.js';
import type { Table } from './group-table.js';
import { type Grouping, identifier } from './grouping.js';
import { KeyBytes } from './key-bytes.js';
import { Masks } from './masks.js';
import { Modules } from './modules.js';
import { addCounts, type Counts, noCounts, type Partial } from './partial.js';
import { Tasks } from './tasks.js';

/** Combines partials, in any order, into the table of the whole dump. */
export class Merger {
  readonly counts: Counts = noCounts();
  private readonly masks = new Masks();
  private readonly tasks = new Tasks();
  private readonly stacks = new Dictionary();
  private readonly tails = new Dictionary();
  private readonly modules = new Modules(this.stacks, this.tails);
  private readonly groups = new Groups();
  private readonly key = new KeyBytes();
  private readonly identify;
  private readonly grouping: Grouping;

  constructor(grouping: Grouping) {
    this.grouping = grouping;
    this.identify = identifier(grouping);
  }

  add({ masks, tasks, stacks, tails, groups, counts }: Partial): void {
    addCounts(this.counts, counts);
    const maskOf = renumber(masks, this.masks);
    const taskOf = renumber(tasks, this.tasks);
    const stackOf = renumber(stacks, this.stacks);
    const tailOf = renumber(tails, this.tails);
    const row = {} as Row;
    for (let i = 0; i < groups.mask.length; i++) {
      Groups.read(groups, i, row);
      row.mask = maskOf(row.mask);
      row.task = taskOf(row.task);
      row.stack = stackOf(row.stack);
      row.tail = tailOf(row.tail);
      this.identify(this.key, row, this.tasks, this.modules);
      this.groups.add(this.key.view, this.key.length, row);
    }
  }

  /** The table of all that was added. */
  table(): Table {
    const { masks, tasks, stacks, tails, modules, groups, counts, grouping } = this;
    const { size, columns } = groups;
    return { size, columns, masks, tasks, stacks, tails, modules, rule: grouping.text, counts, forget() {} };
  }
}

/** Maps the ids of `strings` to ids in `into`, which takes in only strings that are asked for. */
export function renumber({ bytes, ends }: Strings, into: Dictionary | Masks | Tasks): (id: number) => number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ids = new Int32Array(ends.length).fill(-1);
  return (id) => {
    let mapped = ids[id] as number;
    if (mapped < 0) {
      mapped = into.intern(view, id === 0 ? 0 : (ends[id - 1] as number), ends[id] as number);
      ids[id] = mapped;
    }
    return mapped;
  };
}
