/** Rows of cells; the first row is the heading, the first column names the rows. */
export type TableRows = readonly (readonly string[])[];

/** Text in aligned columns: names to the left, numbers to the right. */
export function textTable(rows: TableRows): string {
  const widths = widthsOf(rows);
  return rows.map((row) => `${row.map((cell, i) => pad(cell, i, widths)).join('  ')}\n`).join('');
}

export function markdownTable(rows: TableRows): string {
  const widths = widthsOf(rows);
  const lines = rows.map((row) => `| ${row.map((cell, i) => pad(cell, i, widths)).join(' | ')} |\n`);
  const rule = widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(Math.max(1, width - 1))}:`));
  lines.splice(1, 0, `| ${rule.join(' | ')} |\n`);
  return lines.join('');
}

function widthsOf(rows: TableRows): number[] {
  return (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
}

function pad(cell: string, column: number, widths: readonly number[]): string {
  const width = widths[column] ?? 0;
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}
