/** Pages held through one call stack. */
export interface Sample {
  /** Leaf first, as a dump has them, without the leading space: `leak_order0+0x20/0x40 [polleak]`. */
  readonly frames: readonly string[];
  readonly blocks: number;
  /** Base pages. Their size is given to the writer. */
  readonly pages: number;
}

/** What all writers of profiles are told. */
export interface ProfileOptions {
  /** Bytes of a base page. */
  readonly pageBytes: number;
  /** Whether frames keep their offset in the function; without it, which is the default, all places in a function are one frame. */
  readonly withOffsets?: boolean;
}
