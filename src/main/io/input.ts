import { closeSync, constants, createReadStream, fstatSync, open, readSync, type Stats } from 'node:fs';
import { cannotRead, inputChanged, PageownerError } from '../base/errors.js';
import { call, mayBlock } from './call.js';
import { type Format, formatOf, LONGEST_MAGIC } from './compression.js';
import { type Gathered, gathered, gatheredSocket } from './gathered.js';

const STANDARD_INPUT = '-';
const STDIN_FD = 0;

/** Reads this much of a packed file at a time. */
const READ_BYTES = 1 << 20;

/** A dump to be read, whatever it comes from. */
export type Input = FileInput | StreamInput;

interface AnyInput {
  /** As named in messages. */
  readonly name: string;
  readonly stats: Stats;
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
}

/** How messages name an input. */
export function inputName(path: string): string {
  return path === STANDARD_INPUT ? 'standard input' : path;
}

/** Told what is read of a stream, as it comes, packed or not. */
export type OnStored = (bytes: Uint8Array) => void;

/** Opens a file, `-`, a FIFO or a device; packed content is told by its first bytes. Throws if it cannot be read. */
export async function openInput(path: string, onStored?: OnStored): Promise<Input> {
  const name = inputName(path);
  if (path === STANDARD_INPUT) return streamInput(name, statsOf(name, STDIN_FD), STDIN_FD, onStored);
  let fd = -1;
  try {
    fd = await openFile(path);
    const stats = statsOf(path, fd);
    // Files of /proc and /sys are regular ones of size 0 that have content.
    if (stats.isFile() && stats.size > 0) {
      const start = Buffer.alloc(LONGEST_MAGIC);
      const read = readSync(fd, start, 0, start.length, 0);
      if (!formatOf(path, start.subarray(0, read))) return fileInput(path, fd, stats);
    }
    const opened = fd;
    // What reads it closes it from now on.
    fd = -1;
    return await streamInput(path, stats, opened, onStored);
  } catch (error) {
    if (fd >= 0) closeSync(fd);
    throw error instanceof PageownerError ? error : cannotRead(path, error);
  }
}

/** A FIFO too is open at once, not only when someone writes to it: waiting for that would hold a thread. */
async function openFile(path: string): Promise<number> {
  const fd = await mayBlock(call<number>((done) => open(path, constants.O_RDONLY | constants.O_NONBLOCK, done)));
  if (!fstatSync(fd).isCharacterDevice()) return fd;
  closeSync(fd);
  return mayBlock(call<number>((done) => open(path, 'r', done)));
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

async function streamInput(name: string, stats: Stats, fd: number, onStored?: OnStored): Promise<StreamInput> {
  const { stream, pieces: stored } = await openStream(stats, fd);
  const read = onStored ? tapped(stored, onStored) : stored;
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
    throw cannotRead(name, error);
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
