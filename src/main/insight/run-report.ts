import type { Snapshot } from '../../merge/insight/snapshot.js';
import { formatOf, inputsOf, type Values } from './options.js';
import { readSnapshots } from './read-snapshots.js';
import { type Report, writeReport } from './write-report.js';

/** A report whose options are read and checked: only the snapshots are wanting. */
export type ReportOf = (...snapshots: [Snapshot, ...Snapshot[]]) => Report;

/** Reads snapshots, and writes a report on them to where the options say. */
export async function runReport(paths: readonly string[], values: Values, reportOf: ReportOf): Promise<void> {
  const snapshots = (await readSnapshots(paths, values)) as [Snapshot, ...Snapshot[]];
  await writeReport(
    reportOf(...snapshots),
    formatOf(values),
    (values.output as string) ?? '-',
    inputsOf(paths, values),
  );
}
