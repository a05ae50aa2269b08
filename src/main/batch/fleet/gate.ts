/** Lets work be done beside other work, or alone. */
export class Gate {
  private active = 0;
  /** Ends with the last work that is done alone, or waits for that. */
  private closed: Promise<void> = Promise.resolve();
  private onIdle: () => void = () => {};

  async beside<T>(work: () => Promise<T>): Promise<T> {
    for (let seen: Promise<void> | undefined; seen !== this.closed; ) {
      seen = this.closed;
      await seen;
    }
    this.active++;
    try {
      return await work();
    } finally {
      this.active--;
      this.onIdle();
    }
  }

  async alone<T>(work: () => Promise<T>): Promise<T> {
    const before = this.closed;
    let open: () => void = () => {};
    this.closed = new Promise((resolve) => {
      open = resolve;
    });
    await before;
    while (this.active > 0)
      await new Promise<void>((resolve) => {
        this.onIdle = resolve;
      });
    try {
      return await work();
    } finally {
      open();
    }
  }
}
