import { cannotUnpack } from '../base/errors.js';

/** The ways in which dumps are packed, recognised by the first bytes of the content; unpack.ts has how each is unpacked. */
export type Format = 'gzip' | 'zstd' | 'xz';

/** In hexadecimal. A zstd file can begin with a frame that says nothing (RFC 8878, skippable frames), as pzstd's do. */
const MAGIC: Readonly<Record<Format, RegExp>> = {
  gzip: /^1f8b/,
  zstd: /^(28b52ffd|5.2a4d18)/,
  xz: /^fd377a585a00/,
};

/** Not read here, but known: a report on such bytes helps no one. */
const UNREADABLE: Readonly<Record<string, RegExp>> = { bzip2: /^425a68/, lz4: /^04224d18/, lzma: /^5d0000/ };

export const LONGEST_MAGIC = 6;

/** How content that begins with `start` is packed; undefined: it is not. Throws for what cannot be unpacked. */
export function formatOf(input: string, start: Buffer): Format | undefined {
  const hex = start.subarray(0, LONGEST_MAGIC).toString('hex');
  const unreadable = Object.keys(UNREADABLE).find((name) => UNREADABLE[name]?.test(hex));
  if (unreadable) throw cannotUnpack(input, unreadable, 'not one of gzip, zstd and xz; unpack it first');
  return (Object.keys(MAGIC) as Format[]).find((format) => MAGIC[format].test(hex));
}
