import { Groups } from '../merge/block-groups.js';
import { checkWhole, type Table } from '../merge/group-table.js';
import { type Grouping, type Identify, identifier } from '../merge/grouping.js';
import { KeyBytes } from '../merge/key-bytes.js';
import { Merger } from '../merge/merger.js';
import { Modules } from '../merge/modules.js';
import type { Partial } from '../merge/partial.js';
import { SelectedModules } from './selected-modules.js';
import { SelectedTasks } from './selected-tasks.js';
import { isReleased, TypeScriptReader } from './typescript-reader.js';

/** What a group takes in columns, keys and their table. */
const BYTES_PER_GROUP = 150;

/** Groups blocks. */
export class TypeScriptScanner extends TypeScriptReader<Partial, Table> {
  private readonly grouping: Grouping;
  private readonly identify: Identify;
  private readonly modules: Modules = new Modules(this.stacks.strings, this.tails.strings);
  private readonly selected: SelectedTasks;
  private readonly selectedModules: SelectedModules;
  private readonly groups: Groups = new Groups();
  private readonly key: KeyBytes = new KeyBytes();
  private readonly absorbed: Partial[] = [];
  protected readonly wantsAllocator: boolean;

  constructor(grouping: Grouping) {
    super(grouping.text);
    this.grouping = grouping;
    this.wantsAllocator = grouping.wantsAllocator;
    this.identify = identifier(grouping);
    this.selected = new SelectedTasks(grouping.selection, this.tasks);
    this.selectedModules = new SelectedModules(grouping.selection, this.modules.names);
  }

  override get bytesHeld(): number {
    return super.bytesHeld + this.groups.size * BYTES_PER_GROUP;
  }

  renew(): TypeScriptScanner {
    return new TypeScriptScanner(this.grouping);
  }

  absorb(partial: Partial): void {
    this.absorbed.push(partial);
  }

  table(): Table {
    const merger = new Merger(this.grouping);
    for (const partial of [this.finish(), ...this.absorbed]) merger.add(partial);
    const table = merger.table();
    checkWhole(table);
    return table;
  }

  finish(): Partial {
    return {
      masks: this.masks.strings.copy(),
      tasks: this.tasks.strings.copy(),
      stacks: this.stacks.strings.copy(),
      tails: this.tails.strings.copy(),
      groups: this.groups.copy(),
      counts: this.counts,
    };
  }

  protected addRow(): boolean {
    const { row, ts, freeTs } = this;
    const isLeftOut = this.grouping.selection.withoutReleased && isReleased(ts, freeTs);
    if (isLeftOut || !this.selected.has(row.task) || !this.isOfSelectedModule()) return false;
    row.tsSeconds = ts.seconds;
    row.tsNanos = ts.nanos;
    row.freeSeconds = freeTs.seconds;
    row.freeNanos = freeTs.nanos;
    row.pages = this.masks.pages[row.mask] as number;
    this.identify(this.key, row, this.tasks, this.modules);
    this.groups.add(this.key.view, this.key.length, row);
    return true;
  }

  private isOfSelectedModule(): boolean {
    const { selectedModules, modules, row } = this;
    return selectedModules.selectsAll || selectedModules.has(modules.of(row.stack, row.tail));
  }
}
