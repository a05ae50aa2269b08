import { gzipSync } from 'node:zlib';
import { ByteWriter, parquetWrite } from 'hyparquet-writer';
import type { Aggregate } from '../aggregate/aggregate.js';
import { distinctRows } from '../aggregate/builder.js';
import { COLUMNS, factsText, METADATA_KEY, schemaOf } from '../aggregate/parquet-columns.js';

/** An aggregate as a Parquet file. Equal aggregates give equal bytes, whatever they were made from. `version`: ours. */
export function writeParquet(aggregate: Aggregate, version: string): Uint8Array {
  const ordered = distinctRows(aggregate);
  const writer = new ByteWriter();
  parquetWrite({
    writer,
    columnData: COLUMNS.map(({ name, type, read }) => ({
      name,
      data: ordered.map(read),
      // A dictionary pays for texts only.
      ...(type !== 'text' && { encoding: 'PLAIN' as const }),
    })),
    schema: schemaOf(COLUMNS),
    kvMetadata: [{ key: METADATA_KEY, value: factsText(aggregate.facts) }],
    createdBy: `pageowner version ${version}`,
    rowGroupSize: 100_000,
    // Packed by Node itself instead of in JavaScript.
    codec: 'GZIP',
    compressors: { GZIP: (bytes) => gzipSync(bytes, { level: 1 }) },
    // No one asks so small a file for a part of its rows.
    statistics: false,
  });
  return new Uint8Array(writer.getBuffer());
}
