import { readSync } from 'node:fs';
import { LogDump } from '../../format/log-dump.js';
import { findLogPrefix } from '../../format/log-prefix.js';
import { parsePageReports } from '../../format/page-report.js';
import { decodeText } from '../../format/text.js';
import type { Aggregate } from '../../merge/aggregate/aggregate.js';
import { aggregateOfPageReports } from '../../merge/aggregate/page-reports.js';
import { noBlocks } from '../base/errors.js';
import type { Input, StreamInput } from '../io/input.js';
import { contentOf } from './recognise.js';

/** Reads so much of a file at a time. */
const READ_BYTES = 1 << 20;

/** How a whole dump in a log is recognised. */
const HEADER = 'Page allocated via order ';

/**
 * Reads a kernel log: the blocks of a dump that stands in it, given to `scan`, or its page reports. `start`: its first bytes. Throws a PageownerError
 * if it has neither.
 */
export async function readLog(
  input: Input,
  start: string,
  scan: (dump: Input) => Promise<Aggregate>,
): Promise<Aggregate> {
  if (start.includes(HEADER)) return scanBlocks(input, start, scan);
  // Messages before the first page can be long: what the log has is known only when all of it is there.
  const content = await contentOf(input);
  if (Buffer.from(content.buffer).includes(HEADER)) return scanBlocks(inMemory(input, content), start, scan);
  const reports = parsePageReports(linesOf(decodeText(content), start));
  if (reports.length === 0) throw noBlocks(input.name);
  return aggregateOfPageReports(reports, content.length);
}

async function scanBlocks(input: Input, start: string, scan: (dump: Input) => Promise<Aggregate>): Promise<Aggregate> {
  const log = dumpInLog(input, start);
  const aggregate = await scan(log.input);
  return { ...aggregate, facts: { ...aggregate.facts, passedOver: log.passedOver() } };
}

/** The dump in a log, as a stream of its own, and the lines of other messages so far. */
export function dumpInLog(input: Input, start: string): { input: StreamInput; passedOver: () => number } {
  const dump = new LogDump(findLogPrefix(start));
  const { name, stats, packed, close } = input;
  const pieces = async function* (): AsyncGenerator<readonly Uint8Array[]> {
    for await (const some of piecesOf(input)) yield some.map((piece) => dump.add(piece));
    yield [dump.end()];
  };
  return { input: { name, stats, packed, close, pieces: pieces() }, passedOver: () => dump.passedOver };
}

/** The lines of the kernel, without their prefix. */
function* linesOf(text: string, start: string): Generator<string> {
  const prefix = findLogPrefix(start);
  for (const line of text.split(/\r?\n/)) {
    const plain = prefix ? prefix.strip(line) : line;
    if (plain !== undefined) yield plain;
  }
}

async function* piecesOf(input: Input): AsyncIterable<readonly Uint8Array[]> {
  if (!('fd' in input)) return yield* input.pieces;
  const buffer = new Uint8Array(READ_BYTES);
  for (let at = 0; ; ) {
    const read = readSync(input.fd, buffer, 0, buffer.length, at);
    if (read === 0) return;
    at += read;
    yield [buffer.subarray(0, read)];
  }
}

/** An input that was read whole, to be read again. */
function inMemory({ name, stats, packed, close }: Input, content: Uint8Array): StreamInput {
  const pieces = async function* (): AsyncGenerator<readonly Uint8Array[]> {
    yield [content];
  };
  return { name, stats, packed, close, pieces: pieces() };
}
