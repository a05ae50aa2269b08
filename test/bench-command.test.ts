import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { BLOCK, run, temporaryFolder, writeInto } from './helpers.js';

test('bench measures a dump with one thread and with more, and says so as JSON', () => {
  const dump = writeInto(temporaryFolder(), 'dump', BLOCK.repeat(5000));
  const { stdout, stderr, status } = run('pageowner', ['bench', '--json', '--rounds=1', dump]);
  assert.deepEqual({ stderr, status }, { stderr: '', status: 0 });
  const { schema, bytes, catMegabytesPerSecond, runs } = JSON.parse(stdout);
  assert.deepEqual({ schema, bytes }, { schema: 'pageowner.bench/1', bytes: BLOCK.length * 5000 });
  assert.ok(catMegabytesPerSecond > 0);
  assert.equal(runs[0].threads, 1);
  for (const { threads, summary } of runs) {
    assert.deepEqual([summary.blocks, summary.threads], [5000, threads]);
    assert.ok(summary.megabytesPerSecond > 0 && summary.chunkLatencyMs.p999 > 0 && summary.peakMemoryBytes > 0);
  }
});

test('bench generates a dump and leaves nothing of it', () => {
  const folder = temporaryFolder();
  const shell = `TMPDIR=$1 $RUNNER $0 bench --size=200K --rounds=1`;
  const { stdout, stderr } = run('pageowner', [folder], { shell });
  assert.equal(stderr, '');
  assert.match(stdout, /^a generated dump, 200\.\d KiB, --cull=st, median of 1\n\n.* p99\.9 ms .*\ncat .*\n1 thread /);
  assert.deepEqual(readdirSync(folder), []);
});

test('bench says in one line what it cannot do', () => {
  for (const [args, message] of [
    [['absent'], /^pageowner: cannot read absent: no such file or directory\n$/],
    [['--rounds=0'], /^pageowner: --rounds takes [^\n]+\n$/],
    [['--size=much'], /^pageowner: --size takes [^\n]+\n$/],
  ] as const) {
    const { status, stderr } = run('pageowner', ['bench', ...args]);
    assert.equal(status, 2);
    assert.match(stderr, message);
  }
});
