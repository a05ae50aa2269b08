/** Question: how fast is a chunk in memory turned into its groups? One thread; whole runs add reading, merging and start-up. */
import assert from 'node:assert/strict';
import { TypeScriptScanner } from '../../src/workers/typescript-scanner.js';
import type { Kernel } from './kernel.js';
import type { Material } from './material.js';
import { naiveGroups } from './naive-groups.js';

export function scanKernel({ chunks, plan }: Material): Kernel {
  const chunk = chunks[0] as Uint8Array<ArrayBuffer>;
  const scanner = new TypeScriptScanner(plan.grouping);
  return {
    name: 'scan a chunk',
    amount: chunk.length,
    unit: 'bytes',
    check() {
      const { stacks, groups, counts } = scanner.scan(chunk, 0);
      const found = Array.from(groups.stack, (stack, i) => ({
        stack: Buffer.from(stacks.bytes.slice(stacks.ends[stack - 1] ?? 0, stacks.ends[stack])).toString('latin1'),
        times: groups.times[i],
        pages: groups.pages[i],
      }));
      const expected = naiveGroups(Buffer.from(chunk));
      assert.deepEqual(found, expected, 'scan: other groups than the naive way');
      assert.equal(
        counts.blocks,
        expected.reduce((sum, { times }) => sum + times, 0),
        'scan: lost blocks',
      );
    },
    run: () => scanner.scan(chunk, 0),
  };
}
