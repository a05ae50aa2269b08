import { AgeSums } from '../../merge/insight/age.js';
import { newestOf } from '../../merge/insight/snapshot.js';
import { ageTables } from '../../merge/insight/tables.js';
import { hasNoTimes } from '../base/errors.js';
import { keyRule, keysOf, limitOf, selectionOf, type Values } from './insight-options.js';
import { type GrowingReport, type ReportOf, reportOfAll, runGrowingReport } from './run-report.js';

/** Throws a usage error for options that have no meaning. */
export function ageReport(values: Values): ReportOf {
  return reportOfAll(beginAge(values));
}

function beginAge(values: Values): () => GrowingReport {
  const options = { by: keysOf(values, 'stack'), selection: selectionOf(values), ...keyRule(values) };
  const limit = limitOf(values);
  return () => {
    const sums = new AgeSums(options);
    return {
      add: (snapshot) => {
        if (newestOf(snapshot.aggregate) === null) throw hasNoTimes(snapshot.path);
        sums.add(snapshot);
      },
      report: () => {
        const age = sums.age();
        const rows = age.rows.slice(0, limit);
        return { document: { ...age, rows }, rows, tables: () => ageTables(age, limit) };
      },
    };
  };
}

/** `pageowner age`. */
export async function run(paths: string[], values: Values): Promise<void> {
  await runGrowingReport(paths, values, beginAge);
}
