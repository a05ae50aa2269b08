/** Places in what is shared. */
const BYTES = 0;
const GIVEN_UP = 1;

/** What a thread throws that was told to give its dump up. */
class GivenUp extends Error {}

/** What the main thread and that of a dump share: the bytes that were scanned, and whether the dump is given up. */
export class DumpProgress {
  /** Crosses to the thread. */
  readonly memory: SharedArrayBuffer;
  private readonly numbers: BigInt64Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(2 * BigInt64Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.numbers = new BigInt64Array(memory);
  }

  get bytes(): number {
    return Number(Atomics.load(this.numbers, BYTES));
  }

  set bytes(bytes: number) {
    Atomics.store(this.numbers, BYTES, BigInt(bytes));
  }

  giveUp(): void {
    Atomics.store(this.numbers, GIVEN_UP, 1n);
  }

  /** Throws GivenUp if it is. */
  check(): void {
    if (Atomics.load(this.numbers, GIVEN_UP) === 1n) throw new GivenUp('the dump is given up');
  }
}
