import { gunzipSync } from 'node:zlib';
import { type FileMetaData, parquetMetadata, parquetReadObjects } from 'hyparquet';
import {
  type Aggregate,
  type AggregateRow,
  type Allocation,
  type Counted,
  NO_COUNTED,
  type Task,
} from './aggregate.js';
import { COLUMNS, factsOf, METADATA_KEY } from './parquet-columns.js';

type Values = Readonly<Record<string, unknown>>;

/** For who reads many files one after the other. */
export interface ManyFiles {
  /** Stacks by their text. New ones are added, so that equal stacks of all files are one object. */
  readonly stacks: Map<string, readonly string[]>;
}

/**
 * Reads what writeParquet wrote. Throws if it is something else.
 * @param many of one of many files only what blocks have in common and their sums are read, in a third of the time: no times, no pageblocks
 */
export async function readParquet(file: ArrayBuffer, many?: ManyFiles): Promise<Aggregate> {
  const metadata = metadataOf(file);
  const text = metadata.key_value_metadata?.find(({ key }) => key === METADATA_KEY)?.value;
  if (text === undefined) throw new Error('it is Parquet, but no aggregate of pageowner');
  const facts = factsOf(text);
  const columns = COLUMNS.filter(({ type }) => !many || type === 'text' || type === 'integer').map(({ name }) => name);
  const objects = (await parquetReadObjects({
    file,
    metadata,
    columns,
    compressors: { GZIP: (bytes) => gunzipSync(bytes) },
  })) as Values[];
  const shared = new Shared(many?.stacks);
  return { facts, rows: objects.map((values) => rowOf(values, shared)) };
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
  const counted = (numbers: string, blocks: string): Counted =>
    values[numbers] === undefined
      ? NO_COUNTED
      : { numbers: (values[numbers] as bigint[]).map(Number), blocks: (values[blocks] as bigint[]).map(Number) };
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
    stack: shared.stack(text('stack')),
    tails: shared.tails(text('tails')),
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
  private readonly stacks: Map<string, readonly string[]>;
  private readonly tailLines = new Map<string, readonly string[]>();
  private readonly objects = new Map<string, object>();

  constructor(stacks: Map<string, readonly string[]> = new Map()) {
    this.stacks = stacks;
  }

  of<T extends object>(value: T): T {
    return known(this.objects as Map<string, T>, JSON.stringify(value), () => value);
  }

  stack(text: string): readonly string[] {
    return known(this.stacks, text, () => linesOf(text));
  }

  tails(text: string): readonly string[] {
    return known(this.tailLines, text, () => linesOf(text));
  }
}

function known<T>(all: Map<string, T>, text: string, make: () => T): T {
  const value = all.get(text) ?? make();
  all.set(text, value);
  return value;
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.split('\n');
}
