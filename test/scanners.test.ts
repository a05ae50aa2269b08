import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { planSort } from '../src/main/sorting/sort-options.js';
import { order } from '../src/merge/order.js';
import { writePageOwnerSort } from '../src/merge/writers/page-owner-sort.js';
import { KernelScanner } from '../src/workers/kernel-scanner.js';
import { groupRunner } from '../src/workers/runners.js';
import type { Scanner } from '../src/workers/scanner.js';
import { TypeScriptScanner } from '../src/workers/typescript-scanner.js';
import { BLOCK } from './helpers.js';
import { dumps, longDumps } from './random-dump.js';

const RUNS = 300 * Number(process.env.PROPERTY_RUNS ?? 1);

const plans = [
  {},
  { compat: '6.1' as const },
  { mergeFreeTs: true, withoutReleased: true },
  { cull: 'st,ator,f' },
  { cull: 'mod' },
  { cull: 'p,mod', sort: 'mod', module: 'polleak,vmlinux' },
  { module: 'zram' },
  { cull: 'p,n', name: 'pipe filler,swapper/0' },
].map((options) => planSort({ input: '-', output: '-', ...options }));

type Plan = (typeof plans)[number];

/** The report and the counts, of a dump that comes in pieces of these lengths, over and over. */
function scanned(plan: Plan, scanner: Scanner, dump: Uint8Array, lengths: readonly number[]): string[] {
  const runner = groupRunner(plan.scan, scanner);
  for (let at = 0, i = 0; at < dump.length; i++) {
    const piece = dump.subarray(at, at + (lengths[i % lengths.length] as number));
    runner.addBytes(piece, at);
    at += piece.length;
  }
  runner.endChunk(0);
  const { found: table } = runner.result();
  assert.ok('size' in table);
  const report = writePageOwnerSort(table, order(table, plan.scan.order, plan.scan.grouping.cull), plan.scan.grouping);
  const text = Array.from(report, (bytes) => Buffer.from(bytes).toString('latin1')).join('');
  return [text, JSON.stringify(table.counts)];
}

test('kernel and TypeScript scan find the same, however the dump comes in pieces', () => {
  assert.ok(KernelScanner.isSupported());
  const lengths = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 5 });
  const property = fc.property(
    fc.oneof(dumps, longDumps),
    lengths,
    fc.constantFrom(...plans),
    (text, pieceLengths, plan) => {
      const dump = Buffer.from(text, 'latin1');
      const whole = scanned(plan, new TypeScriptScanner(plan.scan.grouping), dump, [Infinity]);
      assert.deepEqual(scanned(plan, new KernelScanner(plan.scan.grouping), dump, pieceLengths), whole);
      assert.deepEqual(scanned(plan, new TypeScriptScanner(plan.scan.grouping), dump, pieceLengths), whole);
    },
  );
  fc.assert(property, { numRuns: RUNS });
});

test('a header that is cut off in its time is not the beginning of the next one', () => {
  const cut = BLOCK.replace('ts 1234 ns', 'ts 12');
  for (const dump of [cut + BLOCK, BLOCK + cut + BLOCK, cut + cut + BLOCK])
    for (const plan of [...plans, planSort({ input: '-', output: '-', sort: 'at' })]) {
      const [kernel, plain] = [KernelScanner, TypeScriptScanner].map((Scanner) =>
        scanned(plan, new Scanner(plan.scan.grouping), Buffer.from(dump), [Infinity]),
      );
      assert.deepEqual(kernel, plain);
    }
});

test('a block that fills many windows is found whole, in time by its length', () => {
  const [plan] = plans as [Plan];
  const stack = Buffer.alloc(9_000_000, ' frame+0x1/0x2\n');
  const dump = Buffer.concat([Buffer.from(BLOCK.slice(0, -1)), stack, Buffer.from(`\n${BLOCK}`)]);
  const [text, counts] = scanned(plan, new KernelScanner(plan.scan.grouping), dump, [1000]) as [string, string];
  assert.equal(JSON.parse(counts).blocks, 2);
  assert.ok(text.includes(`${stack.toString('latin1')}\n`));
});

test('more distinct strings and groups than the tables begin with', () => {
  const plan = planSort({ input: '-', output: '-', compat: '6.1' });
  const blocks = Array.from({ length: 30_000 }, (_, i) =>
    BLOCK.replace(/ts \d+/, `ts ${i}`).replace(/\n\n$/, `\n frame_${i % 9000}+0x1/0x2\n\n`),
  );
  const dump = Buffer.from(blocks.join(''));
  const kernel = scanned(plan, new KernelScanner(plan.scan.grouping), dump, [100_000]);
  assert.deepEqual(kernel, scanned(plan, new TypeScriptScanner(plan.scan.grouping), dump, [100_000]));
  assert.equal(JSON.parse(kernel[1] as string).grouped, 30_000);
});
