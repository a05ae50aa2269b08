import type { Selection } from '../merge/grouping.js';
import { type ModuleNames, NO_MODULE } from '../merge/modules.js';

/** Which modules a selection lets pass. */
export class SelectedModules {
  readonly selectsAll: boolean;
  readonly names: ModuleNames;
  private readonly selected: readonly Uint8Array[];
  /** By module. */
  private readonly answers: (boolean | undefined)[] = [];

  constructor({ modules }: Selection, names: ModuleNames) {
    this.selectsAll = !modules;
    this.selected = modules ?? [];
    this.names = names;
  }

  has(module: number): boolean {
    if (this.selectsAll) return true;
    if (module === NO_MODULE) return false;
    this.answers[module] ??= this.selected.some((name) => Buffer.compare(name, this.names.get(module)) === 0);
    return this.answers[module];
  }
}
