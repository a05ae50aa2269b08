import { closeSync, createReadStream, fstatSync, open, readSync, type Stats } from 'node:fs';
import type { Readable } from 'node:stream';
import { call, mayBlock } from './call.js';
import { formatOf, LONGEST_MAGIC } from './compression.js';
import { cannotRead, inputChanged, PageownerError } from './errors.js';
import { gathered } from './gathered.js';

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

/** Opens a file, `-`, a FIFO or a device; packed content is told by its first bytes. Throws if it cannot be read. */
export async function openInput(path: string): Promise<Input> {
  if (path === STANDARD_INPUT) {
    const stats = fstatSync(STDIN_FD);
    if (stats.isDirectory()) throw cannotRead(inputName(path), { code: 'EISDIR' });
    return streamInput(inputName(path), stats, process.stdin, () => {});
  }
  let fd = -1;
  try {
    // A FIFO is open only when someone writes to it.
    fd = await mayBlock(call<number>((done) => open(path, 'r', done)));
    const stats = fstatSync(fd);
    if (stats.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    // Files of /proc and /sys are regular ones of size 0 that have content.
    if (stats.isFile() && stats.size > 0) {
      const start = Buffer.alloc(LONGEST_MAGIC);
      const read = readSync(fd, start, 0, start.length, 0);
      if (!formatOf(path, start.subarray(0, read))) return fileInput(path, fd, stats);
    }
    const opened = fd;
    // The stream closes it from now on.
    fd = -1;
    return await openedStream(path, stats, opened);
  } catch (error) {
    if (fd >= 0) closeSync(fd);
    throw error instanceof PageownerError ? error : cannotRead(path, error);
  }
}

async function openedStream(name: string, stats: Stats, fd: number): Promise<StreamInput> {
  const stream = stats.isFIFO() ? await pipeStream(fd) : createReadStream('', { fd, highWaterMark: READ_BYTES });
  try {
    return await streamInput(name, stats, stream, () => stream.destroy());
  } catch (error) {
    stream.destroy();
    throw error;
  }
}

/** Reads a pipe as a socket, which waits without a thread: one that waits in a read keeps the process from its end. */
async function pipeStream(fd: number): Promise<Readable> {
  const { Socket } = await import('node:net');
  return new Socket({ fd, readable: true, writable: false });
}

function fileInput(name: string, fd: number, stats: Stats): FileInput {
  return {
    name,
    stats,
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

async function streamInput(name: string, stats: Stats, stream: Readable, close: () => void): Promise<StreamInput> {
  const { start, whole } = await peek(readErrorsNamed(name, stream), LONGEST_MAGIC);
  const format = formatOf(name, start);
  // Loaded only here: it takes longer to load than a small dump to sort.
  const pieces = format ? (await import('./unpack.js')).UNPACK[format](name, whole) : whole;
  return { name, stats, pieces, close };
}

async function* readErrorsNamed(name: string, stream: Readable): AsyncGenerator<Buffer[]> {
  try {
    yield* gathered(stream);
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
