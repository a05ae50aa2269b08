import { ageOf } from '../../merge/insight/age.js';
import { ageTables } from '../../merge/insight/tables.js';
import { keyRule, keysOf, limitOf, selectionOf, type Values } from './options.js';
import { type ReportOf, runReport } from './run-report.js';

/** Throws a usage error for options that have no meaning. */
export function ageReport(values: Values): ReportOf {
  const options = { by: keysOf(values, 'stack'), selection: selectionOf(values), ...keyRule(values) };
  const limit = limitOf(values);
  return (snapshot) => {
    const age = ageOf(snapshot, options);
    const rows = age.rows.slice(0, limit);
    return { document: { ...age, rows }, rows, tables: () => ageTables(age, limit) };
  };
}

/** `pageowner age`. */
export async function run(paths: string[], values: Values): Promise<void> {
  await runReport(paths, values, ageReport(values));
}
