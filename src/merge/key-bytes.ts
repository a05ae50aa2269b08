/** Writes what identifies a group as bytes: equal groups, and only they, have equal bytes. */
export class KeyBytes {
  readonly view: DataView = new DataView(new ArrayBuffer(128));
  length = 0;

  clear(): void {
    this.length = 0;
  }

  /** Appends an integer from 0 to 2^32 - 1. */
  integer(value: number): void {
    this.view.setUint32(this.length, value, true);
    this.length += 4;
  }

  number(value: number): void {
    this.view.setFloat64(this.length, value, true);
    this.length += 8;
  }
}
