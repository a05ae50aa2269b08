import { Shape, type TextRule } from '../format/header.js';
import type { Row } from './groups.js';
import type { KeyBytes } from './key-bytes.js';
import { KEYS } from './keys.js';
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
  /** Leave out blocks whose free_ts is neither 0 nor before ts. */
  readonly withoutReleased: boolean;
}

/** Writes the key of a block's group. */
export type Identify = (key: KeyBytes, block: Row, tasks: Tasks) => void;

export function identifier({ cull, text }: Grouping): Identify {
  if (cull.length === 0) return (key, block) => identifyText(key, block, text);
  const parts = KEYS.filter((key) => cull.includes(key.id)).map((key) => key.identify as Identify);
  return (key, block, tasks) => {
    key.clear();
    for (const part of parts) part(key, block, tasks);
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
