import type { SitesSnapshot } from '../../merge/insight/sites.js';
import type { Snapshot } from '../../merge/insight/snapshot.js';
import { onlySnapshot } from '../reading/load-snapshot.js';
import { areSiteKeys } from './allocinfo-reports.js';
import { asksForTasks, destinationOf, formatOf, type Values } from './insight-options.js';
import { eachInput, type ReadOptions, readSnapshots } from './read-snapshots.js';
import { type Report, writeReport } from './write-report.js';

/** A report whose options are read and checked: only the snapshots are wanting. */
export type ReportOf = (...snapshots: [Snapshot, ...Snapshot[]]) => Report;

/** One that takes any number of snapshots, one after the other, and keeps none of them. */
export interface GrowingReport {
  /** Throws a usage error for a snapshot that does not say what is asked. */
  add(snapshot: Snapshot): void;
  report(): Report;
}

/** The same where all snapshots are there. */
export function reportOfAll(begin: () => GrowingReport): ReportOf {
  return (...snapshots) => {
    const growing = begin();
    for (const snapshot of snapshots) growing.add(snapshot);
    return growing.report();
  };
}

/** Reads snapshots, and writes a report on them to where the options say. */
export async function runReport(
  paths: readonly string[],
  values: Values,
  reportOf: ReportOf,
  options?: ReadOptions,
): Promise<void> {
  const snapshots = (await readSnapshots(paths, values, options)) as [Snapshot, ...Snapshot[]];
  await write(reportOf(...snapshots), paths, values);
}

/** The same for a report that keeps no snapshot. `ofSites`: what is made of allocinfo, if anything. */
export async function runGrowingReport(
  paths: readonly string[],
  values: Values,
  begin: (values: Values) => () => GrowingReport,
  ofSites?: (sites: readonly SitesSnapshot[], values: Values) => Report,
): Promise<void> {
  // Keys of allocinfo alone are none of a snapshot's: what is wrong with those is known only when one is there.
  let growing = ofSites && areSiteKeys(values) ? undefined : begin(values)();
  const sites: SitesSnapshot[] = [];
  for await (const loaded of eachInput(paths, values, { withoutTasks: !asksForTasks(values) }))
    if (ofSites && 'sites' in loaded) sites.push(loaded);
    else {
      growing ??= begin(values)();
      growing.add(onlySnapshot(loaded));
    }
  const report = ofSites && sites.length > 0 ? ofSites(sites, values) : growing?.report();
  if (report) await write(report, paths, values);
}

/** Writes a report to where the options say. */
export async function write(report: Report, paths: readonly string[], values: Values): Promise<void> {
  await writeReport(report, formatOf(values), destinationOf(paths, values));
}
