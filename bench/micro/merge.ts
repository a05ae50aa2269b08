/** Question: how fast are the partials of chunks combined? This runs in the main thread when all is scanned. */
import assert from 'node:assert/strict';
import { at } from '../../src/merge/group-table.js';
import { type Material, mergeAll, scanAll } from './material.js';
import { naiveGroups } from './naive-groups.js';
import type { Part } from './part.js';

export function mergePart(material: Material): Part {
  const partials = scanAll(material);
  return {
    name: `merge ${partials.length} partials`,
    amount: partials.reduce((sum, { groups }) => sum + groups.mask.length, 0),
    unit: 'groups',
    check() {
      const { size, columns } = mergeAll(material, partials);
      const found = Array.from({ length: size }, (_, i) => [at(columns.times, i), at(columns.pages, i)]);
      const expected = naiveGroups(material.dump).map(({ times, pages }) => [times, pages]);
      assert.deepEqual(found, expected, 'merge: other groups than the naive way');
    },
    run: () => mergeAll(material, partials),
  };
}
