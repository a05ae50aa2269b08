import { unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type RunGroup, RunReader, RunWriter } from './run-file.js';

/** So many runs are merged at a time: each has a file open, and a buffer. */
const MOST_RUNS = 64;

/** The groups of several runs in the order of their keys, those of one key as one: its counts added up, its first block that comes first. */
export class MergedRuns {
  /** Those that have a group: a heap, the least key on top. */
  private readonly heap: RunReader[] = [];

  constructor(paths: readonly string[]) {
    for (const path of paths) {
      const run = new RunReader(path);
      if (!run.next()) continue;
      this.heap.push(run);
      this.rise(this.heap.length - 1);
    }
  }

  /** A group's bytes are valid until the next one. */
  *[Symbol.iterator](): Generator<RunGroup> {
    while (this.heap.length > 0) {
      if (this.topIsAlone()) {
        yield (this.heap[0] as RunReader).group;
        this.advance();
      } else yield this.addUp();
    }
  }

  /** Whether no other run has the key that is on top. */
  private topIsAlone(): boolean {
    const [top, left, right] = this.heap;
    return [left, right].every((run) => !run || Buffer.compare(run.group.key, (top as RunReader).group.key) !== 0);
  }

  /** All groups of the key on top as one; a run has one of them at most. */
  private addUp(): RunGroup {
    const { heap } = this;
    const sum = copyOf((heap[0] as RunReader).group);
    for (this.advance(); heap.length > 0; this.advance()) {
      const { group } = heap[0] as RunReader;
      if (Buffer.compare(group.key, sum.key) !== 0) break;
      const { times, pages } = sum;
      if (group.first < sum.first) Object.assign(sum, copyOf(group));
      sum.times = times + group.times;
      sum.pages = pages + group.pages;
    }
    return sum;
  }

  private advance(): void {
    const { heap } = this;
    const last = heap.at(-1) as RunReader;
    if (!(heap[0] as RunReader).next()) {
      heap.pop();
      if (heap.length === 0) return;
      heap[0] = last;
    }
    this.sink(0);
  }

  private isBefore(a: number, b: number): boolean {
    return Buffer.compare((this.heap[a] as RunReader).group.key, (this.heap[b] as RunReader).group.key) < 0;
  }

  private swap(a: number, b: number): void {
    const { heap } = this;
    [heap[a], heap[b]] = [heap[b] as RunReader, heap[a] as RunReader];
  }

  private rise(place: number): void {
    for (let at = place; at > 0 && this.isBefore(at, (at - 1) >> 1); at = (at - 1) >> 1) this.swap(at, (at - 1) >> 1);
  }

  private sink(place: number): void {
    for (let at = place; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < this.heap.length && this.isBefore(child, least)) least = child;
      }
      if (least === at) return;
      this.swap(at, least);
      at = least;
    }
  }
}

function copyOf({ times, pages, first, key, order, text }: RunGroup): RunGroup {
  return { times, pages, first, key: key.slice(), order: order.slice(), text: text.slice() };
}

/** Merges runs until few enough are left to be merged at once. Runs that went into others are removed. */
export function fewRuns(paths: readonly string[], folder: string): string[] {
  const left = [...paths];
  while (left.length > MOST_RUNS) {
    const some = left.splice(0, MOST_RUNS);
    const merged = new RunWriter(runPath(folder));
    for (const group of new MergedRuns(some)) merged.add(group);
    merged.close();
    for (const path of some) unlinkSync(path);
    left.push(merged.path);
  }
  return left;
}

/** A name for a new run. */
export function runPath(folder: string): string {
  return join(folder, `${Math.random().toString(36).slice(2)}.run`);
}
