import { damageOf } from '../../merge/insight/damage-lines.js';
import { overviewOf } from '../../merge/insight/overview.js';
import { overviewTables } from '../../merge/insight/overview-tables.js';
import { keyRule, pageBytesOf, selectionOf, type Values } from './insight-options.js';
import { type ReportOf, runReport } from './run-report.js';

/** A screen, also where the output is a pipe. */
const SCREEN_WIDTH = 80;

/** Throws a usage error for options that have no meaning. */
export function overviewReport(values: Values): ReportOf {
  const pageBytes = pageBytesOf(values);
  const options = { selection: selectionOf(values), pageBytes, ...keyRule(values) };
  return (...snapshots) => {
    const overview = overviewOf(snapshots, options);
    const damage = damageOf((snapshots.at(-1) ?? snapshots[0]).aggregate.facts);
    return {
      document: overview,
      rows: overview.callers,
      tables: () => overviewTables(overview, pageBytes, damage),
      plainWidth: SCREEN_WIDTH,
    };
  };
}

/** `pageowner overview`, and `pageowner DUMP…` without a command. */
export async function run(paths: string[], values: Values): Promise<void> {
  await runReport(paths, values, overviewReport(values));
}
