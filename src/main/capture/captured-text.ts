import { setTimeout as sleep } from 'node:timers/promises';
import type { Piscina } from 'piscina';
import { type CaptureTask, type Reading, WORDS_OF_HANDLES, type wordsTaken } from '../../workers/capture-entry.js';
import type { LostRun, RangeRecords, readOn } from '../../workers/page-owner-records.js';
import type { RecordSelection } from '../../workers/record-filter.js';
import { cannotRead, PageownerError, workerDied } from '../base/errors.js';
import { CAPTURE_ENTRY } from '../places.js';
import { THREAD_EXEC_ARGV } from '../reading/worker-pool.js';
import { filterWords } from './filter-words.js';

/** What a thread reads at a time. Ranges differ wildly in how many records they have, so they are small, and handed out one after the other. */
const RANGE_PFNS = 2048;

/** So many ranges may be read and not yet written, for each thread. */
const AHEAD = 4;

interface CaptureRange {
  /** The first PFN, and the one behind the last. */
  readonly from: number;
  readonly to: number;
}

export interface CaptureOptions extends CaptureRange {
  readonly threads: number;
  /** Bytes of text in a second at most; Infinity: as fast as it goes. */
  readonly rate: number;
  /** Ends it; the signal's reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** Records that are wanted. Default: all. */
  readonly selection?: RecordSelection;
  /**
   * What stands in each record: its stack, the handle of its stack, or both; `stack-by-handle`: its stack, read by handles where the kernel has them.
   * Default: stack, as every kernel gives it.
   */
  readonly form?: 'stack' | 'handle' | 'stack_handle' | 'stack-by-handle';
  /** Throw where the kernel does not have this form. Default: give stacks. */
  readonly isFormNeeded?: boolean;
  /** Called with words of the selection that the kernel's file refuses, though it takes words: they are looked at while reading. */
  readonly onRejected?: (words: readonly string[]) => void;
  /** What threads run. Default: what reads the kernel's file. */
  readonly entry?: URL;
}

/** What a capture has read so far. */
export interface CaptureCounts {
  records: number;
  bytes: number;
  /** All below are read. */
  pfn: number;
  /** Where records are longer than a page, which the kernel does not give; null: one, and it is not known where. */
  readonly lost: (LostRun | null)[];
}

export function noCounts(): CaptureCounts {
  return { records: 0, bytes: 0, pfn: 0, lost: [] };
}

/** What to tell of records that were lost. */
export function lostText({ lost }: CaptureCounts): string {
  const runs = lost.filter((run) => run !== null);
  const places = runs.slice(0, MOST_TOLD).map(({ to }) => `0x${to.toString(16)}`);
  const where =
    runs.length === 0 ? '' : `, at PFN ${[...places, ...(runs.length > MOST_TOLD ? ['…'] : [])].join(', ')}`;
  const orMore = runs.some(({ from, to }) => from < to) ? ' or more' : '';
  return `${lost.length}${orMore} records longer than a page, which the kernel does not give, are left out${where}`;
}

const MOST_TOLD = 5;

/** A run that reaches into the next range is one. */
function addLost({ lost }: CaptureCounts, more: readonly LostRun[]): void {
  for (const run of more) {
    const before = lost.at(-1);
    if (before && before.to + 1 === run.from) lost[lost.length - 1] = { from: before.from, to: run.to };
    else lost.push(run);
  }
}

/**
 * The text of a kernel's page_owner file, in the order of PFNs, read by several threads. It is what one reader gets, where no page is allocated or freed
 * meanwhile. `counts` are kept as it goes. Throws a PageownerError.
 */
export async function* capturedText(
  path: string,
  options: CaptureOptions,
  counts: CaptureCounts,
): AsyncGenerator<Uint8Array> {
  const { entry = CAPTURE_ENTRY } = options;
  let pool = await newPool(entry, options.threads);
  const started = performance.now();
  try {
    const reading = await readingOf(pool, path, options);
    const isPfn = (await pool.run({ reading, probe: true } satisfies CaptureTask)) as boolean;
    if (!isPfn) {
      await pool.destroy();
      // Its position is that of one open file.
      pool = await newPool(entry, 1);
    }
    const texts = isPfn ? inRanges(pool, reading, options, counts) : inOrder(pool, reading, options, counts);
    for await (const text of texts) {
      options.signal?.throwIfAborted();
      if (text.length === 0) continue;
      yield text;
      await sleep(Math.max(0, (1000 * counts.bytes) / options.rate - (performance.now() - started)));
    }
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof PageownerError) throw error;
    throw (error as NodeJS.ErrnoException).code ? cannotRead(path, error) : workerDied(error);
  } finally {
    await pool.destroy();
  }
}

const NO_SELECTION: RecordSelection = { zones: [] };

/** Asks the kernel what it can do of what is wanted. The filter is kept in any case: what two lists mean together is for the kernel to say. */
async function readingOf(
  pool: Piscina,
  path: string,
  { selection = NO_SELECTION, form = 'stack', isFormNeeded = false, onRejected }: CaptureOptions,
): Promise<Reading> {
  const filters = filterWords(selection);
  const modes = form === 'stack' ? [] : form === 'stack-by-handle' ? WORDS_OF_HANDLES : [`mode=${form}`];
  const ask = [...modes, ...filters];
  const taken =
    ask.length === 0 ? [] : ((await pool.run({ path, ask } satisfies CaptureTask)) as ReturnType<typeof wordsTaken>);
  const takes = (word: string): boolean => taken?.includes(word) === true;
  const hasForm = modes.every(takes);
  if (!hasForm && isFormNeeded)
    throw new PageownerError('input', `${path} gives no handles on this kernel (Linux 7.3 does): use --mode stack`);
  const rejected = filters.filter((word) => !takes(word));
  if (taken && rejected.length > 0) onRejected?.(rejected);
  const resolves = hasForm && form === 'stack-by-handle';
  const words = [...(hasForm && !resolves ? modes : []), ...filters.filter(takes)];
  return { path, words, resolves, selection };
}

async function newPool(entry: URL, threads: number): Promise<Piscina> {
  const { Piscina: Pool } = await import('piscina');
  const pool = new Pool({
    filename: entry.href,
    minThreads: threads,
    maxThreads: threads,
    execArgv: THREAD_EXEC_ARGV,
    trackUnmanagedFds: false,
  });
  // Tasks tell their own errors.
  pool.on('error', () => {});
  return pool;
}

async function* inRanges(
  pool: Piscina,
  reading: Reading,
  { from, to, threads }: CaptureOptions,
  counts: CaptureCounts,
): AsyncGenerator<Uint8Array> {
  const begun: { readonly to: number; readonly found: Promise<RangeRecords> }[] = [];
  let next = from;
  const begin = (): void => {
    const range = { from: next, to: Math.min(to, next + RANGE_PFNS) };
    const found = pool.run({ reading, ...range } satisfies CaptureTask) as Promise<RangeRecords>;
    // It is thrown where its turn comes.
    found.catch(() => {});
    begun.push({ to: range.to, found });
    next = range.to;
  };
  for (;;) {
    while (begun.length < threads * AHEAD && next < to) begin();
    const first = begun.shift();
    if (!first) return;
    const { text, records, lost, next: behind } = await first.found;
    counts.records += records;
    counts.bytes += text.length;
    counts.pfn = first.to;
    addLost(counts, lost);
    // Over a hole in the memory.
    next = Math.max(next, Math.min(to, behind));
    yield text;
  }
}

/** As one reader gets it: where the position is no PFN, no one can read elsewhere. */
async function* inOrder(
  pool: Piscina,
  reading: Reading,
  { from, to }: CaptureOptions,
  counts: CaptureCounts,
): AsyncGenerator<Uint8Array> {
  if (from > 0 || to < Infinity)
    throw { code: 'its position is no PFN on this kernel: --from and --to cannot be used' };
  for (;;) {
    const task: CaptureTask = { reading, next: RANGE_PFNS };
    const { text, records, lost, hasEnded } = (await pool.run(task)) as ReturnType<typeof readOn>;
    counts.records += records;
    counts.bytes += text.length;
    counts.lost.push(...Array<null>(lost).fill(null));
    yield text;
    if (hasEnded) return;
  }
}
