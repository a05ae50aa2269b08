/** What the commands report, whatever the format. */

/** A value of a cell. A stack is its frames, leaf first; null, and a number that is none, is shown as nothing. A string may hold any character. */
export type Cell = string | number | readonly string[] | null;

export interface ReportColumn {
  /** In csv, and heading elsewhere. */
  readonly name: string;
  /** A number of `text` (a PID) is not grouped; `percent` is 0 to 100; `bars` is a sparkline. */
  readonly kind: 'text' | 'number' | 'percent' | 'bytes' | 'stack' | 'bars';
}

/** A table of a report. */
export interface ReportTable {
  /** What stands above it in text and md; one line. */
  readonly title: string;
  readonly columns: readonly ReportColumn[];
  /** Each has a cell for each column. */
  readonly rows: readonly (readonly Cell[])[];
  /** Lines below it, in text and md. */
  readonly notes: readonly string[];
}

/** Whether a column's cells stand at its right edge. */
export function isNumeric({ kind }: ReportColumn): boolean {
  return kind === 'number' || kind === 'percent' || kind === 'bytes';
}
