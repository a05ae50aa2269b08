/** 2 to 8 MiB were equally fast, 16 MiB took twice the memory: `npm run bench -- --sweep`, 1.1 GB dump, 2 cores. */
export const DEFAULT_CHUNK_BYTES: number = 4 * 2 ** 20;

export const MOST_CHUNK_BYTES: number = 2 ** 31;

/**
 * A dump of no more chunks than this is scanned in the main thread, without piscina: with chunks of 4 MiB two workers were slower
 * at 128 MiB (0.54 s to 0.45 s, mostly their start), and as fast at some 200 MiB (`npm run bench -- --crossing`, 2 cores).
 */
export const CHUNKS_FOR_MAIN = 48;
