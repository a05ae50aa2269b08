import type { Partial } from '../merge/partial.js';

/** All that main and workers say to each other. */

/** One chunk of a dump: where to read it, or its bytes (moved, not copied). `offset` is its place in the dump. */
export type ChunkTask =
  | { readonly offset: number; readonly fd: number; readonly length: number }
  | { readonly offset: number; readonly bytes: Uint8Array<ArrayBuffer> };

/** What became of a chunk. Errors are data here, since piscina keeps only their message. */
export type ChunkResult =
  | { readonly partial: Partial; readonly milliseconds: number }
  | { readonly failure: ReadFailure };

export interface ReadFailure {
  /** Where reading stopped. */
  readonly offset: number;
  /** An errno code; `EOF` where the file ended early. */
  readonly code: string;
}
