import { appendFileSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { cannotWrite } from '../src/main/base/errors.js';
import { markdownTable, type TableRows, textTable } from '../src/main/bench/bench-table.js';

/** What a benchmark found. */
export interface Report {
  readonly title: string;
  readonly rows: TableRows;
  /** One line each: the input, how to read the table, what follows from it. */
  readonly notes: readonly string[];
  /** The raw numbers, for --json. */
  readonly data: object;
  /** Whether it found what must not be: exit code 1. */
  readonly hasFailed?: boolean;
}

export interface ReportFiles {
  readonly json?: string;
  readonly markdown?: string;
}

/** Prints a report, and writes the files that were asked for. Throws if one cannot be written. */
export function publish(report: Report, { json, markdown }: ReportFiles): void {
  const { title, rows, notes, data } = report;
  process.stdout.write(`${title}\n\n${textTable(rows)}\n${notes.map((note) => `${note}\n`).join('')}`);
  const origin = {
    command: ['npm run bench --', ...process.argv.slice(2)].join(' '),
    date: new Date().toISOString(),
    machine: machine(),
  };
  if (json !== undefined) write(json, `${JSON.stringify({ title, ...origin, ...data }, null, 2)}\n`);
  if (markdown !== undefined) {
    const lines = [`\`${origin.command}\``, `${origin.date}, ${origin.machine}`, ...notes];
    write(markdown, `# ${title}\n\n${markdownTable(rows)}\n${lines.map((line) => `- ${line}\n`).join('')}`);
  }
}

function machine(): string {
  const all = cpus();
  return `${all.length} × ${all[0]?.model.trim() ?? 'unknown CPU'}, Linux ${release()}, Node ${process.versions.node}`;
}

/** Throws if a file cannot be written: that is better known before the measuring. */
export function tryFiles({ json, markdown }: ReportFiles): void {
  for (const path of [json, markdown]) if (path !== undefined) write(path, '', appendFileSync);
}

function write(path: string, text: string, by: (path: string, text: string) => void = writeFileSync): void {
  try {
    by(path, text);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

export const MEGABYTE = 1e6;

export const seconds = (value: number): string => value.toFixed(3);

export const megabytes = (bytes: number | undefined): string =>
  bytes === undefined ? '-' : (bytes / MEGABYTE).toFixed(0);
