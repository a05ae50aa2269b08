import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { assertSameBytes, reportSums } from './answers.js';
import type { Contender } from './contenders.js';
import { runProcess } from './run-process.js';

/**
 * Runs each contender once, untimed, and holds its answer against that of the last one (us). It also brings the dump into the page
 * cache. Throws an AssertionError if an answer differs.
 */
export async function assertSameAnswers(contenders: readonly Contender[], dump: string, folder: string): Promise<void> {
  const path = (i: number): string => join(folder, `answer-${i}`);
  const last = contenders.length - 1;
  for (const [i, contender] of contenders.entries()) await runProcess(contender.command(dump, path(i)));
  for (const [i, { name, answer }] of contenders.entries()) {
    assert.ok(answer === 'none' || existsSync(path(i)), `${name}: it wrote nothing`);
    if (answer === 'bytes' && i !== last) assertSameBytes(path(i), path(last), `${name}, ${contenders[last]?.name}`);
    if (answer === 'sums') assert.deepEqual(reportSums(path(i)), reportSums(path(last)), `${name}: its sums differ`);
  }
  for (let i = 0; i <= last; i++) rmSync(path(i), { force: true });
}
