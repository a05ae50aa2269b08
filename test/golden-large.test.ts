import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { asSet, rows, words } from './golden-cases.js';
import { runHere, temporaryFolder } from './helpers.js';
import { LARGE, largeDump, missingLarge, unpacked } from './large-dumps.js';

/** Folders of golden/: SET/{cases.tsv,NN.txt.zst}. */
const skip = missingLarge('golden');

/** Faults of the C tools that are not kept: 6.1 turns ties of times round and sorts nothing by default; 6.12 reads `ts N ns` in a command name. */
const NOT_KEPT: Readonly<Record<string, readonly string[]>> = {
  '6.1/boot': ['01', '04', '23', '24', '25', '30', '31', '34', '37', '38', '45'],
  '6.12/mixed': ['01', '02', '03', '04', '05', '06', '07', '08'],
};

/** That name's text, as the C tool and as we print it. */
const HOSTILE = /\(\), ts (1 ns\), ts | ns\), ts \d+) ns\n/;

const folder = temporaryFolder();

for (const [set, dumpSet, compat] of [
  ['6.12/boot', '6.12/boot', '6.12'],
  ['6.1/boot', '6.1/boot', '6.1'],
  ['6.1/boot-by-6.12', '6.1/boot', '6.12'],
  ['6.12/mixed', '6.12/mixed', '6.12'],
] as const) {
  test(`the large dump ${set} gives the C tool's bytes`, { skip }, async () => {
    const dump = join(folder, 'dump');
    writeFileSync(dump, largeDump(dumpSet));
    const output = join(folder, 'output');
    for (const [number = '', , , digest, args = ''] of rows(join(LARGE, 'golden', set, 'cases.tsv'))) {
      await runHere([...words(args), `--compat=${compat}`, '--threads=2', '--chunk-size=1M', dump, output]);
      const actual = readFileSync(output);
      if (createHash('sha256').update(actual).digest('hex') === digest) continue;
      assert.ok(NOT_KEPT[set]?.includes(number), `case ${number} (${args}) differs`);
      const expected = unpacked(join(LARGE, 'golden', set, `${number}.txt.zst`));
      assert.equal(comparable(actual) === comparable(expected), true, `case ${number} (${args}) has other groups`);
    }
  });
}

/** The groups without those of the hostile name. */
function comparable(report: Buffer): string {
  return asSet(report)
    .split(/^(?=\d+ times, )/m)
    .filter((group) => group.search(HOSTILE) < 0)
    .join('');
}
