import type { Aggregate } from '../aggregate/aggregate.js';
import { distinctRows } from '../aggregate/builder.js';
import { COLUMNS } from '../aggregate/parquet-columns.js';
import type { Cell, ReportTable } from '../writers/report.js';

/** The rows of an aggregate as a table: the columns of the saved form, but for lists. */
export function rowsTable(aggregate: Aggregate): ReportTable {
  const columns = COLUMNS.filter(({ type }) => type !== 'integers' && type !== 'times');
  return {
    title: '',
    columns: columns.map(({ name, type }) => ({
      name,
      kind: name === 'stack' ? 'stack' : type === 'text' ? 'text' : 'number',
    })),
    rows: distinctRows(aggregate).map((row) =>
      columns.map(({ name, read }): Cell => {
        if (name === 'stack') return row.stack;
        const value = read(row);
        return typeof value === 'bigint' ? String(value) : (value as Cell);
      }),
    ),
    notes: [],
  };
}
