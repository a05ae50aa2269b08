import { createHash } from 'node:crypto';
import { type Allocinfo, parseAllocinfo } from '../../format/allocinfo.js';
import { parseStacksText } from '../../format/stacks-text.js';
import { decodeText } from '../../format/text.js';
import { NO_NANOS } from '../../format/timestamp.js';
import type { Aggregate } from '../../merge/aggregate/aggregate.js';
import type { AggregatePartial } from '../../merge/aggregate/aggregate-partial.js';
import type { ManyFiles } from '../../merge/aggregate/read-parquet.js';
import { readPartial } from '../../merge/aggregate/read-partial.js';
import { type Handles, handlesOf, resolveHandles } from '../../merge/aggregate/stacks-aggregate.js';
import { ALLOCINFO } from '../../merge/forms/allocinfo-form.js';
import type { SitesSnapshot } from '../../merge/insight/sites.js';
import type { Snapshot } from '../../merge/insight/snapshot.js';
import type { Chunk } from '../../workers/chunk-queue.js';
import { aggregateRunner } from '../../workers/runners.js';
import type { Spilled } from '../../workers/task.js';
import { cannotCut, noBlocks, noPages, PageownerError, unreadable } from '../base/errors.js';
import { CHUNKS_FOR_MAIN, DEFAULT_CHUNK_BYTES, WORTH_POOL_MS } from '../base/limits.js';
import { defaultThreads } from '../base/machine.js';
import { giveUp, type Input, type OpenOptions, openInput, reasonOf, type Source } from '../io/input.js';
import { type Part, rangeOf, remoteRange } from './part.js';
import { readLog } from './read-log.js';
import { contentOf, type Recognised, recognise } from './recognise.js';
import { type OnScanned, scanDump } from './scan-dump.js';

/** All may be left out. */
export interface LoadOptions {
  /** Threads that scan a large plain dump. Default: as many as there are CPUs for this process. */
  readonly threads?: number;
  /** Size of a chunk, in bytes. Default: 4 MiB. */
  readonly chunkBytes?: number;
  /** In ns since boot: what was allocated later is counted as born. A saved aggregate has been asked already. Default: nothing is. */
  readonly since?: bigint | null;
  /** Leave out blocks with ts < free_ts (free_ts not 0). Default: they count. */
  readonly withoutReleased?: boolean;
  /** Tasks are not asked for: rows of a dump may leave them out, and are fewer then. Default: each row has its task. */
  readonly withoutTasks?: boolean;
  /** Stacks of dumps in handle form. Without them handles stay among the tail lines, to be resolved later. */
  readonly handles?: Handles;
  /** How messages name what a path leads to. Default: as it is. */
  readonly name?: string;
  /** Only this part of the text of a dump, which may have no block. */
  readonly part?: Part;
  /** Called now and then with the bytes that are scanned so far. */
  readonly onProgress?: OnScanned;
  /** Gives the load up: what has been opened is closed, threads end, and the signal's reason is thrown. */
  readonly signal?: AbortSignal;
  /** What the server of a URL has said before: it is not asked again, and must still be so. */
  readonly remote?: OpenOptions['remote'];
  /** Where only the sums of many saved aggregates are wanted. */
  readonly many?: ManyFiles;
}

/** What an input gives: a snapshot, or what allocinfo says, which has no pages and no stacks. */
export type Loaded = Snapshot | SitesSnapshot;

/** Reads whatever it is given, plain or packed: which form it has is told by the content. Throws a PageownerError for an unknown form. */
export async function loadAny(source: Source, options: LoadOptions = {}): Promise<Loaded> {
  const { signal } = options;
  const opened = await openInput(source, options);
  try {
    const loaded = await loadRecognised(await recognise(opened), options);
    signal?.throwIfAborted();
    opened.close();
    return loaded;
  } catch (error) {
    giveUp(opened);
    throw reasonOf(error, signal);
  }
}

/** Reads an input whose form is known. The caller closes it. */
export async function loadRecognised(recognised: Recognised, options: LoadOptions): Promise<Loaded> {
  const { input, form } = recognised;
  const path = input.name;
  if (form.reading.kind === 'sites') return { path, sites: await readSites(input) };
  const aggregate = await aggregateOf(recognised, (dump) => scan(dump, options), options);
  const { handles } = options;
  return { path, aggregate: handles ? resolveHandles(aggregate, handles) : aggregate };
}

/**
 * The same where only a snapshot will do.
 * @param source the path of a file, FIFO or device, or `-` for standard input; or the bytes, at once or as a stream. A plain file is read by several threads
 * @throws PageownerError for what cannot be read or is no snapshot; the reason of the signal
 */
export async function loadSnapshot(source: Source, options: LoadOptions = {}): Promise<Snapshot> {
  return onlySnapshot(await loadAny(source, options));
}

/** The input as a snapshot. Throws a PageownerError for allocinfo. */
export function onlySnapshot(loaded: Loaded): Snapshot {
  if ('sites' in loaded) throw noPages(loaded.path, ALLOCINFO.title);
  return loaded;
}

/**
 * Reads an input. `scan` is what to do with the blocks of a dump. Throws a PageownerError if it is of no form that gives a snapshot, and if it cannot be
 * cut where only a `part` is wanted.
 */
export async function loadAggregate(
  opened: Input,
  scan: (dump: Input) => Promise<Aggregate>,
  options: Pick<LoadOptions, 'part' | 'many'> = {},
): Promise<Aggregate> {
  return aggregateOf(await recognise(opened), scan, options);
}

async function aggregateOf(
  { input, form, start }: Recognised,
  scan: (dump: Input) => Promise<Aggregate>,
  { part, many }: Pick<LoadOptions, 'part' | 'many'>,
): Promise<Aggregate> {
  const { reading } = form;
  if (part && reading.kind !== 'blocks') throw cannotCut(input.name, `it is ${form.title}, which merge takes whole`);
  switch (reading.kind) {
    case 'blocks':
      return part ? aggregateOfPart(input, start, part, scan) : scan(input);
    case 'log':
      return readLog(input, start, scan);
    case 'sites':
      throw noPages(input.name, form.title);
    case 'whole': {
      const content = await contentOf(input);
      try {
        return await reading.read(content, many ? { many } : {});
      } catch (error) {
        throw unreadable(input.name, form.title, error);
      }
    }
  }
}

/** The aggregate of a part, which says what it is of. */
async function aggregateOfPart(
  input: Input,
  start: string,
  part: Part,
  scan: (dump: Input) => Promise<Aggregate>,
): Promise<Aggregate> {
  const { dump: cut, range, size } = await cutOut(input, part);
  const { offset, length } = range;
  const aggregate = await scan(cut);
  const dump = createHash('sha256').update(start, 'latin1').digest('hex');
  if (length === 0 || length === size) return aggregate;
  return { ...aggregate, facts: { ...aggregate.facts, parts: [{ dump, size, from: offset, to: offset + length }] } };
}

/** What to scan for a part, where it is, and the size of the whole. */
async function cutOut(input: Input, part: Part): Promise<{ dump: Input; range: Chunk; size: number }> {
  if ('fd' in input) return { dump: input, range: rangeOf(input.fd, input.size, part), size: input.size };
  const { remote, packed } = input;
  const size = remote?.sizeOfRanges;
  if (!remote || size === undefined || packed !== null)
    throw cannotCut(
      input.name,
      'it is packed, empty, or neither a file nor on a server that gives ranges; unpack or save it to a plain file first',
    );
  const range = await remoteRange(remote, size, part);
  const { offset, length } = range;
  return { dump: { ...input, pieces: remote.range(offset, offset + length), offset }, range, size };
}

async function readSites(input: Input): Promise<Allocinfo> {
  return parseAllocinfo(decodeText(await contentOf(input)));
}

/** Stacks by handle, of a file of show_stacks_handles. */
export async function loadHandles(path: string): Promise<Handles> {
  const input = await openInput(path);
  try {
    const content = await contentOf(input);
    input.close();
    return handlesOf(parseStacksText(decodeText(content)));
  } catch (error) {
    giveUp(input);
    throw error instanceof PageownerError ? error : unreadable(input.name, 'the text of show_stacks_handles', error);
  }
}

async function scan(
  input: Input,
  {
    threads = defaultThreads(),
    chunkBytes = DEFAULT_CHUNK_BYTES,
    since = null,
    withoutReleased = false,
    withoutTasks = false,
    part,
    onProgress,
    signal,
  }: LoadOptions,
): Promise<Aggregate> {
  const plan = { since: since ?? NO_NANOS, withoutReleased, withoutTasks };
  const aloneBytes = chunkBytes * CHUNKS_FOR_MAIN;
  const options = { scan: plan, threads, chunkBytes, aloneBytes, aloneMs: WORTH_POOL_MS, part };
  const onScanned = (bytes: number): void => {
    signal?.throwIfAborted();
    onProgress?.(bytes);
  };
  const { found } = await scanDump(input, options, aggregateRunner(plan), onScanned);
  if (part === undefined) refuseEmpty(input.name, found);
  return readPartial(aggregateIn(found), since);
}

/** What a scan found in a dump. Throws a PageownerError if there is nothing. */
export function readFound(name: string, found: AggregatePartial | Spilled, since: bigint | null): Aggregate {
  refuseEmpty(name, found);
  return readPartial(aggregateIn(found), since);
}

function refuseEmpty(name: string, { counts }: AggregatePartial | Spilled): void {
  const { blocks, malformed } = counts;
  if (blocks - malformed <= 0) throw noBlocks(name);
}

function aggregateIn(found: AggregatePartial | Spilled): AggregatePartial {
  if ('runs' in found) throw new Error('internal error: an aggregate is never put aside');
  return found;
}
