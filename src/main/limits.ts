/** Most bytes of a chunk, and so of a block: typed arrays of Node 20 end at 4 GiB. Real blocks have at most 4096 bytes. */
export const LONGEST_BLOCK: number = 2 ** 31;

/** Chunks in flight per thread: one being scanned, one ready. */
export const CHUNKS_PER_THREAD = 2;

export const DEFAULT_CHUNK_BYTES: number = 16 * 2 ** 20;

/** A dump of no more chunks than this is scanned in the main thread, without piscina. */
export const CHUNKS_FOR_MAIN = 2;
