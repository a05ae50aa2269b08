/** Takes from a source before it is asked, but so many at most: a source that never ends is never read faster than it is used, and of a short one the number is known early. */
export class ReadAhead<T> {
  private readonly source: AsyncIterator<T>;
  private readonly most: number;
  private readonly ready: T[] = [];
  private wake: () => void = () => {};
  private hasRoom: () => void = () => {};
  private hasEnded = false;
  private failure: { readonly error: unknown } | undefined;
  private read = 0;

  constructor(source: AsyncIterable<T>, most: number) {
    this.source = source[Symbol.asyncIterator]();
    this.most = most;
    void this.fill();
  }

  /** How many there are in all; undefined: it is not known yet. */
  get total(): number | undefined {
    return this.hasEnded ? this.read : undefined;
  }

  /** The next one; undefined at the end. Throws what the source throws, behind what came before. */
  async next(): Promise<T | undefined> {
    while (this.ready.length === 0 && !this.hasEnded)
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    if (this.ready.length === 0 && this.failure) throw this.failure.error;
    const next = this.ready.shift();
    this.hasRoom();
    return next;
  }

  /** Takes no more; next() then gives nothing. */
  end(): void {
    this.hasEnded = true;
    this.ready.length = 0;
    this.failure = undefined;
    this.wake();
    this.hasRoom();
  }

  private async fill(): Promise<void> {
    try {
      while (!this.hasEnded) {
        if (this.ready.length >= this.most) {
          await new Promise<void>((resolve) => {
            this.hasRoom = resolve;
          });
          continue;
        }
        const { done, value } = await this.source.next();
        if (done || this.hasEnded) break;
        this.read++;
        this.ready.push(value);
        this.wake();
      }
    } catch (error) {
      if (!this.hasEnded) this.failure = { error };
    }
    this.hasEnded = true;
    this.wake();
  }
}
