import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { BLOCK, PROGRAMS, temporaryFolder } from './helpers.js';

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  for (const threads of [1, 2]) {
    test(`${signal} ends a run of ${threads} threads with ${code} and leaves nothing behind`, async () => {
      const folder = temporaryFolder();
      const script = join(PROGRAMS, 'page_owner_sort.js');
      const args = [script, `--threads=${threads}`, '--chunk-size=1', '-', join(folder, 'report')];
      const child = spawn(process.execPath, args);
      let stderr = '';
      child.stderr.on('data', (text: Buffer) => {
        stderr += text;
      });
      // Enough blocks for the pool; then the dump goes on for ever.
      child.stdin.write(BLOCK.repeat(200));
      while (readdirSync(folder).length === 0) await setTimeout(10);
      await setTimeout(200);
      child.kill(signal);
      const [status] = await once(child, 'exit');
      assert.deepEqual({ status, stderr }, { status: code, stderr: '' });
      assert.deepEqual(readdirSync(folder), []);
    });
  }
}
