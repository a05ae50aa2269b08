import { ByteWriter, parquetWrite } from 'hyparquet-writer';
import type { Aggregate } from '../aggregate/aggregate.js';
import { COLUMNS, factsText, METADATA_KEY, schemaOf } from '../aggregate/parquet-columns.js';

/** An aggregate as a Parquet file: a row each, in their order, so that equal aggregates give equal bytes. `version`: ours. */
export function writeParquet({ facts, rows }: Aggregate, version: string): Uint8Array {
  const writer = new ByteWriter();
  parquetWrite({
    writer,
    columnData: COLUMNS.map(({ name, read }) => ({ name, data: rows.map(read) })),
    schema: schemaOf(COLUMNS),
    kvMetadata: [{ key: METADATA_KEY, value: factsText(facts) }],
    createdBy: `pageowner version ${version}`,
    rowGroupSize: 100_000,
  });
  return new Uint8Array(writer.getBuffer());
}
