/** Question: how fast is a dump in memory turned into groups? One thread; whole runs add reading, merging and start-up. */
import assert from 'node:assert/strict';
import type { Strings } from '../../src/merge/dictionary.js';
import { KernelScanner } from '../../src/workers/kernel-scanner.js';
import type { Scanner } from '../../src/workers/scanner.js';
import { TypeScriptScanner } from '../../src/workers/typescript-scanner.js';
import { type Material, scanChunk } from './material.js';
import { naiveGroups } from './naive-groups.js';
import type { Part } from './part.js';

export function scanParts(material: Material): Part[] {
  const { grouping } = material.plan.scan;
  return [
    scanPart('scan, SIMD kernel', material, () => new KernelScanner(grouping)),
    scanPart('scan, TypeScript', material, () => new TypeScriptScanner(grouping)),
  ];
}

function scanPart(name: string, { dump }: Material, newScanner: () => Scanner): Part {
  return {
    name,
    amount: dump.length,
    unit: 'bytes',
    check() {
      const { stacks, tails, groups, counts } = scanChunk(newScanner(), dump, 0);
      const found = Array.from(groups.stack, (stack, i) => ({
        stack: textOf(stacks, stack) + textOf(tails, groups.tail[i] as number),
        times: groups.times[i],
        pages: groups.pages[i],
      }));
      const expected = naiveGroups(dump);
      assert.deepEqual(found, expected, `${name}: other groups than the naive way`);
      assert.equal(
        counts.blocks,
        expected.reduce((sum, { times }) => sum + times, 0),
        `${name}: lost blocks`,
      );
    },
    run: () => scanChunk(newScanner(), dump, 0),
  };
}

function textOf({ bytes, ends }: Strings, id: number): string {
  return Buffer.from(bytes.subarray(ends[id - 1] ?? 0, ends[id])).toString('latin1');
}
