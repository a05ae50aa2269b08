import { extname } from 'node:path';
import { NO_NANOS } from '../../format/timestamp.js';
import type { Aggregate } from '../../merge/aggregate/aggregate.js';
import { AggregateJoiner } from '../../merge/aggregate/join.js';
import { OverlapError } from '../../merge/aggregate/parts.js';
import { rowsTable } from '../../merge/insight/rows-table.js';
import { samplesOf } from '../../merge/insight/samples.js';
import { selectAggregate } from '../../merge/insight/selection.js';
import { newestOf } from '../../merge/insight/snapshot.js';
import { writeFolded } from '../../merge/writers/folded.js';
import { writeCsv } from '../../merge/writers/table-csv.js';
import { textPieces } from '../../merge/writers/text-pieces.js';
import { quoted, samePart, usageError } from '../base/errors.js';
import { version } from '../command-line/version.js';
import { type LoadOptions, loadSnapshot } from '../reading/load-snapshot.js';
import { EXPORT_FORMS } from './insight-option-table.js';
import { destinationOf, loadOptions, pageBytesOf, selectionOf, type Values } from './insight-options.js';
import { readSnapshot } from './read-snapshots.js';
import { writePieces } from './write-report.js';

interface ExportOptions {
  readonly pageBytes: number;
  readonly unit: 'pages' | 'bytes' | 'blocks';
  readonly withOffsets: boolean;
  readonly name: string;
}

/** One writer a form, and how names of its files end. */
const FORMS: Readonly<
  Record<
    (typeof EXPORT_FORMS)[number],
    {
      readonly ends: readonly [string, ...string[]];
      readonly write: (aggregate: Aggregate, options: ExportOptions) => Promise<Iterable<Uint8Array>>;
    }
  >
> = {
  parquet: { ends: ['.parquet', '.pq'], write: async (aggregate) => [await parquetOf(aggregate)] },
  folded: {
    ends: ['.folded', '.collapsed', '.txt'],
    write: async (aggregate, options) => writeFolded(samplesOf(aggregate.rows), options),
  },
  pprof: {
    ends: ['.pprof', '.gz'],
    write: async (aggregate, options) => {
      const { writePprof } = await import('../../merge/writers/pprof.js');
      return writePprof(samplesOf(aggregate.rows), options);
    },
  },
  speedscope: {
    ends: ['.json'],
    write: async (aggregate, options) => {
      const { writeSpeedscope } = await import('../../merge/writers/speedscope.js');
      return writeSpeedscope(samplesOf(aggregate.rows), options);
    },
  },
  csv: { ends: ['.csv'], write: async (aggregate) => textPieces(writeCsv(rowsTable(aggregate))) },
};

/** What an export gives of an aggregate; `ends`: how the names of such files end. */
export interface Export {
  readonly ends: string;
  readonly of: (aggregate: Aggregate, name: string) => Promise<Iterable<Uint8Array>>;
}

/** Throws a usage error for options that have no meaning. */
export function exportOf(values: Values): Export {
  const form = formOf(values.to as string | undefined, (values.output as string | undefined) ?? '-');
  const options = {
    pageBytes: pageBytesOf(values),
    unit: (values.unit as ExportOptions['unit'] | undefined) ?? 'pages',
    withOffsets: values.offsets === true,
  };
  const selection = selectionOf(values);
  return {
    ends: form.ends[0],
    of: (aggregate, name) => form.write(selectAggregate(aggregate, selection), { ...options, name }),
  };
}

/** `pageowner export`. */
export async function run(paths: string[], values: Values): Promise<void> {
  const exported = exportOf(values);
  const load = await loadOptions(values);
  const since = await sinceOf(values.since as string | undefined, load);
  const read = async (path: string): Promise<Aggregate> => {
    const { aggregate } = await readSnapshot(path, { ...load, since }, values);
    if (since !== null && aggregate.facts.since !== since)
      throw usageError(`--since: ${quoted(path)} is a saved aggregate already, and was not asked for this moment`);
    return aggregate;
  };
  await writePieces(await exported.of(await joined(paths, read), paths.join(', ')), destinationOf(paths, values));
}

/** The aggregate of all of these together, read one after the other. */
export async function joined(paths: readonly string[], read: (path: string) => Promise<Aggregate>): Promise<Aggregate> {
  const [only] = paths;
  if (only !== undefined && paths.length === 1) return read(only);
  const joiner = new AggregateJoiner();
  for (const path of paths) add(joiner, await read(path), path);
  return joiner.joined();
}

function add(joiner: AggregateJoiner, aggregate: Aggregate, path: string): void {
  try {
    joiner.add(aggregate, path);
  } catch (error) {
    throw error instanceof OverlapError ? samePart(error.one, error.other) : error;
  }
}

/** The form by its name, or by that of the output. */
function formOf(typed: string | undefined, output: string): (typeof FORMS)[keyof typeof FORMS] {
  const names = EXPORT_FORMS.join(', ');
  if (typed !== undefined) {
    const form = EXPORT_FORMS.find((known) => known === typed);
    if (form) return FORMS[form];
    throw usageError(`--to takes ${names}, not ${quoted(typed)}`);
  }
  const end = extname(output);
  const form = Object.values(FORMS).find(({ ends }) => ends.includes(end));
  if (form && end !== '') return form;
  throw usageError(`which form? Give --to (${names}), or an output whose name ends so: -o dump.parquet`);
}

/** A time in ns, or the newest of a snapshot. */
export async function sinceOf(typed: string | undefined, load: LoadOptions): Promise<bigint | null> {
  if (typed === undefined) return null;
  if (/^-?\d+$/.test(typed)) {
    const moment = BigInt(typed);
    if (moment >= 0n && moment < NO_NANOS) return moment;
    throw usageError(`--since takes ns from 0 to ${NO_NANOS - 1n}, or a snapshot, not ${quoted(typed)}`);
  }
  const { aggregate } = await loadSnapshot(typed, load);
  const newest = newestOf(aggregate);
  if (newest === null) throw usageError(`--since: ${quoted(typed)} has no times`);
  return newest;
}

export async function parquetOf(aggregate: Aggregate): Promise<Uint8Array> {
  const { writeParquet } = await import('../../merge/writers/parquet.js');
  return writeParquet(aggregate, version());
}
