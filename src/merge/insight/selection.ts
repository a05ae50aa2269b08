import { moduleOf, parseFrame, VMLINUX } from '../../format/frame.js';
import type { Aggregate, AggregateRow } from '../aggregate/aggregate.js';

/** Which rows count: those that pass every test that is there. */
export interface RowSelection {
  readonly pids?: readonly number[];
  readonly tgids?: readonly number[];
  readonly names?: readonly string[];
  readonly nodes?: readonly number[];
  /** The module nearest the allocation; `vmlinux`: none. */
  readonly modules?: readonly string[];
  /** One frame matches one of these. */
  readonly match?: readonly RegExp[];
  /** No frame matches any of these. */
  readonly not?: readonly RegExp[];
}

export function selectRows(rows: readonly AggregateRow[], selection: RowSelection): AggregateRow[] {
  return rows.filter((row) => isSelected(row, selection));
}

/** The aggregate of what is selected only. */
export function selectAggregate({ facts, rows }: Aggregate, selection: RowSelection): Aggregate {
  const selected = selectRows(rows, selection);
  if (selected.length === rows.length) return { facts, rows };
  const blocks = selected.reduce((sum, row) => sum + row.blocks, 0);
  return { facts: { ...facts, blocks: blocks + facts.malformed }, rows: selected };
}

function isSelected({ task, place, stack }: AggregateRow, selection: RowSelection): boolean {
  const { pids, tgids, names, nodes, modules, match, not } = selection;
  const holds = (patterns: readonly RegExp[]): boolean =>
    patterns.some((pattern) => stack.some((frame) => pattern.test(frame)));
  if (pids && !pids.includes(task.pid ?? Number.NaN)) return false;
  if (tgids && !tgids.includes(task.tgid ?? Number.NaN)) return false;
  if (names && !names.includes(task.command)) return false;
  if (nodes && !(place.node !== '' && nodes.includes(Number(place.node)))) return false;
  if (modules && !modules.includes(moduleOf(stack.map(parseFrame)) ?? VMLINUX)) return false;
  if (match && !holds(match)) return false;
  return !(not && holds(not));
}
