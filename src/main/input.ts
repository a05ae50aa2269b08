import { createReadStream, fstatSync, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { compressionOf, LONGEST_MAGIC } from './compression.js';
import { cannotRead, inputChanged, PageownerError } from './errors.js';

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
  /** To be called when all was read. Throws if the file changed meanwhile. */
  close(): Promise<void>;
}

/** A plain file, which can be read at any place. */
export interface FileInput extends AnyInput {
  readonly fd: number;
  /** In bytes. */
  readonly size: number;
}

/** Text that comes only once: a pipe, a device, or what is unpacked. Its size is not known. */
export interface StreamInput extends AnyInput {
  readonly pieces: AsyncIterable<Uint8Array>;
  readonly size?: never;
}

/** Opens a file, `-`, a FIFO or a device; packed content is told by its first bytes. Throws if it cannot be read. */
export async function openInput(path: string): Promise<Input> {
  if (path === STANDARD_INPUT) return streamInput('standard input', fstatSync(STDIN_FD), process.stdin, async () => {});
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const stats = await file.stat();
    if (stats.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    // Files of /proc and /sys are regular ones of size 0 that have content.
    if (stats.isFile() && stats.size > 0) {
      const start = Buffer.alloc(LONGEST_MAGIC);
      const { bytesRead } = await file.read(start, 0, start.length, 0);
      if (!compressionOf(start.subarray(0, bytesRead))) return fileInput(path, file, stats);
    }
    const opened = file;
    const stream = createReadStream('', { fd: opened.fd, autoClose: false, highWaterMark: READ_BYTES });
    return await streamInput(path, stats, stream, () => opened.close());
  } catch (error) {
    await file?.close();
    throw error instanceof PageownerError ? error : cannotRead(path, error);
  }
}

function fileInput(name: string, file: FileHandle, stats: Stats): FileInput {
  return {
    name,
    stats,
    fd: file.fd,
    size: stats.size,
    async close() {
      const { size } = await file.stat();
      await file.close();
      if (size !== stats.size) throw inputChanged(name, stats.size, size);
    },
  };
}

async function streamInput(
  name: string,
  stats: Stats,
  stream: Readable,
  close: () => Promise<void>,
): Promise<StreamInput> {
  const { start, whole } = await peek(readErrorsNamed(name, stream), LONGEST_MAGIC);
  const text = compressionOf(start)?.unpack(name, whole) ?? whole;
  return { name, stats, pieces: text, close };
}

async function* readErrorsNamed(name: string, stream: Readable): AsyncGenerator<Buffer> {
  try {
    yield* stream as AsyncIterable<Buffer>;
  } catch (error) {
    throw cannotRead(name, error);
  }
}

/** The first bytes of a stream (fewer only if there are no more), and the stream as if they had not been read. */
async function peek(
  pieces: AsyncGenerator<Buffer>,
  length: number,
): Promise<{ start: Buffer; whole: AsyncIterable<Buffer> }> {
  let start = Buffer.alloc(0);
  while (start.length < length) {
    const next = await pieces.next();
    if (next.done) break;
    start = Buffer.concat([start, next.value]);
  }
  const whole = (async function* () {
    if (start.length > 0) yield start;
    yield* pieces;
  })();
  return { start, whole };
}
