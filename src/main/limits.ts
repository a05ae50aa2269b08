/** 2 to 8 MiB were equally fast, 16 MiB took twice the memory: `npm run bench -- --sweep`, 1.1 GB dump, 2 cores. */
export const DEFAULT_CHUNK_BYTES: number = 4 * 2 ** 20;

export const MOST_CHUNK_BYTES: number = 2 ** 31;

/**
 * A dump of no more chunks than this is scanned in the main thread, without piscina: with chunks of 4 MiB, a second thread made a run slower up to
 * 512 MiB, and no faster at 1 GiB (0.59 s to 0.58 s), mostly by its own start (`npm run bench -- --crossing --size 2G`, 2 cores).
 */
export const CHUNKS_FOR_MAIN = 256;
