/** Question: how fast is the stack of each block looked up among the distinct ones? The inner loop of a scan, without finding where stacks are. */
import assert from 'node:assert/strict';
import { Dictionary } from '../../src/merge/dictionary.js';
import type { Material } from './material.js';
import type { Part } from './part.js';

export function internPart({ dump }: Material): Part {
  const view = new DataView(dump.buffer, dump.byteOffset, dump.length);
  const ends = stackEnds(dump);
  const internAll = (dictionary: Dictionary): Uint32Array => {
    const ids = new Uint32Array(ends.length / 2);
    for (let i = 0; i < ids.length; i++) {
      ids[i] = dictionary.intern(view, ends[2 * i] as number, ends[2 * i + 1] as number);
    }
    return ids;
  };
  return {
    name: 'intern stacks',
    amount: ends.length / 2,
    unit: 'strings',
    check() {
      const known = new Map<string, number>();
      const expected = Array.from({ length: ends.length / 2 }, (_, i) => {
        const stack = dump.toString('latin1', ends[2 * i], ends[2 * i + 1]);
        if (!known.has(stack)) known.set(stack, known.size);
        return known.get(stack) as number;
      });
      assert.deepEqual([...internAll(new Dictionary())], expected, "intern: other ids than a Map's");
    },
    run: () => internAll(new Dictionary()),
  };
}

/** Where each stack begins and ends. */
function stackEnds(dump: Buffer): number[] {
  const ends: number[] = [];
  for (let at = 0; at < dump.length; ) {
    const pfnLine = dump.indexOf('\n', at) + 1;
    const stack = dump.indexOf('\n', pfnLine) + 1;
    const end = dump.indexOf('\n\n', stack) + 1;
    ends.push(stack, end);
    at = end + 1;
  }
  return ends;
}
