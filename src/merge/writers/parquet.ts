import { gzipSync } from 'node:zlib';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { Aggregate } from '../aggregate/aggregate.js';
import { copyOf, distinctRows } from '../aggregate/builder.js';
import { COLUMNS, factsText, METADATA_KEY, schemaOf } from '../aggregate/parquet-columns.js';

/** Rows are written so many at a time: the values of all columns of all rows would take gigabytes where rows are millions. */
const GROUP_ROWS = 100_000;

/** An aggregate as a Parquet file. Equal aggregates give equal bytes, whatever they were made from. `version`: ours. */
export function writeParquet(aggregate: Aggregate, version: string): Uint8Array {
  const ordered = distinctRows(aggregate);
  const writer = new ByteWriter();
  const file = new ParquetWriter({
    writer,
    schema: schemaOf(COLUMNS),
    kvMetadata: [{ key: METADATA_KEY, value: factsText(aggregate.facts) }],
    createdBy: `pageowner version ${version}`,
    // Packed by Node itself instead of in JavaScript.
    codec: 'GZIP',
    compressors: { GZIP: (bytes) => gzipSync(bytes, { level: 1 }) },
    // No one asks so small a file for a part of its rows.
    statistics: false,
  });
  for (let from = 0; from < ordered.length; from += GROUP_ROWS) {
    // Copied, since a row of a scan makes its lists anew whenever it is asked.
    const group = ordered.slice(from, from + GROUP_ROWS).map(copyOf);
    const columnData = COLUMNS.map(({ name, type, read }) => ({
      name,
      data: group.map(read),
      // A dictionary pays for texts only.
      ...(type !== 'text' && { encoding: 'PLAIN' as const }),
    }));
    void file.write({ columnData, rowGroupSize: GROUP_ROWS });
  }
  void file.finish();
  return new Uint8Array(writer.getBuffer());
}
