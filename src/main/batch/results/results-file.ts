import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { cannotWrite, type Failure } from '../../base/errors.js';
import type { DumpRecord, FileIdentity } from './dump-record.js';
import { writeWhole } from './write-whole.js';

export const RESULTS_FILE = 'results.ndjson';

/** A line of results.ndjson: the outcome of a dump. Fields that are not known are null. */
export interface Result {
  readonly name: string;
  readonly status: 'ok' | 'failed';
  readonly error: Failure | null;
  readonly path: string;
  readonly host: string | null;
  readonly taken_at: string | null;
  /** Other fields of the manifest. */
  readonly extra: Readonly<Record<string, unknown>>;
  /** Line of the manifest. */
  readonly line: number | null;
  readonly counts: DumpRecord['counts'] | null;
  readonly mixed_pageblocks: number | null;
  readonly leaked_pages: number | null;
  /** One line each. */
  readonly alarms: readonly string[];
  readonly warnings: readonly string[];
  readonly input: DumpRecord['input'] | null;
  /** While it is the same, the dump is not read again. */
  readonly file: FileIdentity | null;
  /** SHA-256 by file. */
  readonly outputs: DumpRecord['outputs'];
  /** Of wall time; null where an earlier run did the work and was killed before it could say. */
  readonly seconds: number | null;
  /** Text, unpacked, in 10^6 bytes a second. */
  readonly megabytes_per_second: number | null;
  readonly threads: number | null;
  readonly chunks: number | null;
  /** When it ended. */
  readonly ended_at: string;
}

/** The file of results, which grows by a line whenever a dump ends. All throw a PageownerError if there is no room. */
export class Results {
  private readonly path: string;
  private bytes = 0;

  /** Begins a file with the lines that are given, in place of the one that is there. */
  constructor(folder: string, kept: readonly Result[]) {
    this.path = join(folder, RESULTS_FILE);
    this.replace(kept);
  }

  add(result: Result): void {
    const line = lineOf(result);
    try {
      appendFileSync(this.path, line);
      this.bytes += Buffer.byteLength(line);
    } catch (error) {
      this.takeBack();
      throw cannotWrite(this.path, error);
    }
  }

  /** Half a line must not stand before the next one. */
  private takeBack(): void {
    try {
      truncateSync(this.path, this.bytes);
    } catch {
      // Readers skip a line that is not whole.
    }
  }

  /** Keeps the last line of each name, of those that are given (undefined: of all). */
  settle(names: ReadonlySet<string> | undefined): void {
    // (A line of the manifest that is broken can have the name of a dump.)
    const last = new Map(linesOf(this.path).map((result) => [`${result.path === ''} ${result.name}`, result]));
    this.replace([...last.values()].filter(({ name }) => names?.has(name) ?? true));
  }

  /** All lines at once. */
  private replace(results: readonly Result[]): void {
    const text = results.map(lineOf).join('');
    writeWhole(this.path, text);
    this.bytes = Buffer.byteLength(text);
  }
}

/** The lines that an earlier run wrote; the last may have been cut off when it was killed. */
export function resultsIn(folder: string): Result[] {
  const path = join(folder, RESULTS_FILE);
  return existsSync(path) ? linesOf(path) : [];
}

function linesOf(path: string): Result[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        const result = JSON.parse(line) as Result | null;
        return typeof result?.name === 'string' ? [result] : [];
      } catch {
        return [];
      }
    });
}

function lineOf(result: Result): string {
  return `${JSON.stringify(result)}\n`;
}
