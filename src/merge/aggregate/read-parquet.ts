import { gunzipSync } from 'node:zlib';
import { type FileMetaData, parquetMetadata, parquetReadObjects } from 'hyparquet';
import type { Aggregate, AggregateRow, Allocation, Counted, Task } from './aggregate.js';
import { AggregateBuilder } from './builder.js';
import { COLUMNS, factsOf, METADATA_KEY } from './parquet-columns.js';

type Values = Readonly<Record<string, unknown>>;

/** Reads what writeParquet wrote. Throws if it is something else. */
export async function readParquet(file: ArrayBuffer): Promise<Aggregate> {
  const metadata = metadataOf(file);
  const text = metadata.key_value_metadata?.find(({ key }) => key === METADATA_KEY)?.value;
  if (text === undefined) throw new Error('it is Parquet, but no aggregate of pageowner');
  const facts = factsOf(text);
  const columns = COLUMNS.map(({ name }) => name);
  const objects = (await parquetReadObjects({
    file,
    metadata,
    columns,
    compressors: { GZIP: (bytes) => gunzipSync(bytes) },
  })) as Values[];
  const builder = new AggregateBuilder();
  const shared = new Shared();
  for (const values of objects) builder.add(rowOf(values, shared));
  return builder.build(facts);
}

function metadataOf(file: ArrayBuffer): FileMetaData {
  try {
    return parquetMetadata(file);
  } catch (error) {
    throw new Error(`its end is damaged (${(error as Error).message})`);
  }
}

function rowOf(values: Values, shared: Shared): AggregateRow {
  const text = (name: string): string => values[name] as string;
  const integer = (name: string): number | null => {
    const value = values[name] as bigint | null | undefined;
    return value === null || value === undefined ? null : Number(value);
  };
  const digits = (name: string): string => String(integer(name) ?? '');
  const counted = (numbers: string, blocks: string): Counted => ({
    numbers: (values[numbers] as bigint[]).map(Number),
    blocks: (values[blocks] as bigint[]).map(Number),
  });
  const allocation: Allocation = { order: integer('order'), gfpMask: text('gfp_mask'), gfpFlags: text('gfp_flags') };
  const task: Task = { pid: integer('pid'), tgid: integer('tgid'), command: text('command') };
  return {
    allocation: shared.of(allocation),
    task: shared.of(task),
    place: shared.of({
      migratetype: text('migratetype'),
      pageblockType: text('pageblock_migratetype'),
      node: digits('node'),
      zone: digits('zone'),
    }),
    stack: shared.lines(text('stack')),
    tails: shared.lines(text('tails')),
    blocks: integer('blocks') ?? 0,
    pages: integer('pages') ?? 0,
    oldest: (values.oldest_ns as bigint | null) ?? null,
    newest: (values.newest_ns as bigint | null) ?? null,
    born: integer('born_blocks'),
    times: counted('ts_from_ns', 'ts_blocks'),
    pageblocks: counted('pageblock', 'pageblock_blocks'),
  };
}

/** One object for each content, as rows share them. */
class Shared {
  private readonly objects = new Map<string, object>();

  of<T extends object>(value: T): T {
    return this.known(JSON.stringify(value), () => value);
  }

  lines(text: string): readonly string[] {
    return this.known(text, () => (text === '' ? [] : text.split('\n')));
  }

  private known<T extends object>(text: string, make: () => T): T {
    const known = this.objects.get(text) ?? make();
    this.objects.set(text, known);
    return known as T;
  }
}
