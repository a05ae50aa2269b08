/** Gives what is pushed to one reader, a piece at a time: who pushes waits until it is taken. */
export class Channel<T> {
  private waiting: { readonly piece: T; readonly taken: () => void } | undefined;
  private hasEnded = false;
  private isLeft = false;
  private wake: () => void = () => {};

  async push(piece: T): Promise<void> {
    if (this.isLeft) return;
    await new Promise<void>((taken) => {
      this.waiting = { piece, taken };
      this.wake();
    });
  }

  end(): void {
    this.hasEnded = true;
    this.wake();
  }

  async *pieces(): AsyncGenerator<T> {
    try {
      for (;;) {
        while (!this.waiting && !this.hasEnded)
          await new Promise<void>((resolve) => {
            this.wake = resolve;
          });
        const { waiting } = this;
        if (!waiting) return;
        this.waiting = undefined;
        waiting.taken();
        yield waiting.piece;
      }
    } finally {
      // No one takes any more.
      this.isLeft = true;
      this.waiting?.taken();
    }
  }
}
