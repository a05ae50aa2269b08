import { topTables } from '../../merge/insight/tables.js';
import { topOf } from '../../merge/insight/top.js';
import { reconcile } from './meminfo.js';
import { keyRule, keysOf, limitOf, pageBytesOf, selectionOf, type Values } from './options.js';
import { type ReportOf, runReport } from './run-report.js';

/** Throws a usage error for options that have no meaning. */
export function topReport(values: Values): ReportOf {
  const options = {
    by: keysOf(values, 'stack'),
    selection: selectionOf(values),
    pageBytes: pageBytesOf(values),
    ...keyRule(values),
  };
  const limit = limitOf(values);
  return (snapshot) => {
    const top = topOf(snapshot, options);
    const meminfo =
      values.meminfo === undefined ? undefined : reconcile(values.meminfo as string, snapshot, options.pageBytes);
    const rows = top.rows.slice(0, limit);
    return {
      document: { ...top, ...(meminfo && { meminfo: meminfo.document }), rows },
      rows,
      tables: () => [...topTables(top, limit), ...(meminfo ? [meminfo.table] : [])],
    };
  };
}

/** `pageowner top`. */
export async function run(paths: string[], values: Values): Promise<void> {
  await runReport(paths, values, topReport(values));
}
