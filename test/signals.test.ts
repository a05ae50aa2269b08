import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { BLOCK, programFile, RUNNER, temporaryFolder, writeInto } from './helpers.js';

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  for (const threads of [1, 2]) {
    test(`${signal} ends a run of ${threads} threads with ${code} and leaves nothing behind`, async () => {
      const folder = temporaryFolder();
      const script = programFile('page_owner_sort');
      const args = [script, `--threads=${threads}`, '--chunk-size=1', '-', join(folder, 'report')];
      const child = spawn(RUNNER, args);
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

for (const [what, shell] of [
  ['a FIFO that no one writes to', 'mkfifo fifo; exec $RUNNER $0 fifo report'],
  ['a FIFO whose writer is idle', 'mkfifo fifo; sleep 30 > fifo & exec $RUNNER $0 fifo report'],
  ['a report that no one reads', 'mkfifo fifo; exec $RUNNER $0 $1 fifo'],
] as const) {
  test(`a signal ends a run that waits for ${what}`, { timeout: 20_000 }, async () => {
    const folder = temporaryFolder();
    const dump = writeInto(temporaryFolder(), 'dump', BLOCK);
    const script = programFile('page_owner_sort');
    const command = shell.replace('$RUNNER', RUNNER);
    const child = spawn('bash', ['-c', command, script, dump], { cwd: folder, stdio: 'ignore', detached: true });
    await setTimeout(1000);
    child.kill('SIGTERM');
    const [status, signal] = await once(child, 'exit');
    // A shell says 143 of both.
    assert.ok(status === 143 || signal === 'SIGTERM', `${status} ${signal}`);
    assert.deepEqual(readdirSync(folder), ['fifo']);
    try {
      process.kill(-(child.pid as number), 'SIGKILL');
    } catch {
      // Its group has ended with it.
    }
  });
}
