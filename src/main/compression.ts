/** The ways in which dumps are packed, told by the first bytes of the content; unpack.ts has how each is unpacked. */
export type Format = 'gzip' | 'zstd' | 'xz';

const MAGIC: Readonly<Record<Format, Buffer>> = {
  gzip: Buffer.from('1f8b', 'hex'),
  zstd: Buffer.from('28b52ffd', 'hex'),
  xz: Buffer.from('fd377a585a00', 'hex'),
};

export const LONGEST_MAGIC = 6;

/** How content that begins with `start` is packed; undefined: it is not. */
export function formatOf(start: Buffer): Format | undefined {
  return (Object.keys(MAGIC) as Format[]).find((format) => {
    const magic = MAGIC[format];
    return start.subarray(0, magic.length).equals(magic);
  });
}
