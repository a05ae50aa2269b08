import { statSync } from 'node:fs';
import { flatTable } from '../../merge/insight/flat-table.js';
import { writeJson } from '../../merge/writers/json.js';
import { writeNdjson } from '../../merge/writers/ndjson.js';
import type { ReportTable } from '../../merge/writers/report.js';
import { writeCsv } from '../../merge/writers/table-csv.js';
import { writeMarkdown } from '../../merge/writers/table-md.js';
import { writeText } from '../../merge/writers/table-text.js';
import { textPieces } from '../../merge/writers/text-pieces.js';
import { type OutputOptions, openOutput, writeAll } from '../io/output.js';
import type { Format } from './insight-options.js';

/** A report, in all forms: each is made only if it is asked for. */
export interface Report {
  /** The object of json. */
  readonly document: { readonly schema: string };
  /** The lines of ndjson, and of csv. */
  readonly rows: readonly object[];
  /** Of csv, where it is not the rows, made flat. */
  readonly csv?: () => ReportTable;
  readonly tables: () => readonly ReportTable[];
  /** Columns of text where there is no terminal. Default: 160. */
  readonly plainWidth?: number;
}

/** One writer a format. */
const WRITERS: Readonly<Record<Format, (report: Report, terminal: Terminal) => Iterable<string>>> = {
  text: ({ tables }, terminal) => writeText(tables(), terminal),
  json: ({ document }) => writeJson(document),
  ndjson: ({ rows }) => writeNdjson(rows),
  csv: ({ rows, csv }) => writeCsv(csv ? csv() : flatTable(rows)),
  md: ({ tables }) => writeMarkdown(tables()),
};

/** Columns where there is no terminal. */
const PLAIN_WIDTH = 160;

interface Terminal {
  readonly width: number;
  readonly color: boolean;
}

function noTerminal({ plainWidth = PLAIN_WIDTH }: Report): Terminal {
  return { width: plainWidth, color: false };
}

/** What stdout is. */
export function terminalOfStdout(plainWidth: number = PLAIN_WIDTH): Terminal {
  const { COLUMNS, NO_COLOR, TERM } = process.env;
  const isTerminal = process.stdout.isTTY === true;
  const width = Number(COLUMNS) || (isTerminal && process.stdout.columns) || plainWidth;
  return { width, color: isTerminal && !NO_COLOR && TERM !== 'dumb' };
}

/** Where a report goes: a file that is none of the inputs, or `-`. */
export interface Destination extends OutputOptions {
  readonly path: string;
  readonly inputs: readonly string[];
}

export async function writeReport(report: Report, format: Format, to: Destination): Promise<void> {
  const terminal = to.path === '-' ? terminalOfStdout(report.plainWidth) : noTerminal(report);
  await writePieces(reportPieces(report, format, terminal), to);
}

/** The bytes of a report: for a file, unless it is said otherwise. */
export function reportPieces(
  report: Report,
  format: Format,
  terminal: Terminal = noTerminal(report),
): Iterable<Uint8Array> {
  return textPieces(WRITERS[format](report, terminal));
}

export async function writePieces(pieces: Iterable<Uint8Array>, to: Destination): Promise<void> {
  const known = to.inputs.flatMap((name) => {
    const stats = statSync(name, { throwIfNoEntry: false });
    return stats ? [{ name, stats }] : [];
  });
  const output = await openOutput(to.path, known, to);
  try {
    await writeAll(output, pieces);
    await output.commit();
  } catch (error) {
    await output.discard();
    throw error;
  }
}
