import { closeSync, constants, createReadStream, fstatSync, open, readSync, type Stats, statfsSync } from 'node:fs';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { DEBUGFS_MAGIC } from '../../workers/page-owner-records.js';
import { cannotRead, inputChanged, PageownerError } from '../base/errors.js';
import { defaultThreads } from '../base/machine.js';
import { call, mayBlock } from './call.js';
import { type Format, formatOf, LONGEST_MAGIC } from './compression.js';
import { type Gathered, gathered, gatheredSocket } from './gathered.js';
import type { Remote, RemoteFacts } from './remote.js';
import { isUrl, shownUrl } from './url.js';

const STANDARD_INPUT = '-';
const STDIN_FD = 0;

/** Reads this much of a packed file at a time. */
const READ_BYTES = 1 << 20;

/** A dump to be read, whatever it comes from. */
export type Input = FileInput | StreamInput;

interface AnyInput {
  /** As named in messages. */
  readonly name: string;
  /** null: it is no file. */
  readonly stats: Stats | null;
  /** How it is packed; null: it is not. */
  readonly packed: Format | null;
  /** To be called when all was read, or it is given up. Throws, the first time, if the file changed meanwhile. */
  close(): void;
}

/** A plain file, which can be read at any place. */
export interface FileInput extends AnyInput {
  readonly fd: number;
  /** In bytes. */
  readonly size: number;
}

/** Text that comes only once: a pipe, a device, or what is unpacked. Its size is not known. */
export interface StreamInput extends AnyInput {
  /** As they come: those of one turn together. */
  readonly pieces: AsyncIterable<readonly Uint8Array[]>;
  readonly size?: never;
  /** Where it comes from, if that is a server. */
  readonly remote?: Remote | undefined;
  /** Its place in the dump that it is a part of. Default: 0. */
  readonly offset?: number;
}

/** The path of a file, FIFO or device, an http:// or https:// URL, or `-`; or bytes, at once or as they come, from a stream of Node or of the web. */
export type Source = string | Uint8Array | AsyncIterable<Uint8Array>;

/** How messages name an input. */
export function inputName(source: Source): string {
  if (typeof source === 'string' && isUrl(source)) return shownUrl(source);
  if (typeof source === 'string') return source === STANDARD_INPUT ? 'standard input' : source;
  return source instanceof Uint8Array ? 'the buffer' : 'the stream';
}

export interface OpenOptions {
  readonly onStored?: OnStored;
  /** How messages name what a path leads to. Default: as it is. */
  readonly name?: string;
  /** Ends the wait for what comes next. The caller throws the signal's reason in place of the error that follows: `reasonOf`. */
  readonly signal?: AbortSignal;
  /** What the server of a URL has said before: it is not asked again, and must still be so. */
  readonly remote?: RemoteFacts | undefined;
}

/** Told what is read of a stream, as it comes, packed or not. */
type OnStored = (bytes: Uint8Array) => void;

/** Opens an input; packed content is recognised by its first bytes. Throws if it cannot be read. */
export async function openInput(source: Source, options: OpenOptions = {}): Promise<Input> {
  try {
    options.signal?.throwIfAborted();
    return await openSource(source, options);
  } catch (error) {
    throw reasonOf(error, options.signal);
  }
}

async function openSource(source: Source, options: OpenOptions): Promise<Input> {
  const name = options.name ?? inputName(source);
  if (typeof source !== 'string') return streamInput(name, null, gathered(readable(source)), options);
  if (source === STANDARD_INPUT) return openedStream(name, statsOf(name, STDIN_FD), STDIN_FD, options);
  if (isUrl(source)) return openUrl(source, name, options);
  return openPath(source, options);
}

function readable(source: Exclude<Source, string>): Readable {
  // Around another stream, this one would not be destroyed while it waits.
  const givesBytes = source instanceof Readable && source.readableEncoding === null && !source.readableObjectMode;
  if (givesBytes) return source;
  return Readable.from(source instanceof Uint8Array ? [source] : onlyBytes(source), { objectMode: true });
}

async function* onlyBytes(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    if (!(piece instanceof Uint8Array)) throw { code: 'it gives text; take away its encoding, so that it gives bytes' };
    yield piece;
  }
}

/** Loaded only here: HTTP takes a while to load. */
async function openUrl(url: string, name: string, options: OpenOptions): Promise<StreamInput> {
  const { Remote } = await import('./remote.js');
  const remote = await Remote.open(url, name, options.remote);
  const come = { stream: { destroy: () => remote.close() }, pieces: remote.whole() };
  return { ...(await streamInput(name, null, come, options)), remote };
}

async function openPath(path: string, options: OpenOptions): Promise<Input> {
  const name = options.name ?? path;
  let fd = -1;
  try {
    fd = await openFile(path);
    const stats = statsOf(name, fd);
    if (isPageOwnerFile(path, stats)) {
      closeSync(fd);
      fd = -1;
      return await liveInput(path, stats, options);
    }
    // Files of /proc and /sys are regular ones of size 0 that have content.
    if (stats.isFile() && stats.size > 0) {
      const start = Buffer.alloc(LONGEST_MAGIC);
      const read = readSync(fd, start, 0, start.length, 0);
      if (!formatOf(name, start.subarray(0, read))) return fileInput(name, fd, stats);
    }
    const opened = fd;
    // What reads it closes it from now on.
    fd = -1;
    return await openedStream(name, stats, opened, options);
  } catch (error) {
    if (fd >= 0) closeSync(fd);
    throw error instanceof PageownerError ? error : cannotRead(name, error);
  }
}

/** Whether it is the file of a running kernel, which several threads can read. */
function isPageOwnerFile(path: string, stats: Stats): boolean {
  return (
    stats.isFile() && stats.size === 0 && basename(path) === 'page_owner' && statfsSync(path).type === DEBUGFS_MAGIC
  );
}

async function liveInput(
  path: string,
  stats: Stats,
  { name = path, onStored, signal }: OpenOptions,
): Promise<StreamInput> {
  const { capturedText, noCounts, lostText } = await import('../capture/captured-text.js');
  const counts = noCounts();
  const options = { from: 0, to: Infinity, threads: defaultThreads(), rate: Infinity, signal };
  async function* pieces(): AsyncGenerator<readonly Uint8Array[]> {
    for await (const text of capturedText(path, options, counts)) {
      onStored?.(text);
      yield [text];
    }
    if (counts.lost.length > 0) process.stderr.write(`pageowner: ${name}: ${lostText(counts)}\n`);
  }
  return { name, stats, packed: null, pieces: pieces(), close: () => {} };
}

/** A FIFO too is open at once, not only when someone writes to it: waiting for that would hold a thread. */
async function openFile(path: string): Promise<number> {
  const fd = await mayBlock(call<number>((done) => open(path, constants.O_RDONLY | constants.O_NONBLOCK, done)));
  if (!fstatSync(fd).isCharacterDevice()) return fd;
  closeSync(fd);
  return mayBlock(call<number>((done) => open(path, 'r', done)));
}

/** What to throw for an error: what was aborted fails in many ways. */
export function reasonOf(error: unknown, signal: AbortSignal | undefined): unknown {
  return signal?.aborted ? signal.reason : error;
}

/** Closes an input behind an error, which tells more than what closing it would say. */
export function giveUp(input: Input): void {
  try {
    input.close();
  } catch {
    // It changed meanwhile.
  }
}

/** What is known of an open file. Throws for a folder. */
function statsOf(name: string, fd: number): Stats {
  const stats = fstatSync(fd);
  if (stats.isDirectory()) throw cannotRead(name, { code: 'EISDIR' });
  return stats;
}

function fileInput(name: string, fd: number, stats: Stats): FileInput {
  return {
    name,
    stats,
    packed: null,
    fd,
    size: stats.size,
    close: once(() => {
      const { size, mtimeMs } = fstatSync(fd);
      closeSync(fd);
      if (size !== stats.size || mtimeMs !== stats.mtimeMs) throw inputChanged(name, stats.size, size);
    }),
  };
}

/** Closed twice, a descriptor could be another file's by then. */
function once(close: () => void): () => void {
  let isOpen = true;
  return () => {
    if (isOpen) {
      isOpen = false;
      close();
    }
  };
}

async function openedStream(name: string, stats: Stats, fd: number, options: OpenOptions): Promise<StreamInput> {
  return streamInput(name, stats, await openStream(stats, fd), options);
}

/** What comes, and how to end it. */
type Come = Pick<Gathered, 'pieces'> & { readonly stream: { destroy(): unknown } };

async function streamInput(
  name: string,
  stats: Stats | null,
  { stream, pieces: stored }: Come,
  { onStored, signal }: OpenOptions,
): Promise<StreamInput> {
  const heard = signal ? untilAborted(stored, signal) : stored;
  const read = onStored ? tapped(heard, onStored) : heard;
  const close = (): void => void stream.destroy();
  try {
    const { start, whole } = await peek(readErrorsNamed(name, read), LONGEST_MAGIC);
    const format = formatOf(name, start);
    // Loaded only here: it takes longer to load than a small dump to sort.
    const pieces = format ? (await import('./unpack.js')).UNPACK[format](name, whole) : whole;
    return { name, stats, packed: format ?? null, pieces, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Reads a descriptor to its end, and closes it. */
async function openStream(stats: Stats, fd: number): Promise<Gathered> {
  if (stats.isFIFO() || stats.isSocket()) return gatheredSocket(fd);
  // A terminal too is waited for without a thread.
  const isTerminal = fd === STDIN_FD && stats.isCharacterDevice();
  return gathered(isTerminal ? process.stdin : createReadStream('', { fd, highWaterMark: READ_BYTES }));
}

/** What comes, until the signal; then throws its reason, though nothing may come any more. */
async function* untilAborted(pieces: AsyncGenerator<Buffer[]>, signal: AbortSignal): AsyncGenerator<Buffer[]> {
  let stop: () => void = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop);
  });
  aborted.catch(() => {});
  try {
    for (;;) {
      const { done, value } = await Promise.race([pieces.next(), aborted]);
      if (done) return;
      yield value;
    }
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function* tapped(pieces: AsyncGenerator<Buffer[]>, tap: OnStored): AsyncGenerator<Buffer[]> {
  for await (const some of pieces) {
    for (const piece of some) tap(piece);
    yield some;
  }
}

/** Opens what is read as it comes, whatever it is: a list of dumps. Throws if it cannot be read. */
export async function openAsItComes(path: string): Promise<Gathered> {
  const name = inputName(path);
  try {
    const fd = path === STANDARD_INPUT ? STDIN_FD : await openFile(path);
    const { stream, pieces } = await openStream(statsOf(name, fd), fd);
    return { stream, pieces: readErrorsNamed(name, pieces) };
  } catch (error) {
    throw error instanceof PageownerError ? error : cannotRead(name, error);
  }
}

async function* readErrorsNamed(name: string, pieces: AsyncGenerator<Buffer[]>): AsyncGenerator<Buffer[]> {
  try {
    yield* pieces;
  } catch (error) {
    throw error instanceof PageownerError ? error : cannotRead(name, error);
  }
}

/** The first bytes of a stream (fewer only if there are no more), and the stream as if they had not been read. */
async function peek(
  pieces: AsyncGenerator<Buffer[]>,
  length: number,
): Promise<{ start: Buffer; whole: AsyncIterable<Buffer[]> }> {
  let start = Buffer.alloc(0);
  while (start.length < length) {
    const next = await pieces.next();
    if (next.done) break;
    start = Buffer.concat([start, ...next.value]);
  }
  const whole = (async function* () {
    if (start.length > 0) yield [start];
    yield* pieces;
  })();
  return { start, whole };
}
