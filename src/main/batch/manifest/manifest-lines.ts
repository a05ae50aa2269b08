import { pipeline, Readable } from 'node:stream';
import split2 from 'split2';
import { grown } from '../../../merge/grow.js';
import { dumpForManifest, longLine } from '../../base/errors.js';
import { flat, type Gathered } from '../../io/gathered.js';
import { isDumpStart } from './is-dump-start.js';

/** More than any path or reasonable JSON; what is longer has no lines. */
const LONGEST_LINE: number = 1 << 24;

const LF = 0x0a;

/**
 * The lines of a text as they come, without what ends them; what is read ahead is a few MB, however long the consumer takes. Throws, behind the lines that
 * came before, if the rest cannot be read, is a dump, or has a line of more than 16 MiB, which `whereOf` names.
 */
export async function* linesOf(
  name: string,
  { stream, pieces }: Gathered,
  whereOf: (line: number) => string,
): AsyncGenerator<string> {
  let failure: { readonly error: unknown } | undefined;
  let isTooLong = false;
  // An error in a pipeline takes with it the lines that no one has read yet: it waits until those are.
  async function* source(): AsyncGenerator<Buffer> {
    try {
      isTooLong = yield* wholeLines(name, flat(pieces));
    } catch (error) {
      failure = { error };
    }
  }
  let count = 0;
  try {
    const lines = pipeline(Readable.from(source(), { highWaterMark: 1 }), split2('\n'), () => {});
    for await (const line of lines as AsyncIterable<string>) {
      count++;
      yield (count === 1 ? line.replace(/^\ufeff/, '') : line).replace(/\r$/, '');
    }
  } finally {
    stream.destroy();
  }
  if (failure) throw failure.error;
  if (isTooLong) throw longLine(whereOf(count + 1), LONGEST_LINE);
}

/** Pieces that end where a line does: split2 would search a long line anew with each piece of it. Returns whether it ended before a line that is too long. */
async function* wholeLines(name: string, pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer, boolean> {
  let held = new Uint8Array(0);
  let length = 0;
  let isStart = true;
  for await (const piece of pieces) {
    if (isStart && isDumpStart(name, piece)) throw dumpForManifest(name);
    isStart = false;
    const first = piece.indexOf(LF);
    if (length + (first < 0 ? piece.length : first) > LONGEST_LINE) return true;
    const end = piece.lastIndexOf(LF) + 1;
    if (end > 0) {
      yield Buffer.concat([held.subarray(0, length), piece.subarray(0, end)]);
      length = 0;
    }
    held = grown(held, length + piece.length - end);
    held.set(piece.subarray(end), length);
    length += piece.length - end;
  }
  if (length > 0) yield Buffer.from(held.subarray(0, length));
  return false;
}
