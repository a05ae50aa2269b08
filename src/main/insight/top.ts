import { topTables } from '../../merge/insight/tables.js';
import { topOf } from '../../merge/insight/top.js';
import { reconcile } from './meminfo.js';
import { type Format, inputsOf, keyRule, keysOf, limitOf, pageBytesOf, selectionOf, type Values } from './options.js';
import { readSnapshots } from './read-snapshots.js';
import { writeReport } from './write-report.js';

/** `pageowner top`. */
export async function run(paths: string[], values: Values): Promise<void> {
  const format = (values.format ?? 'text') as Format;
  const options = {
    by: keysOf(values, 'stack'),
    selection: selectionOf(values),
    pageBytes: pageBytesOf(values),
    ...keyRule(values),
  };
  const limit = limitOf(values, format);
  const [snapshot] = await readSnapshots(paths, values);
  if (!snapshot) return;
  const top = topOf(snapshot, options);
  const meminfo =
    values.meminfo === undefined ? undefined : reconcile(values.meminfo as string, snapshot, options.pageBytes);
  const rows = top.rows.slice(0, limit);
  const report = {
    document: { ...top, ...(meminfo && { meminfo: meminfo.document }), rows },
    rows,
    tables: () => [...topTables(top, limit), ...(meminfo ? [meminfo.table] : [])],
  };
  await writeReport(report, format, (values.output as string) ?? '-', inputsOf(paths, values));
}
