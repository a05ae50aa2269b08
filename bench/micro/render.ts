/** Question: how fast does the report become text, not counting its way to a file? */
import assert from 'node:assert/strict';
import { order } from '../../src/merge/order.js';
import { writePageOwnerSort } from '../../src/merge/writers/page-owner-sort.js';
import { type Material, mergeAll, scanAll } from './material.js';
import { naiveGroups, naiveOrder, naiveText } from './naive-groups.js';
import type { Part } from './part.js';

export function renderPart(material: Material): Part {
  const { grouping, order: spec } = material.plan.scan;
  const table = mergeAll(material, scanAll(material));
  const sorted = order(table, spec, grouping.cull);
  const text = naiveText(naiveOrder(naiveGroups(material.dump)));
  return {
    name: 'render the report',
    amount: text.length,
    unit: 'bytes',
    check() {
      // A piece is valid until the next one.
      const pieces = Array.from(writePageOwnerSort(table, sorted, grouping), (piece) => Buffer.from(piece));
      assert.equal(Buffer.concat(pieces).toString('latin1') === text, true, 'render: another text than the naive way');
    },
    run() {
      let length = 0;
      for (const piece of writePageOwnerSort(table, sorted, grouping)) length += piece.length;
      return length;
    },
  };
}
