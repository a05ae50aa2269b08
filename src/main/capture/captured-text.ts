import { setTimeout as sleep } from 'node:timers/promises';
import type { Piscina } from 'piscina';
import type { CaptureTask } from '../../workers/capture-entry.js';
import type { LostRun, RangeRecords, readOn } from '../../workers/page-owner-records.js';
import { cannotRead, workerDied } from '../base/errors.js';
import { CAPTURE_ENTRY } from '../places.js';
import { THREAD_EXEC_ARGV } from '../reading/worker-pool.js';

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
    const isPfn = (await pool.run({ path, probe: true } satisfies CaptureTask)) as boolean;
    if (!isPfn) {
      await pool.destroy();
      // Its position is that of one open file.
      pool = await newPool(entry, 1);
    }
    for await (const text of isPfn ? inRanges(pool, path, options, counts) : inOrder(pool, path, options, counts)) {
      options.signal?.throwIfAborted();
      if (text.length === 0) continue;
      yield text;
      await sleep(Math.max(0, (1000 * counts.bytes) / options.rate - (performance.now() - started)));
    }
  } catch (error) {
    options.signal?.throwIfAborted();
    throw (error as NodeJS.ErrnoException).code ? cannotRead(path, error) : workerDied(error);
  } finally {
    await pool.destroy();
  }
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
  path: string,
  { from, to, threads }: CaptureOptions,
  counts: CaptureCounts,
): AsyncGenerator<Uint8Array> {
  const reading: { readonly to: number; readonly found: Promise<RangeRecords> }[] = [];
  let next = from;
  const begin = (): void => {
    const range = { from: next, to: Math.min(to, next + RANGE_PFNS) };
    const found = pool.run({ path, ...range } satisfies CaptureTask) as Promise<RangeRecords>;
    // It is thrown where its turn comes.
    found.catch(() => {});
    reading.push({ to: range.to, found });
    next = range.to;
  };
  for (;;) {
    while (reading.length < threads * AHEAD && next < to) begin();
    const first = reading.shift();
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
  path: string,
  { from, to }: CaptureOptions,
  counts: CaptureCounts,
): AsyncGenerator<Uint8Array> {
  if (from > 0 || to < Infinity)
    throw { code: 'its position is no PFN on this kernel: --from and --to cannot be used' };
  for (;;) {
    const task: CaptureTask = { path, next: RANGE_PFNS };
    const { text, records, lost, hasEnded } = (await pool.run(task)) as ReturnType<typeof readOn>;
    counts.records += records;
    counts.bytes += text.length;
    counts.lost.push(...Array<null>(lost).fill(null));
    yield text;
    if (hasEnded) return;
  }
}
