import { newRow, type Row } from '../merge/block-groups.js';
import { Dictionary } from '../merge/dictionary.js';
import { checkWhole, type Table } from '../merge/group-table.js';
import { countsModules, type Grouping, type Identify, identifyBy } from '../merge/grouping.js';
import { KeyBytes } from '../merge/key-bytes.js';
import { ModuleNames } from '../merge/modules.js';
import { addCounts, type Partial } from '../merge/partial.js';
import { keyOf } from '../merge/sort-keys.js';
import { Asked, type Kernel } from './kernel-instance.js';
import { absorbPartial, partialOf } from './kernel-partial.js';
import { KernelReader } from './kernel-reader.js';
import { KernelTable } from './kernel-table.js';
import { SelectedModules } from './selected-modules.js';
import { SelectedTasks } from './selected-tasks.js';

/** What else than its strings makes a group, in the bits of its record (kernel/kernel-groups.ts). */
const Bits = { SHAPE: 0xff, ALLOCATOR: 0xff00, HAS_FREE_TS: 1 << 16 } as const;

/** Groups blocks in the kernel's memory. */
export class KernelScanner extends KernelReader<Partial, Table> {
  private readonly grouping: Grouping;
  private readonly identifyTask: Identify;
  private readonly byText: boolean;
  private readonly taskKeys: Dictionary = new Dictionary();
  private readonly selected: SelectedTasks;
  private readonly key: KeyBytes = new KeyBytes();
  private readonly row: Row = newRow();

  constructor(grouping: Grouping, kernel?: Kernel) {
    const modules = countsModules(grouping) ? new SelectedModules(grouping.selection, new ModuleNames()) : undefined;
    super(grouping.text, kernel, modules);
    this.grouping = grouping;
    this.byText = grouping.cull.length === 0;
    this.identifyTask = identifyBy(grouping.cull.map(keyOf).filter(({ toldBy }) => toldBy === 'task'));
    this.selected = new SelectedTasks(grouping.selection, this.tasks);
    this.configure();
    this.start();
  }

  renew(): KernelScanner {
    return new KernelScanner(this.grouping, this.kernel);
  }

  absorb(partial: Partial): void {
    addCounts(this.counts, partial.counts);
    absorbPartial(this.kernel, partial, (kind, entry) => this.read(kind, entry));
  }

  finish(): Partial {
    return partialOf(this.kernel, this.allCounts());
  }

  table(): Table {
    const table = new KernelTable(this.kernel, this.masks, this.tasks, this.grouping.text, this.allCounts());
    checkWhole(table);
    return table;
  }

  protected maskKey(entry: number): number {
    return this.byText ? entry : 0;
  }

  protected taskKey(task: number, entry: number): number {
    if (this.byText) return entry;
    this.row.task = task;
    this.identifyTask(this.key, this.row, this.tasks);
    return this.taskKeys.intern(this.key.view, 0, this.key.length);
  }

  protected isSelected(task: number): boolean {
    return this.selected.has(task);
  }

  private configure(): void {
    const { cull, text, selection, wantsHead, wantsAllocator } = this.grouping;
    const { byText } = this;
    const parts = cull.map((key) => keyOf(key).toldBy);
    const bits =
      (byText ? Bits.SHAPE : 0) |
      (parts.includes('allocator') ? Bits.ALLOCATOR : 0) |
      (parts.includes('free') ? Bits.HAS_FREE_TS : 0);
    const asked: readonly [number, boolean][] = [
      [Asked.BY_MASK, byText],
      [Asked.BY_TASK, byText || parts.includes('task')],
      [Asked.BY_STACK, byText || parts.includes('stack')],
      [Asked.BY_MODULE, parts.includes('module')],
      [Asked.BY_TS, byText && !text.withoutTs],
      [Asked.BY_FREE_TS, byText && !text.withoutFreeTs],
      [Asked.HEAD, wantsHead],
      [Asked.ALLOCATOR, wantsAllocator],
      [Asked.SELECTS_TASKS, !this.selected.selectsAll],
      [Asked.SELECTS_MODULES, Boolean(selection.modules)],
      [Asked.WITHOUT_RELEASED, selection.withoutReleased],
    ];
    this.kernel.configure(
      asked.reduce((all, [bit, isAsked]) => (isAsked ? all | bit : all), 0),
      bits,
    );
  }
}
