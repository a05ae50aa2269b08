/** Why a thread could not read on. */
export interface ReadFailure {
  /** Where reading stopped. */
  readonly offset: number;
  /** An errno code; or END where the file ended early, LONG_BLOCK for a block that is too long, OVER_MEMORY for an aggregate that is too large. */
  readonly code: string;
  /** Where runs could not be written, if it was that. */
  readonly folder?: string;
  /** The longest block that is taken, if one was longer. In bytes. */
  readonly longestBlock?: number;
}

export const END = 'EOF';
export const LONG_BLOCK = 'LONG_BLOCK';
export const OVER_MEMORY = 'OVER_MEMORY';

/** A ReadFailure that is thrown. */
export class ReadError extends Error {
  readonly failure: ReadFailure;

  constructor(failure: ReadFailure) {
    super(`${failure.code} at byte ${failure.offset}`);
    this.failure = failure;
  }
}
