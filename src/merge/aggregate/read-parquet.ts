import { gunzipSync } from 'node:zlib';
import { type FileMetaData, parquetMetadata, parquetReadObjects } from 'hyparquet';
import type { Place } from '../../format/pfn-line.js';
import {
  type Aggregate,
  type AggregateRow,
  type Allocation,
  type Counted,
  NO_COUNTED,
  type Reported,
  type Task,
} from './aggregate.js';
import { COLUMNS, factsOf, METADATA_KEY } from './parquet-columns.js';

type Values = Readonly<Record<string, unknown>>;

/** For callers that read many files one after the other. */
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
  const facts = metadata.key_value_metadata?.find(({ key }) => key === METADATA_KEY)?.value;
  if (facts === undefined) throw new Error('it is Parquet, but no aggregate of pageowner');
  // Files of 0.1.0 have fewer columns.
  const stored = new Set(metadata.schema.map(({ name }) => name));
  const columns = COLUMNS.filter(({ type }) => !many || type === 'text' || type === 'integer')
    .map(({ name }) => name)
    .filter((name) => stored.has(name));
  const objects = (await parquetReadObjects({
    file,
    metadata,
    columns,
    compressors: { GZIP: (bytes) => gunzipSync(bytes) },
  })) as Values[];
  const shared = new Shared(many);
  return {
    facts: factsOf(facts),
    rows: objects.map((values) => (many ? new SumsRow(values, shared) : rowOf(values, shared))),
  };
}

function metadataOf(file: ArrayBuffer): FileMetaData {
  try {
    return parquetMetadata(file);
  } catch (error) {
    throw new Error(`its end is damaged (${(error as Error).message})`);
  }
}

function rowOf(values: Values, shared: Shared): AggregateRow {
  return {
    allocation: shared.of(allocationOf(values)),
    task: shared.of(taskOf(values)),
    place: shared.of(placeOf(values)),
    stack: shared.stack(text(values, 'stack')),
    tails: shared.tails(text(values, 'tails')),
    report: shared.report(values),
    blocks: integer(values, 'blocks') ?? 0,
    pages: integer(values, 'pages') ?? 0,
    oldest: (values.oldest_ns as bigint | null) ?? null,
    newest: (values.newest_ns as bigint | null) ?? null,
    born: integer(values, 'born_blocks'),
    times: counted(values, 'ts_from_ns', 'ts_blocks'),
    pageblocks: counted(values, 'pageblock', 'pageblock_blocks'),
  };
}

/** A row of one of many files: of most things no one asks before it is forgotten. */
class SumsRow implements AggregateRow {
  readonly stack: readonly string[];
  readonly tails: readonly string[];
  readonly report: Reported | null;
  readonly blocks: number;
  readonly pages: number;
  readonly oldest = null;
  readonly newest = null;
  readonly born = null;
  readonly times: Counted = NO_COUNTED;
  readonly pageblocks: Counted = NO_COUNTED;
  private readonly values: Values;

  constructor(values: Values, shared: Shared) {
    this.values = values;
    this.stack = shared.stack(text(values, 'stack'));
    this.tails = shared.tails(text(values, 'tails'));
    this.report = shared.report(values);
    this.blocks = integer(values, 'blocks') ?? 0;
    this.pages = integer(values, 'pages') ?? 0;
  }

  get allocation(): Allocation {
    return allocationOf(this.values);
  }

  get task(): Task {
    return taskOf(this.values);
  }

  get place(): Place {
    return placeOf(this.values);
  }
}

function allocationOf(values: Values): Allocation {
  return { order: integer(values, 'order'), gfpMask: text(values, 'gfp_mask'), gfpFlags: text(values, 'gfp_flags') };
}

function taskOf(values: Values): Task {
  return { pid: integer(values, 'pid'), tgid: integer(values, 'tgid'), command: text(values, 'command') };
}

function placeOf(values: Values): Place {
  return {
    migratetype: text(values, 'migratetype'),
    pageblockType: text(values, 'pageblock_migratetype'),
    node: String(integer(values, 'node') ?? ''),
    zone: String(integer(values, 'zone') ?? ''),
  };
}

function text(values: Values, name: string): string {
  return (values[name] as string | undefined) ?? '';
}

function integer(values: Values, name: string): number | null {
  const value = values[name] as bigint | null | undefined;
  return value === null || value === undefined ? null : Number(value);
}

function counted(values: Values, numbers: string, blocks: string): Counted {
  return { numbers: (values[numbers] as bigint[]).map(Number), blocks: (values[blocks] as bigint[]).map(Number) };
}

/** One object for each content, as rows share them. */
class Shared {
  private readonly many: ManyFiles | undefined;
  private readonly stacks = new Map<string, readonly string[]>();
  private readonly tailLines = new Map<string, readonly string[]>();
  private readonly objects = new Map<string, object>();

  constructor(many: ManyFiles | undefined) {
    this.many = many;
  }

  of<T extends object>(value: T): T {
    return known(this.objects as Map<string, T>, JSON.stringify(value), () => value);
  }

  /** The file's own map comes first: its texts are found there by where they are, and need not be compared. */
  stack(text: string): readonly string[] {
    return known(this.stacks, text, () => (this.many ? known(this.many.stacks, text, linesOf) : linesOf(text)));
  }

  tails(text: string): readonly string[] {
    return known(this.tailLines, text, linesOf);
  }

  report(values: Values): Reported | null {
    const [reason, state, freedStack] = ['reason', 'state', 'freed_stack'].map((name) => text(values, name));
    if (!reason && !state && !freedStack) return null;
    return this.of({
      reason: reason || null,
      state: (state || null) as Reported['state'],
      freedStack: linesOf(freedStack ?? ''),
    });
  }
}

function known<T>(all: Map<string, T>, text: string, make: (text: string) => T): T {
  let value = all.get(text);
  if (value === undefined) {
    value = make(text);
    all.set(text, value);
  }
  return value;
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.split('\n');
}
