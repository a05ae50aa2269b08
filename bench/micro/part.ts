/** One inner part of the program, on material that is in memory. */
export interface Part {
  readonly name: string;
  /** What one call works through. */
  readonly amount: number;
  readonly unit: 'bytes' | 'strings' | 'groups';
  /** Throws an AssertionError unless the part's answer is that of a plain, slow way. */
  readonly check: () => void;
  readonly run: () => unknown;
}
