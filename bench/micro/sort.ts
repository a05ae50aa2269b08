/** Question: how fast are groups put into their final order: by times, equal ones by stack? Ranking the stacks by their bytes is part of it. */
import assert from 'node:assert/strict';
import { at } from '../../src/merge/group-table.js';
import { order } from '../../src/merge/order.js';
import { type Material, mergeAll, scanAll } from './material.js';
import { naiveGroups, naiveOrder } from './naive-groups.js';
import type { Part } from './part.js';

export function sortPart(material: Material): Part {
  const table = mergeAll(material, scanAll(material));
  const { plan } = material;
  const run = () => order(table, plan.scan.order, plan.scan.grouping.cull);
  return {
    name: 'sort groups',
    amount: table.size,
    unit: 'groups',
    check() {
      const { columns, stacks, tails } = table;
      const found = Array.from(run(), (group) => {
        const stack = stacks.get(at(columns.stack, group));
        return Buffer.concat([stack, tails.get(at(columns.tail, group))]).toString('latin1');
      });
      const expected = naiveOrder(naiveGroups(material.dump)).map(({ stack }) => stack);
      assert.deepEqual(found, expected, 'sort: another order than the naive way');
    },
    run,
  };
}
