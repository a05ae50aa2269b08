import type { Snapshot } from '../../merge/insight/snapshot.js';
import { topTables } from '../../merge/insight/tables.js';
import { TopSums } from '../../merge/insight/top.js';
import { usageError } from '../base/errors.js';
import { sitesAndPagesReport, sitesTopReport } from './allocinfo-reports.js';
import { keyRule, keysOf, limitOf, pageBytesOf, selectionOf, type Values } from './insight-options.js';
import { type Reconciled, reconcile } from './meminfo.js';
import { loadSites, readSnapshots } from './read-snapshots.js';
import { type GrowingReport, type ReportOf, reportOfAll, runGrowingReport, write } from './run-report.js';

/** Throws a usage error for options that have no meaning. */
export function topReport(values: Values): ReportOf {
  return reportOfAll(beginTop(values));
}

function beginTop(values: Values): () => GrowingReport {
  const options = {
    by: keysOf(values, 'stack'),
    selection: selectionOf(values),
    pageBytes: pageBytesOf(values),
    ...keyRule(values),
  };
  const limit = limitOf(values);
  const path = values.meminfo as string | undefined;
  return () => {
    const sums = new TopSums(options);
    let meminfo: Reconciled | undefined;
    return {
      add: (snapshot) => {
        if (path !== undefined) meminfo = reconcile(path, snapshot, options.pageBytes);
        sums.add(snapshot);
      },
      report: () => {
        const top = sums.top();
        const rows = top.rows.slice(0, limit);
        return {
          document: { ...top, ...(meminfo && { meminfo: meminfo.document }), rows },
          rows,
          tables: () => [...topTables(top, limit), ...(meminfo ? [meminfo.table] : [])],
        };
      },
    };
  };
}

/** `pageowner top`. */
export async function run(paths: string[], values: Values): Promise<void> {
  const { meminfo, allocinfo } = values;
  if (meminfo !== undefined && paths.length > 1) throw usageError('--meminfo takes one dump: that of its moment');
  if (allocinfo === undefined) return runGrowingReport(paths, values, beginTop, sitesTopReport);
  if (paths.length > 1 || meminfo !== undefined || values.by !== undefined)
    throw usageError('--allocinfo takes one dump, of its moment, and neither --by nor --meminfo');
  const sites = await loadSites(allocinfo as string, values);
  const [snapshot] = (await readSnapshots(paths, values)) as [Snapshot];
  await write(sitesAndPagesReport(sites, snapshot, values), paths, values);
}
