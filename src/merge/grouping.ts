import { Shape, type TextRule } from '../format/header.js';
import type { Row } from './block-groups.js';
import type { KeyBytes } from './key-bytes.js';
import type { Modules } from './modules.js';
import { KEYS, type Key } from './sort-keys.js';
import type { Tasks } from './tasks.js';

/** How blocks become groups. Plain data: it crosses to the workers. */
export interface Grouping {
  /** Ids of the keys to cull by; none: the group is the text of the block. */
  readonly cull: readonly string[];
  readonly text: TextRule;
  readonly selection: Selection;
  /** Whether a group's task and times are asked for: culled by, selected by, sorted by, or printed. */
  readonly wantsHead: boolean;
  /** The same of its allocator. */
  readonly wantsAllocator: boolean;
}

/** Which blocks count: those that pass every test that is there. */
export interface Selection {
  readonly pids?: readonly number[];
  readonly tgids?: readonly number[];
  /** Names as raw bytes. */
  readonly names?: readonly Uint8Array[];
  /** Names as raw bytes; `vmlinux` is the kernel itself. */
  readonly modules?: readonly Uint8Array[];
  /** Leave out blocks whose free_ts is neither 0 nor before ts. */
  readonly withoutReleased: boolean;
}

/** Whether the module of each block is asked for while they are grouped. */
export function countsModules({ cull, selection }: Grouping): boolean {
  return cull.includes('module') || selection.modules !== undefined;
}

/** Writes the key of a block's group. Modules are asked for where they count. */
export type Identify = (key: KeyBytes, block: Row, tasks: Tasks, modules?: Modules) => void;

export function identifier({ cull, text }: Grouping): Identify {
  if (cull.length === 0) return (key, block) => identifyText(key, block, text);
  return identifyBy(KEYS.filter(({ id }) => cull.includes(id)));
}

/** The same for some keys alone. */
export function identifyBy(keys: readonly Key[]): Identify {
  const parts = keys.map(({ identify }) => identify as Identify);
  return (key, block, tasks, modules) => {
    key.clear();
    for (const part of parts) part(key, block, tasks, modules);
  };
}

/** Two texts are equal if and only if their masks, tasks, shapes, printed numbers, stacks and tails are. */
function identifyText(key: KeyBytes, block: Row, rule: TextRule): void {
  key.clear();
  key.integer(block.mask);
  key.integer(block.task);
  key.integer(block.shape);
  key.integer(block.stack);
  key.integer(block.tail);
  if (block.shape !== Shape.WHOLE && !rule.withoutTs) {
    key.number(block.tsSeconds);
    key.integer(block.tsNanos);
  }
  if (block.shape === Shape.TS_FREE_TS && !rule.withoutFreeTs) {
    key.number(block.freeSeconds);
    key.integer(block.freeNanos);
  }
}
