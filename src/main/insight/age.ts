import { ageOf } from '../../merge/insight/age.js';
import { ageTables } from '../../merge/insight/tables.js';
import { type Format, inputsOf, keyRule, keysOf, limitOf, selectionOf, type Values } from './options.js';
import { readSnapshots } from './read-snapshots.js';
import { writeReport } from './write-report.js';

/** `pageowner age`. */
export async function run(paths: string[], values: Values): Promise<void> {
  const format = (values.format ?? 'text') as Format;
  const options = { by: keysOf(values, 'stack'), selection: selectionOf(values), ...keyRule(values) };
  const limit = limitOf(values, format);
  const [snapshot] = await readSnapshots(paths, values);
  if (!snapshot) return;
  const age = ageOf(snapshot, options);
  const rows = age.rows.slice(0, limit);
  const report = { document: { ...age, rows }, rows, tables: () => ageTables(age, limit) };
  await writeReport(report, format, (values.output as string) ?? '-', inputsOf(paths, values));
}
