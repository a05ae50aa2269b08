import type { Aggregate } from '../aggregate/aggregate.js';
import { earlier } from '../aggregate/known-times.js';
import { knowsPlaces } from './frag.js';
import { Frames } from './insight-keys.js';
import { compareTexts } from './row-groups.js';
import { newestOf, pagesOfRows } from './snapshot.js';

/** What an input is, and what it can answer. Fields as in JSON. */
export interface InputInfo {
  readonly path: string;
  /** A word for programs: dump, aggregate, sorted, stacks, handles, log, allocinfo; null: none that is known. */
  readonly form: string | null;
  /** The same for people; for an unknown form, the reason. */
  readonly is: string;
  /** The kernels that likely printed it, by the shape of its lines. */
  readonly kernel: string | null;
  /** gzip, zstd, xz; null: plain. */
  readonly packed: string | null;
  /** As stored, if that is known. */
  readonly stored_bytes: number | null;
  /** Of text, unpacked. */
  readonly bytes: number | null;
  readonly blocks: number | null;
  readonly pages: number | null;
  /** Whether blocks and pages are counted in parts of it only, and the rest is guessed; times, nodes and modules are then those of these parts. */
  readonly is_estimate: boolean;
  /** In ns since boot. */
  readonly oldest_ns: bigint | null;
  readonly newest_ns: bigint | null;
  readonly nodes: readonly number[];
  readonly zones: readonly number[];
  readonly modules: readonly string[];
  /** A line for each thing that is wrong with it. */
  readonly damage: readonly string[];
  /** Commands that take it. */
  readonly commands: readonly string[];
}

/** What the blocks of an input tell; `scale`: how much more there is than was read. */
export type ContentInfo = Pick<
  InputInfo,
  'bytes' | 'blocks' | 'pages' | 'is_estimate' | 'oldest_ns' | 'newest_ns' | 'nodes' | 'zones' | 'modules'
>;

export function contentInfo(aggregate: Aggregate, scale = 1): ContentInfo {
  const { facts, rows } = aggregate;
  const frames = new Frames({ ignoreOffsets: true });
  const modules = new Set(rows.map(({ stack }) => frames.module(stack)).filter((module) => module !== null));
  return {
    bytes: Math.round(facts.bytes * scale),
    blocks: facts.knowsBlocks ? Math.round((facts.blocks - facts.malformed) * scale) : null,
    pages: Math.round(pagesOfRows(rows) * scale),
    is_estimate: scale > 1,
    oldest_ns: rows.reduce<bigint | null>((oldest, row) => earlier(oldest, row.oldest), null),
    newest_ns: newestOf(aggregate),
    nodes: numbers(rows.map(({ place }) => place.node)),
    zones: numbers(rows.map(({ place }) => place.zone)),
    modules: [...modules].sort(compareTexts),
  };
}

/** Commands that can make something of an aggregate. */
export function commandsFor(aggregate: Aggregate): string[] {
  return [
    'top',
    'diff',
    'trend',
    'export',
    'merge',
    'batch',
    ...(newestOf(aggregate) === null ? [] : ['age']),
    ...(knowsPlaces(aggregate) ? ['frag'] : []),
  ];
}

function numbers(digits: readonly string[]): number[] {
  return [...new Set(digits)]
    .filter((text) => text !== '')
    .map(Number)
    .sort((a, b) => a - b);
}
