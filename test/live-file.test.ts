/**
 * What commands make of a live file: the model of the kernel's file stands at a place that looks like one of debugfs, and threads read it by
 * the numbers in its path.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs, { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { mock, test } from 'node:test';
import { type CaptureValues, planCapture } from '../src/main/capture/capture-plan.js';
import { captureOnce } from '../src/main/capture/run-capture.js';
import { openInput } from '../src/main/io/input.js';
import { CAPTURE_ENTRY } from '../src/main/places.js';
import { loadSnapshot } from '../src/main/reading/load-snapshot.js';
import { run, temporaryFolder } from './helpers.js';
import { modelRecords, stacksHandles, textOf } from './model-page-owner.js';

const END = 60_000;
const records = modelRecords(5, END).filter(({ isTooLong }) => !isTooLong);
const text = records.map((record) => textOf(record)).join('');
const DEBUGFS_MAGIC = 0x64626720;

process.chdir(temporaryFolder());
CAPTURE_ENTRY.href = new URL('model-capture-worker.js', import.meta.url).href;
mock.method(fs, 'statfsSync', () => ({ type: DEBUGFS_MAGIC }));
syncBuiltinESMExports();

/** A folder that stands for debugfs, of a kernel that takes these words. */
function debugfsOf(words: string, end = END): string {
  const folder = join('5', String(end), '0', words);
  mkdirSync(join(folder, 'page_owner_stacks'), { recursive: true });
  writeFileSync(join(folder, 'page_owner'), '');
  writeFileSync(join(folder, 'page_owner_stacks/show_stacks_handles'), stacksHandles(records));
  return folder;
}

/** Captures, and returns what stderr says. */
async function captured(values: CaptureValues, words: string): Promise<string> {
  const said = mock.method(process.stderr, 'write', () => true);
  try {
    const plan = planCapture({ ...values, debugfs: debugfsOf(words), threads: '2' });
    await captureOnce(plan, plan.output, new AbortController().signal);
    return said.mock.calls.map(({ arguments: [line] }) => String(line)).join('');
  } finally {
    said.mock.restore();
  }
}

const LOST = /^pageowner: [^\n]* longer than a page[^\n]*\n$/;

function top(...args: string[]): string {
  const { status, stdout, stderr } = run('pageowner', ['top', '--format', 'json', '--limit', '0', ...args]);
  assert.deepEqual([status, stderr], [0, '']);
  return JSON.parse(stdout).rows;
}

test('a live file is read and hashed to its end, by several threads', async () => {
  const hash = createHash('sha256');
  const path = join(debugfsOf('old'), 'page_owner');
  const input = await openInput(path, { onStored: (bytes) => hash.update(bytes) });
  const { aggregate } = await loadSnapshot(
    (async function* () {
      assert.ok('pieces' in input);
      for await (const pieces of input.pieces) yield* pieces;
    })(),
  );
  assert.equal(hash.digest('hex'), createHash('sha256').update(text).digest('hex'));
  assert.equal(aggregate.facts.blocks, records.length);
});

test('a live file hears the signal: what reads it ends at once, and throws the reason', async () => {
  const path = join(debugfsOf('old', 10 * END), 'page_owner');
  const reason = new Error('SIGINT');
  const stop = new AbortController();
  let read = 0;
  const readAll = async (): Promise<void> => {
    const input = await openInput(path, { signal: stop.signal });
    assert.ok('pieces' in input);
    for await (const [piece] of input.pieces) {
      read += piece?.length ?? 0;
      stop.abort(reason);
    }
  };
  await assert.rejects(readAll, reason);
  assert.ok(read > 0 && read < 5 * text.length, `${read} bytes`);
  await assert.rejects(loadSnapshot(path, { signal: stop.signal }), reason);
});

test('a rejected word is one line, and a kernel that takes none says nothing of it', async () => {
  await assert.rejects(captured({ output: 'a', node: '9', pid: '1-5' }, 'mode+nid'), {
    code: 'input',
    message: /page_owner gave no record that is selected$/,
  });
  const said = (await captured({ output: 'b', node: '1', pid: '1-2' }, 'mode+nid')).split(/(?<=\n)/);
  assert.equal(said.length, 2);
  assert.equal(said[0], 'pageowner: this kernel does not take pid=1,2: it is looked at while reading\n');
  assert.match(said[1] ?? '', LOST);
  assert.match(await captured({ output: 'c', node: '1', pid: '1-2' }, 'old'), LOST);
  assert.deepEqual(readFileSync('b'), readFileSync('c'));
});

test('a dump of handles has their stacks beside it, which --stacks takes', async () => {
  await captured({ output: 'handles', mode: 'handle' }, 'mode+nid');
  await captured({ output: 'stacks' }, 'mode+nid');
  assert.equal(readFileSync('stacks', 'latin1'), text);
  assert.ok(readFileSync('handles').length < readFileSync('stacks').length);
  assert.deepEqual(top('handles', '--stacks', 'handles.stacks'), top('stacks'));
  assert.ok(!readdirSync('.').includes('stacks.stacks'));
  await assert.rejects(captured({ output: 'x', mode: 'handle' }, 'old'), /gives no handles on this kernel/);
  assert.ok(!readdirSync('.').includes('x'));
});

test('bundles and aggregates that are read by handles say what those read by stacks say', async () => {
  for (const words of ['mode+nid', 'old']) {
    const bundle = `bundle-${words}`;
    await captured({ output: bundle, bundle: true, tgid: '1-3' }, words);
    const dump = join(bundle, 'page_owner.txt.zst');
    const wanted = records.filter(({ tgid }) => tgid >= 1 && tgid <= 3);
    const { stdout } = spawnSync('zstd', ['-dc', dump], { maxBuffer: 2 ** 28 });
    assert.ok(stdout.toString('latin1') === wanted.map((record) => textOf(record)).join(''), words);
    const manifest = JSON.parse(readFileSync(join(bundle, 'manifest.json'), 'utf8'));
    assert.equal(manifest.records, wanted.length);
    assert.deepEqual(manifest.selected, { node: null, pid: null, tgid: '1-3' });
    assert.ok('show_stacks_handles.txt' in manifest.files);
    const output = `aggregate-${words}.parquet`;
    await captured({ output, aggregateOnly: true, tgid: '1-3' }, words);
    assert.deepEqual(top(dump), top(join(bundle, 'aggregate.parquet')));
    assert.deepEqual(top(dump), top(output));
  }
  assert.deepEqual(top('bundle-mode+nid/page_owner.txt.zst'), top('bundle-old/page_owner.txt.zst'));
});
