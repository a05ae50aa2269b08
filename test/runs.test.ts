import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { sortDump } from '../src/main/sorting/sort-dump.js';
import { planSort, type SortOptions } from '../src/main/sorting/sort-options.js';
import { MergedRuns } from '../src/merge/runs/merged-runs.js';
import { orderRuns, writeRuns } from '../src/merge/runs/report-runs.js';
import { RunWriter } from '../src/merge/runs/run-file.js';
import { TextBuffer } from '../src/merge/text-writer.js';
import { KernelScanner } from '../src/workers/kernel-scanner.js';
import { groupRunner } from '../src/workers/runners.js';
import { TypeScriptScanner } from '../src/workers/typescript-scanner.js';
import { BLOCK, run, temporaryFolder, writeInto } from './helpers.js';
import { longDumps } from './random-dump.js';
import { referenceSort } from './reference.js';

const RUNS = 60 * Number(process.env.PROPERTY_RUNS ?? 1);

const KINDS: readonly Omit<SortOptions, 'input' | 'output'>[] = [
  {},
  { compat: '6.1', sort: 'at' },
  { mergeFreeTs: true, sort: '-n,pages' },
  { cull: 'st,ator,f', sort: 'st' },
  { cull: 'p,n', sort: '-T,-times,ft' },
  { cull: 'mod', sort: '-mod' },
  { cull: 'ator,module', sort: 'mod,-pages', module: 'vmlinux,zram,tail' },
  { cull: 'tg,n', sort: '-pages,ator,-p', pid: '0,7' },
];

test('groups that go through runs, after every piece, give what the reference gives', async () => {
  const lengths = fc.array(fc.integer({ min: 200, max: 5000 }), { minLength: 1, maxLength: 3 });
  const property = fc.asyncProperty(
    longDumps,
    lengths,
    fc.constantFrom(...KINDS),
    fc.constantFrom(KernelScanner, TypeScriptScanner),
    async (text, pieceLengths, options, Scanner) => {
      const dump = Buffer.from(text, 'latin1');
      const plan = planSort({ input: '-', output: '-', ...options, tmpDir: temporaryFolder() });
      const runner = groupRunner({ ...plan.scan, spillBytes: 0 }, new Scanner(plan.scan.grouping));
      for (let at = 0, i = 0; at < dump.length; i++) {
        const piece = dump.subarray(at, at + (pieceLengths[i % pieceLengths.length] as number));
        runner.addBytes(piece, at);
        at += piece.length;
      }
      runner.endChunk(0);
      const { found } = runner.result();
      if (!('runs' in found)) return assert.equal(dump.length, 0);
      const { runs, reported } = await orderRuns(found.runs, plan.scan, 2000);
      const { output, grouped, filtered } = referenceSort(dump, options);
      const report = Array.from(writeRuns(runs), (bytes) => Buffer.from(bytes).toString('latin1')).join('');
      assert.equal(report, output.toString('latin1'));
      assert.deepEqual([found.counts.grouped, reported.grouped, found.counts.filtered], [grouped, grouped, filtered]);
    },
  );
  await fc.assert(property, { numRuns: RUNS });
});

test('more runs than can be open at a time are merged in steps', async () => {
  const folder = temporaryFolder();
  const plan = { ...planSort({ input: '-', output: '-', cull: 'pid' }).scan, folder };
  const nothing = new Uint8Array(0);
  const paths = Array.from({ length: 200 }, (_, i) => {
    const writer = new RunWriter(join(folder, `${i}`));
    const group = { times: 1, pages: 2, first: i, order: nothing, text: Buffer.from(`, PID ${i % 3}\n`) };
    writer.add({ ...group, key: Buffer.from([i % 3]) });
    writer.close();
    return writer.path;
  });
  const { runs } = await orderRuns(paths, plan, 100);
  const report = Array.from(writeRuns(runs), (bytes) => Buffer.from(bytes).toString()).join('');
  assert.equal(report, '67 times, 134 pages, PID 0\n67 times, 134 pages, PID 1\n66 times, 132 pages, PID 2\n');
});

test('text in a key sorts as it does alone, zeros and all', () => {
  const strings = fc.array(fc.constantFrom(0, 1, 65, 254, 255), { maxLength: 6 }).map((bytes) => Buffer.from(bytes));
  const terminated = (bytes: Buffer, behind: string): Buffer => {
    const out = new TextBuffer();
    out.ascii('before');
    out.append(bytes, 0, bytes.length);
    out.terminate('before'.length);
    out.ascii(behind);
    return Buffer.from(out.contents());
  };
  fc.assert(
    fc.property(strings, strings, (a, b) => {
      const order = Buffer.compare(a, b) || 1;
      assert.equal(Buffer.compare(terminated(a, 'z'), terminated(b, 'a')), order);
    }),
  );
});

const folder = temporaryFolder();
const blocks = Array.from({ length: 300_000 }, (_, i) => {
  return `Page allocated via order 0, mask 0x0(), pid ${i % 7}, tgid 7 (c), ts ${300_000 - i} ns\n\n`;
});
const dump = writeInto(folder, 'dump', blocks.join(''));

test('little memory gives the same bytes, and leaves nothing behind', async () => {
  const reports = [];
  for (const maxMemory of ['64M', '4G']) {
    const tmpDir = temporaryFolder();
    const output = join(folder, maxMemory);
    const summary = await sortDump({ input: dump, output, sort: '-at', maxMemory, tmpDir });
    assert.equal(summary.runs > 0, maxMemory === '64M');
    assert.deepEqual([summary.groups, summary.grouped], [300_000, 300_000]);
    assert.deepEqual(readdirSync(tmpDir), []);
    reports.push(readFileSync(output));
  }
  assert.ok(reports[0]?.equals(reports[1] as Buffer));
});

test('a folder for runs that cannot be used is one line, and no output', () => {
  const own = temporaryFolder();
  mkdirSync(join(own, 'out'));
  const args = ['-a', '--max-memory=64M', `--tmp-dir=${join(own, 'absent')}`, dump, join(own, 'out/report')];
  const { status, stderr } = run('page_owner_sort', args);
  assert.equal(status, 1);
  assert.match(
    stderr,
    /^page_owner_sort: cannot write temporary groups to .*absent.*: no such file or directory \(.*--tmp-dir.*\)\n$/,
  );
  assert.deepEqual(readdirSync(join(own, 'out')), []);
});

test('a run that is cut off is an error', () => {
  const writer = new RunWriter(join(folder, 'cut'));
  writer.addEncoded(new Uint8Array(36).fill(1));
  writer.close();
  assert.throws(() => [...new MergedRuns([writer.path])], /cut off/);
});

test('groups of threads that do not fit in one memory go through runs', () => {
  class Full extends TypeScriptScanner {
    override get bytesHeld(): number {
      return 2 ** 31;
    }
  }
  const { scan } = planSort({ input: '-', output: '-', tmpDir: temporaryFolder() });
  const plan = { ...scan, spillBytes: Number.POSITIVE_INFINITY };
  const runner = groupRunner(plan, new Full(plan.grouping));
  for (let thread = 0; thread < 3; thread++) {
    const other = groupRunner(plan);
    other.addBytes(Buffer.from(BLOCK), thread * BLOCK.length);
    runner.absorb(other.finish());
  }
  const { found } = runner.result();
  assert.ok('runs' in found);
  assert.equal(found.counts.grouped, 3);
});
