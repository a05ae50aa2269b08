import type { ChunkQueue } from './chunk-queue.js';
import type { ChunkRunner, OnRead } from './chunk-runner.js';
import type { Runner } from './runner.js';
import type { Spent, Spilled, ThreadResult } from './task.js';

type One = ChunkRunner<unknown, never>;

/** Several runners over one dump, which is read once: the first of them reads, and the others are given what it has read. */
export class ManyRunners implements Runner<readonly unknown[], readonly unknown[]> {
  private readonly first: One;
  private readonly others: readonly One[];

  /** `onRead` is told what is read of a file, in the order in which this thread reads it. */
  constructor(make: readonly ((onRead?: OnRead) => One)[], onRead?: OnRead) {
    const [first, ...others] = make as [(onRead?: OnRead) => One, ...(() => One)[]];
    this.others = others.map((each) => each());
    this.first = first((bytes, offset) => {
      onRead?.(bytes, offset);
      for (const other of this.others) other.addBytes(bytes, offset);
    });
  }

  runNext(queue: ChunkQueue): boolean {
    if (!this.first.runNext(queue)) return false;
    for (const other of this.others) other.endChunk(0);
    return true;
  }

  addBytes(bytes: Uint8Array, offset: number): void {
    for (const runner of this.all) runner.addBytes(bytes, offset);
  }

  endChunk(milliseconds: number): void {
    for (const runner of this.all) runner.endChunk(milliseconds);
  }

  noteTime(milliseconds: number): void {
    this.first.noteTime(milliseconds);
  }

  get bytesHeld(): number {
    return this.all.reduce((sum, runner) => sum + runner.bytesHeld, 0);
  }

  finish(): ThreadResult<readonly unknown[]> {
    return together(this.all.map((runner) => runner.finish()));
  }

  absorb({ found, milliseconds, spent }: ThreadResult<readonly unknown[]>): void {
    this.all.forEach((runner, i) => {
      const isFirst = i === 0;
      runner.absorb({
        found: found[i] as Spilled,
        milliseconds: isFirst ? milliseconds : new Float64Array(0),
        spent: isFirst ? spent : { reading: 0, parsing: 0 },
      });
    });
  }

  result(): ThreadResult<readonly unknown[]> {
    return together(this.all.map((runner) => runner.result()));
  }

  private get all(): readonly One[] {
    return [this.first, ...this.others];
  }
}

/** Chunks are timed by the first, which also waits for the others. */
function together(results: readonly ThreadResult<unknown>[]): ThreadResult<readonly unknown[]> {
  const spent: Spent = { reading: results[0]?.spent.reading ?? 0, parsing: 0 };
  for (const result of results) spent.parsing += result.spent.parsing;
  return {
    found: results.map(({ found }) => found),
    milliseconds: results[0]?.milliseconds ?? new Float64Array(0),
    spent,
  };
}
