import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fixtureDump, missing, programFile, ROOT, RUNNER, run, temporaryFolder, writeInto } from './helpers.js';

const doc = readFileSync(join(ROOT, 'docs/split.md'), 'utf8');
const folder = temporaryFolder();

/** The first block of code behind some words. */
function codeBehind(words: string): string {
  const from = doc.indexOf(words);
  assert.ok(from >= 0, words);
  return /```\w+\n([\s\S]*?)```/.exec(doc.slice(from))?.[1] as string;
}

/** A folder with dump.txt, and what export makes of it. */
function dumpFolder(): { own: string; whole: Buffer } {
  const own = mkdtempSync(join(folder, 'dump-'));
  const dump = writeInto(own, 'dump.txt', fixtureDump('6.12-boot'));
  const expected = join(own, 'expected.parquet');
  assert.equal(run('pageowner', ['export', dump, '-o', expected]).status, 0);
  return { own, whole: readFileSync(expected) };
}

/** Runs a script in a folder, where `pageowner` is a program. */
function runScript(shell: string, script: string, cwd: string, env: NodeJS.ProcessEnv = {}, args: string[] = []): void {
  const bin = mkdtempSync(join(folder, 'bin-'));
  const program = programFile('pageowner');
  chmodSync(writeInto(bin, 'pageowner', `#!/bin/sh\nexec '${RUNNER}' '${program}' "$@"\n`), 0o755);
  const { status, stderr } = spawnSync(shell, ['-euc', script, shell, ...args], {
    cwd,
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}`, ...env },
    encoding: 'utf8',
    // bash takes a socket for a remote shell's, and reads its startup files.
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  assert.deepEqual([status, stderr], [0, '']);
}

const MERGE_16 = "pageowner merge $(seq -f 'parts/%g.parquet' 16) -o whole.parquet";

test('the example with GNU parallel makes the file of the whole', { skip: missing('parallel', 'parallel') }, () => {
  const { own, whole } = dumpFolder();
  runScript('sh', codeBehind('## GNU parallel'), own);
  assert.ok(readFileSync(join(own, 'whole.parquet')).equals(whole));
});

test('the check of the bytes fails where a part is missing', { skip: missing('jq', 'jq') }, () => {
  const { own } = dumpFolder();
  const check = codeBehind('compare the bytes');
  runScript('sh', `cp expected.parquet whole.parquet\n${check}`, own);
  runScript('sh', `pageowner map dump.txt --part 1/2 -o whole.parquet\n! { ${check.trimEnd()}; }`, own);
});

test('all tasks of the Slurm script make the file of the whole', () => {
  const { own, whole } = dumpFolder();
  const script = codeBehind('## Slurm');
  const tasks = Array.from({ length: 16 }, (_, i) => i + 1);
  assert.match(script, /^#SBATCH --array=1-16$/m);
  writeInto(own, 'map.sh', script);
  const env = { SLURM_CPUS_PER_TASK: '1' };
  runScript(
    'bash',
    `for SLURM_ARRAY_TASK_ID in ${tasks.join(' ')}; do export SLURM_ARRAY_TASK_ID; bash map.sh dump.txt; done`,
    own,
    env,
  );
  runScript('sh', MERGE_16, own);
  assert.ok(doc.includes(MERGE_16.replace('$', '\\$')));
  assert.ok(readFileSync(join(own, 'whole.parquet')).equals(whole));
});

test('all pods of the Kubernetes job make the file of the whole', () => {
  const { own, whole } = dumpFolder();
  const job = codeBehind('## Kubernetes');
  assert.match(job, /^ {2}completions: 16$/m);
  const [, indented = ''] = /- \|\n((?: {14}.*\n)+)/.exec(job) ?? [];
  const script = indented.replace(/^ {14}/gm, '');
  assert.match(script, /exec pageowner map/);
  writeInto(own, 'pod.sh', script);
  runScript('sh', 'for i in $(seq 0 15); do JOB_COMPLETION_INDEX=$i sh -eu pod.sh; done', own);
  runScript('sh', MERGE_16, own);
  assert.ok(readFileSync(join(own, 'whole.parquet')).equals(whole));
});
