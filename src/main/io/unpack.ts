import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, constants, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Readable, Transform, type Writable } from 'node:stream';
import * as zlib from 'node:zlib';
import split2 from 'split2';
import { cannotUnpack, missingProgram, PageownerError } from '../base/errors.js';
import type { Format } from './compression.js';
import { flat, gathered, gatheredSocket } from './gathered.js';
import { undoAtEnd } from './undo.js';

/** Text that is packed as it comes, and what comes out. `input` names it in messages. */
type Unpack = (input: string, packed: AsyncIterable<Buffer[]>) => AsyncIterable<Buffer[]>;

export const UNPACK: Readonly<Record<Format, Unpack>> = {
  gzip: unpackGzip,
  zstd: unpackZstd,
  xz: byProgram('xz', 'xz-utils', ['-dcq']),
};

/** A decoder gives so much at a time. */
const UNPACKED_BYTES: number = 1 << 18;

/** Members that follow each other are read through. */
async function* unpackGzip(input: string, packed: AsyncIterable<Buffer[]>): AsyncGenerator<Buffer[]> {
  // zlib takes a zero behind a member for padding and stops there, whatever follows.
  let lastNonZero = -1;
  const watched = async function* (): AsyncGenerator<Buffer> {
    let fed = 0;
    for await (const piece of flat(packed)) {
      const padding = trailingZeros(piece);
      if (padding < piece.length) lastNonZero = fed + piece.length - padding - 1;
      fed += piece.length;
      yield piece;
    }
  };
  const gunzip = zlib.createGunzip({ chunkSize: UNPACKED_BYTES });
  const pieces = watched();
  try {
    const fed = feed(gunzip, await nextPiece(pieces), pieces);
    yield* gathered(gunzip).pieces;
    await fed;
    while (await nextPiece(pieces));
  } catch (error) {
    throw unpackError(input, 'gzip', error);
  }
  if (lastNonZero >= gunzip.bytesWritten) {
    throw cannotUnpack(input, 'gzip', `something else follows behind byte ${gunzip.bytesWritten}`);
  }
}

/** What a decoder says, unless it is an error in reading what it decodes. */
function unpackError(input: string, format: string, error: unknown): PageownerError {
  return error instanceof PageownerError ? error : cannotUnpack(input, format, (error as Error).message);
}

function trailingZeros(bytes: Buffer): number {
  let zeros = 0;
  while (zeros < bytes.length && bytes[bytes.length - 1 - zeros] === 0) zeros++;
  return zeros;
}

/** The program, which is three times as fast as Node's own zstd (`zstd -dc` 0.57 s, Node 24 1.79 s for 1 GiB); that, from 22.15 on, where there is none. */
function unpackZstd(input: string, packed: AsyncIterable<Buffer[]>): AsyncIterable<Buffer[]> {
  const { createZstdDecompress } = zlib as { createZstdDecompress?: CreateZstd };
  if (createZstdDecompress && !isInstalled('zstd')) return unpackZstdFrames(input, packed, createZstdDecompress);
  return byProgram('zstd', 'zstd', ['-dcq', '--long=31'])(input, packed);
}

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
}

/** A decoder, or the stdin of a program. */
type Taker = Writable & { readonly bytesWritten: number };

type CreateZstd = (options: { params: Record<number, number> }) => Transform & Taker;

/** ZSTD_d_windowLogMax, so that dumps packed with --long=31 can be unpacked. */
const WINDOW_LOG_MAX = { params: { 100: 31 } };

/**
 * Node's decoder ends at the end of a frame and silently drops what follows (seen in 24.21), but says how much it took: what it left goes to a new
 * decoder.
 */
async function* unpackZstdFrames(
  input: string,
  packed: AsyncIterable<Buffer[]>,
  create: CreateZstd,
): AsyncGenerator<Buffer[]> {
  const pieces = flat(packed);
  let rest = await nextPiece(pieces);
  try {
    while (rest) {
      const decoder = create(WINDOW_LOG_MAX);
      const fed = feed(decoder, rest, pieces);
      yield* gathered(decoder).pieces;
      const { bytes, last } = await fed;
      const left = bytes - decoder.bytesWritten;
      rest = left > 0 ? last.subarray(last.length - left) : await nextPiece(pieces);
    }
  } catch (error) {
    throw unpackError(input, 'zstd', error);
  }
}

/** The next piece that is not empty. (A loop over the pieces would end them where it is left.) */
async function nextPiece(pieces: AsyncGenerator<Buffer>): Promise<Buffer | undefined> {
  for (;;) {
    const { done, value } = await pieces.next();
    if (done) return undefined;
    if (value.length > 0) return value;
  }
}

/**
 * Feeds a decoder until it ends, or there is no more. Resolves to what it was given: all bytes, and the last piece. Destroys it where reading fails, so
 * so that the reader of its output gets the error.
 */
async function feed(
  taker: Taker,
  first: Buffer | undefined,
  pieces: AsyncGenerator<Buffer>,
): Promise<{ bytes: number; last: Buffer }> {
  let bytes = 0;
  let last = Buffer.alloc(0);
  // A decoder that has ended takes no more, without an error.
  let wake = (): void => {};
  for (const event of ['end', 'close', 'error']) taker.once(event, () => wake());
  try {
    for (let piece = first; piece; piece = await nextPiece(pieces)) {
      last = piece as Buffer<ArrayBuffer>;
      bytes += piece.length;
      await new Promise<void>((resolve) => {
        wake = resolve;
        taker.write(last, () => resolve());
      });
      if (hasEnded(taker) || taker.bytesWritten < bytes) return { bytes, last };
    }
    taker.end();
  } catch (error) {
    taker.destroy(error as Error);
  }
  return { bytes, last };
}

/** (The readable side of a program's stdin has always ended.) */
function hasEnded(taker: Taker): boolean {
  return taker.destroyed || (taker instanceof Transform && taker.readableEnded);
}

/** The two ends of a pipe. */
interface Pipe {
  readonly from: number;
  readonly to: number;
}

/**
 * A pipe, made as a FIFO that has a name for a moment only; undefined where none can be made. What spawn() calls a pipe is a socket, which gives small pieces
 * in new memory: of 1 GiB by zstd the pipe saves a tenth of the time and 30 MB, of a small dump it takes 4 ms more (docs/performance.md).
 */
function newPipe(): Pipe | undefined {
  let folder: string | undefined;
  try {
    folder = mkdtempSync(join(tmpdir(), 'pageowner-pipe-'));
    const path = join(folder, 'pipe');
    if (spawnSync('mkfifo', ['-m', '600', path]).status !== 0) return undefined;
    const from = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return { from, to: openSync(path, 'w') };
  } catch {
    return undefined;
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** Unpacks by a program that reads stdin and writes stdout, and says in a line on stderr what is wrong. */
function byProgram(program: string, debianPackage: string, args: readonly string[]): Unpack {
  return async function* unpack(input, packed) {
    const pipe = newPipe();
    const child = spawn(program, args, { stdio: ['pipe', pipe?.to ?? 'pipe', 'pipe'] });
    // Else it would never end.
    if (pipe) closeSync(pipe.to);
    const forget = undoAtEnd(() => child.kill());
    const ended = endOf(child);
    let complaint = '';
    (child.stderr as Readable).pipe(split2()).on('data', (line: string) => {
      complaint ||= line.trim();
    });
    let readError: Error | undefined;
    // A program that dies closes its input: what it said before tells more than that.
    (child.stdin as Socket).on('error', (error) => {
      if (!(error instanceof PageownerError)) return;
      readError = error;
      child.kill();
    });
    try {
      const pieces = flat(packed);
      void feed(child.stdin as Socket, await nextPiece(pieces), pieces);
      yield* (pipe ? await gatheredSocket(pipe.from) : gathered(child.stdout as Readable)).pieces;
      const status = await ended;
      if (readError) throw readError;
      if (status instanceof Error) {
        const isMissing = (status as NodeJS.ErrnoException).code === 'ENOENT';
        throw isMissing ? missingProgram(input, program, debianPackage) : cannotUnpack(input, program, status.message);
      }
      if (status !== 0) throw cannotUnpack(input, program, complaint || `${program} ended with ${status}`);
    } finally {
      child.kill();
      forget();
    }
  };
}

/** The exit code or signal of a child, or why it could not be started. */
function endOf(child: ChildProcess): Promise<number | string | Error> {
  return new Promise((resolve) => {
    child.once('error', resolve);
    child.once('close', (code, signal) => resolve(code ?? signal ?? 0));
  });
}
