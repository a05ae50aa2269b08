import type { AggregateRow, Facts } from './aggregate.js';

/** What the facts are under in the file's metadata, as JSON. */
export const METADATA_KEY = 'pageowner';
const SCHEMA = 'pageowner.aggregate/1';

/** A column of a saved aggregate. Names and types are what SQL sees. */
interface Column {
  readonly name: string;
  /** `times`: ns, 64 bits without a sign. */
  readonly type: 'text' | 'integer' | 'time' | 'integers' | 'times';
  /** Integers as bigint: Parquet's have 64 bits. */
  readonly read: (row: AggregateRow) => string | bigint | null | readonly bigint[];
}

export const COLUMNS: readonly Column[] = [
  { name: 'order', type: 'integer', read: ({ allocation }) => integer(allocation.order) },
  { name: 'gfp_mask', type: 'text', read: ({ allocation }) => allocation.gfpMask },
  { name: 'gfp_flags', type: 'text', read: ({ allocation }) => allocation.gfpFlags },
  { name: 'pid', type: 'integer', read: ({ task }) => integer(task.pid) },
  { name: 'tgid', type: 'integer', read: ({ task }) => integer(task.tgid) },
  { name: 'command', type: 'text', read: ({ task }) => task.command },
  { name: 'migratetype', type: 'text', read: ({ place }) => place.migratetype },
  { name: 'pageblock_migratetype', type: 'text', read: ({ place }) => place.pageblockType },
  { name: 'node', type: 'integer', read: ({ place }) => digits(place.node) },
  { name: 'zone', type: 'integer', read: ({ place }) => digits(place.zone) },
  { name: 'stack', type: 'text', read: ({ stack }) => stack.join('\n') },
  { name: 'tails', type: 'text', read: ({ tails }) => tails.join('\n') },
  { name: 'reason', type: 'text', read: ({ report }) => report?.reason ?? '' },
  { name: 'state', type: 'text', read: ({ report }) => report?.state ?? '' },
  { name: 'freed_stack', type: 'text', read: ({ report }) => report?.freedStack.join('\n') ?? '' },
  { name: 'blocks', type: 'integer', read: ({ blocks }) => integer(blocks) },
  { name: 'pages', type: 'integer', read: ({ pages }) => integer(pages) },
  { name: 'oldest_ns', type: 'time', read: ({ oldest }) => oldest },
  { name: 'newest_ns', type: 'time', read: ({ newest }) => newest },
  { name: 'born_blocks', type: 'integer', read: ({ born }) => integer(born) },
  { name: 'ts_from_ns', type: 'times', read: ({ times }) => times.numbers.map(BigInt) },
  { name: 'ts_blocks', type: 'integers', read: ({ times }) => times.blocks.map(BigInt) },
  { name: 'pageblock', type: 'integers', read: ({ pageblocks }) => pageblocks.numbers.map(BigInt) },
  { name: 'pageblock_blocks', type: 'integers', read: ({ pageblocks }) => pageblocks.blocks.map(BigInt) },
];

function integer(value: number | null): bigint | null {
  return value === null ? null : BigInt(value);
}

function digits(text: string): bigint | null {
  return text === '' ? null : BigInt(text);
}

const TEXT = { type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const;
const INTEGER = { type: 'INT64' } as const;
const TIME = { type: 'INT64', converted_type: 'UINT_64' } as const;
const ELEMENTS = { text: TEXT, integer: INTEGER, time: TIME, integers: INTEGER, times: TIME } as const;

/** The file's schema, as parquet.thrift has it: lists are groups of three. */
export function schemaOf(columns: readonly Column[]): SchemaElement[] {
  const elements = columns.flatMap(({ name, type }): SchemaElement[] => {
    const element = ELEMENTS[type];
    if (type !== 'integers' && type !== 'times')
      return [{ name, ...element, repetition_type: type === 'text' ? 'REQUIRED' : 'OPTIONAL' }];
    return [
      { name, converted_type: 'LIST', repetition_type: 'REQUIRED', num_children: 1 },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      { name: 'element', ...element, repetition_type: 'REQUIRED' },
    ];
  });
  return [{ name: 'pageowner', num_children: columns.length }, ...elements];
}

interface SchemaElement {
  readonly name: string;
  readonly type?: 'BYTE_ARRAY' | 'INT64';
  readonly converted_type?: 'UTF8' | 'UINT_64' | 'LIST';
  readonly repetition_type?: 'REQUIRED' | 'OPTIONAL' | 'REPEATED';
  readonly num_children?: number;
}

export function factsText({ since, ...facts }: Facts): string {
  return JSON.stringify({ schema: SCHEMA, ...facts, since: since === null ? null : String(since) });
}

/** Throws if the text is not what factsText makes. */
export function factsOf(text: string): Facts {
  const { schema, since, ...facts } = JSON.parse(text) as Record<string, unknown>;
  if (schema !== SCHEMA) throw new Error(`its schema is ${JSON.stringify(schema)}, not ${SCHEMA}`);
  return { ...(facts as unknown as Facts), since: since === null ? null : BigInt(since as string) };
}
