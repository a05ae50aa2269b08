import { readSync } from 'node:fs';
import { isStacksText, parseStacksText } from '../format/stacks-text.js';
import { decodeText } from '../format/text.js';
import { NO_NANOS } from '../format/timestamp.js';
import type { Aggregate } from '../merge/aggregate/aggregate.js';
import type { AggregatePartial } from '../merge/aggregate/aggregate-partial.js';
import type { ManyFiles } from '../merge/aggregate/read-parquet.js';
import { readPartial } from '../merge/aggregate/read-partial.js';
import { aggregateOfStacks, type Handles, handlesOf, resolveHandles } from '../merge/aggregate/stacks.js';
import type { Snapshot } from '../merge/insight/snapshot.js';
import { aggregateRunner } from '../workers/runners.js';
import type { Spilled } from '../workers/task.js';
import { cannotCut, cannotRead, noBlocks, unreadable } from './errors.js';
import { giveUp, type Input, inputName, openInput } from './input.js';
import { CHUNKS_FOR_MAIN } from './limits.js';
import type { Part } from './part.js';
import { type OnScanned, scanDump } from './scan-dump.js';

export interface LoadOptions {
  readonly threads: number;
  readonly chunkBytes: number;
  /** In ns since boot: what was allocated later is counted as born. A saved aggregate has been asked already. */
  readonly since: bigint | null;
  readonly withoutReleased: boolean;
  /** Stacks of dumps in handle form. Without them handles stay among the tail lines, to be resolved later. */
  readonly handles?: Handles;
  /** Only this part of the text of a dump, which may have no block. */
  readonly part?: Part;
  readonly onScanned?: OnScanned;
  /** Where only the sums of many saved aggregates are wanted. */
  readonly many?: ManyFiles;
}

const PARQUET = 'PAR1';
const START_BYTES = 256;

/** Reads a dump, a saved aggregate or show_stacks, plain or packed: which, is told by the content. Throws a PageownerError if it is none of them. */
export async function loadSnapshot(path: string, options: LoadOptions): Promise<Snapshot> {
  const input = await openInput(path);
  try {
    const aggregate = await loadAggregate(input, (dump) => scan(dump, options), options);
    input.close();
    const { handles } = options;
    return { path: inputName(path), aggregate: handles ? resolveHandles(aggregate, handles) : aggregate };
  } catch (error) {
    giveUp(input);
    throw error;
  }
}

/**
 * Reads an input. `scan` is what to do with a dump. Throws a PageownerError if it is no saved aggregate, show_stacks or dump, and if it cannot be cut where
 * only a `part` is wanted.
 */
export async function loadAggregate(
  opened: Input,
  scan: (dump: Input) => Promise<Aggregate>,
  { part, many }: Pick<LoadOptions, 'part' | 'many'> = {},
): Promise<Aggregate> {
  const { input, start } = await withStart(opened);
  const isSaved = start.startsWith(PARQUET);
  const isStacks = isStacksText(start);
  if (part && (isSaved || isStacks)) throw cannotCut(input.name, 'it is an aggregate already, which merge takes whole');
  if (part && !('fd' in input))
    throw cannotCut(input.name, 'it is packed, empty, or no file; unpack or save it to a plain file first');
  if (isSaved) {
    const { readParquet } = await import('../merge/aggregate/read-parquet.js');
    const { buffer } = await contentOf(input);
    return readParquet(buffer as ArrayBuffer, many).catch((error) => {
      throw unreadable(input.name, 'a saved aggregate', error);
    });
  }
  if (isStacks) {
    const content = await contentOf(input);
    return aggregateOfStacks(readStacks(input.name, content), content.length);
  }
  return scan(input);
}

/** Stacks by handle, of a file of show_stacks_handles. */
export async function loadHandles(path: string): Promise<Handles> {
  const { input } = await withStart(await openInput(path));
  const stacks = readStacks(input.name, await contentOf(input));
  input.close();
  return handlesOf(stacks);
}

async function scan(
  input: Input,
  { threads, chunkBytes, since, withoutReleased, part, onScanned }: LoadOptions,
): Promise<Aggregate> {
  const plan = { since: since ?? NO_NANOS, withoutReleased };
  const aloneBytes = chunkBytes * CHUNKS_FOR_MAIN;
  const options = { scan: plan, threads, chunkBytes, aloneBytes, part };
  const { found } = await scanDump(input, options, aggregateRunner(plan), onScanned ?? (() => {}));
  if (part === undefined) refuseEmpty(input.name, found);
  return readPartial(aggregateIn(found), since);
}

/** What a scan found in a dump. Throws a PageownerError if there is nothing. */
export function readFound(name: string, found: AggregatePartial | Spilled, since: bigint | null): Aggregate {
  refuseEmpty(name, found);
  return readPartial(aggregateIn(found), since);
}

function refuseEmpty(name: string, { counts }: AggregatePartial | Spilled): void {
  const { blocks, malformed, foreign } = counts;
  if (blocks - malformed - foreign <= 0) throw noBlocks(name);
}

function aggregateIn(found: AggregatePartial | Spilled): AggregatePartial {
  if ('runs' in found) throw new Error('internal error: an aggregate is never put aside');
  return found;
}

function readStacks(name: string, content: Uint8Array): ReturnType<typeof parseStacksText> {
  try {
    return parseStacksText(decodeText(content));
  } catch (error) {
    throw unreadable(name, 'the text of show_stacks', error);
  }
}

/** The first bytes of an input, and the input as if they had not been read. */
async function withStart(input: Input): Promise<{ input: Input; start: string }> {
  if ('fd' in input) {
    const start = Buffer.alloc(START_BYTES);
    const read = readSync(input.fd, start, 0, START_BYTES, 0);
    return { input, start: start.toString('latin1', 0, read) };
  }
  const pieces = input.pieces[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let length = 0;
  while (length < START_BYTES) {
    const { done, value } = await pieces.next();
    if (done) break;
    for (const piece of value) {
      first.push(Buffer.from(piece));
      length += piece.length;
    }
  }
  const rest = async function* (): AsyncGenerator<readonly Uint8Array[]> {
    yield first;
    yield* { [Symbol.asyncIterator]: () => pieces };
  };
  const start = Buffer.concat(first).toString('latin1', 0, START_BYTES);
  return { input: { ...input, pieces: rest() }, start };
}

/** All of an input, in memory of its own. */
async function contentOf(input: Input): Promise<Uint8Array> {
  if ('fd' in input) {
    const content = new Uint8Array(input.size);
    for (let at = 0; at < content.length; ) {
      const read = readSync(input.fd, content, at, content.length - at, at);
      if (read === 0) throw cannotRead(input.name, { code: 'it got shorter while it was read' });
      at += read;
    }
    return content;
  }
  const all: Uint8Array[] = [];
  for await (const pieces of input.pieces) for (const piece of pieces) all.push(Uint8Array.from(piece));
  return Uint8Array.from(Buffer.concat(all));
}
