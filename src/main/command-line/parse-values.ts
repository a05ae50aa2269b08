import { quoted, usageError } from '../base/errors.js';
import { DEFAULT_CHUNK_BYTES, MOST_CHUNK_BYTES } from '../base/limits.js';
import { defaultThreads } from '../base/machine.js';
import { parseBytes } from './byte-units.js';

/** Values of options that several commands have. All throw a usage error that names the option. */

const MOST_THREADS = 256;

export function parseThreads(typed: string | number | undefined): number {
  const threads = typed === undefined ? defaultThreads() : /^\d+$/.test(String(typed)) ? Number(typed) : 0;
  if (Number.isInteger(threads) && threads >= 1 && threads <= MOST_THREADS) return threads;
  throw usageError(`--threads takes a whole number from 1 to ${MOST_THREADS}, not ${quoted(String(typed))}`);
}

export function parseSize(
  option: string,
  typed: string | number | undefined,
  byDefault: number,
  least: number,
  most: number,
): number {
  const bytes = typed === undefined ? byDefault : parseBytes(String(typed));
  if (bytes !== undefined && bytes >= least && bytes <= most) return bytes;
  const range = most < Number.MAX_SAFE_INTEGER ? `from ${least} to ${most}` : `from ${least} on`;
  throw usageError(`--${option} takes bytes ${range} (65536, 64K, 256M, 2G), not ${quoted(String(typed))}`);
}

export function parseChunkSize(typed: string | number | undefined): number {
  return parseSize('chunk-size', typed, DEFAULT_CHUNK_BYTES, 1, MOST_CHUNK_BYTES);
}
