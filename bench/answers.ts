import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

const READ_BYTES = 1 << 20;

/** Throws an AssertionError, with the place of the first difference, unless the files have the same bytes. */
export function assertSameBytes(path: string, other: string, what: string): void {
  const a = openSync(path, 'r');
  const b = openSync(other, 'r');
  try {
    const [aBytes, bBytes] = [Buffer.alloc(READ_BYTES), Buffer.alloc(READ_BYTES)];
    for (let offset = 0; ; ) {
      const aRead = aBytes.subarray(0, readSync(a, aBytes, 0, READ_BYTES, offset));
      const bRead = bBytes.subarray(0, readSync(b, bBytes, 0, READ_BYTES, offset));
      if (aRead.equals(bRead)) {
        if (aRead.length === 0) return;
        offset += aRead.length;
      } else {
        assert.fail(`${what}: the answers differ at byte ${offset + firstDifference(aRead, bRead)}`);
      }
    }
  } finally {
    closeSync(a);
    closeSync(b);
  }
}

function firstDifference(a: Buffer, b: Buffer): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}

export interface ReportSums {
  readonly groups: number;
  readonly times: number;
  readonly pages: number;
}

const COUNTS = /^(\d+) times, (\d+) pages/gm;

/** Adds up the groups of a report. No line of a stack begins with a digit. */
export function reportSums(path: string): ReportSums {
  const sums = { groups: 0, times: 0, pages: 0 };
  for (const [, times, pages] of readFileSync(path, 'latin1').matchAll(COUNTS)) {
    sums.groups++;
    sums.times += Number(times);
    sums.pages += Number(pages);
  }
  return sums;
}
