import { callTreeOf } from '../../merge/insight/call-tree.js';
import { callTreeTables } from '../../merge/insight/call-tree-table.js';
import { quoted, usageError } from '../base/errors.js';
import { asksForTasks, keyRule, keysNamed, pageBytesOf, selectionOf, type Values } from './insight-options.js';
import { type ReportOf, runReport } from './run-report.js';

const DEFAULT_MIN_SHARE = '0.5';
/** Keys that a call tree is made of itself. */
const WITHOUT = 'stack';

/** Throws a usage error for options that have no meaning. */
export function treeReport(values: Values): ReportOf {
  const by = values.by === undefined ? [] : keysNamed((values.by as string).split(','), WITHOUT);
  const options = {
    by,
    selection: selectionOf(values),
    pageBytes: pageBytesOf(values),
    inverted: values.inverted === true,
    minShare: minShareOf(values),
    depth: depthOf(values),
    ...keyRule(values),
  };
  return (snapshot) => {
    const tree = callTreeOf(snapshot, options);
    return { document: tree, rows: tree.rows, tables: () => callTreeTables(tree) };
  };
}

/** 0 to 1. */
function minShareOf(values: Values): number {
  const typed = (values.minShare as string | undefined) ?? DEFAULT_MIN_SHARE;
  if (!/^\d{1,3}(\.\d{1,6})?$/.test(typed) || Number(typed) > 100)
    throw usageError(`--min-share takes percent, 0 to 100, not ${quoted(typed)}`);
  return Number(typed) / 100;
}

function depthOf(values: Values): number {
  const typed = values.depth as string | undefined;
  if (typed === undefined) return Infinity;
  if (!/^[1-9]\d{0,8}$/.test(typed)) throw usageError(`--depth takes a whole number from 1 on, not ${quoted(typed)}`);
  return Number(typed);
}

/** `pageowner tree`. */
export async function run(paths: string[], values: Values): Promise<void> {
  await runReport(paths, values, treeReport(values), { withoutTasks: !asksForTasks(values) });
}
