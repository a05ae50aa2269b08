import { readSync } from 'node:fs';
import type { Grouping } from '../merge/grouping.js';
import type { Scanner } from './scanner.js';
import type { ChunkResult, ChunkTask, ReadFailure } from './task.js';
import { TypeScriptScanner } from './typescript-scanner.js';

/** Node reads at most 2^31 - 1 bytes a call. */
const MOST_BYTES_A_READ = 1 << 30;

/** Reads and scans one chunk after the other, in a worker or in the main thread. */
export class ChunkRunner {
  private readonly scanner: Scanner;
  private buffer: Uint8Array<ArrayBuffer> = new Uint8Array(0);

  constructor(grouping: Grouping) {
    this.scanner = new TypeScriptScanner(grouping);
  }

  run(task: ChunkTask): ChunkResult {
    const start = performance.now();
    if ('fd' in task) {
      if (this.buffer.length < task.length) this.buffer = new Uint8Array(task.length);
      const failure = readFully(task.fd, this.buffer.subarray(0, task.length), task.offset);
      if (failure) return { failure };
    }
    const bytes = 'bytes' in task ? task.bytes : this.buffer.subarray(0, task.length);
    const partial = this.scanner.scan(bytes, task.offset);
    return { partial, milliseconds: performance.now() - start };
  }
}

function readFully(fd: number, into: Uint8Array, position: number): ReadFailure | undefined {
  for (let done = 0; done < into.length; ) {
    const offset = position + done;
    try {
      const read = readSync(fd, into, done, Math.min(MOST_BYTES_A_READ, into.length - done), offset);
      if (read === 0) return { offset, code: 'EOF' };
      done += read;
    } catch (error) {
      return { offset, code: (error as NodeJS.ErrnoException).code ?? String(error) };
    }
  }
  return undefined;
}
