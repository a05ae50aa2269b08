import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { asSet, fixtureCases } from './golden-cases.js';
import { fixtureDump, ROOT, runHere, temporaryFolder, writeInto } from './helpers.js';

const FIXTURES = ['6.12-boot', '6.12-mixed', '6.1-mixed'];

/** 1 byte: each block is a chunk. Chunks of 5000 bytes are more than the main thread takes, so piscina runs. */
const WAYS = [
  ['--threads=1'],
  ['--threads=1', '--chunk-size=1'],
  ['--threads=2', '--chunk-size=600'],
  ['--threads=3', '--chunk-size=1'],
];

const folder = temporaryFolder();

for (const fixture of FIXTURES) {
  const dump = writeInto(folder, fixture, fixtureDump(fixture));
  for (const way of WAYS) {
    test(`${fixture} gives the C tool's bytes with ${way.join(' ')}`, async () => {
      for (const { number, tool, compare, args } of fixtureCases(join(ROOT, 'fixtures', fixture, 'cases.tsv'))) {
        const expected = gunzipSync(readFileSync(join(ROOT, 'fixtures', fixture, `${number}.txt.gz`)));
        const output = join(folder, 'output');
        await runHere([...args, `--compat=${tool}`, ...way, dump, output]);
        const actual = readFileSync(output);
        const isSame = compare === 'exact' ? actual.equals(expected) : asSet(actual) === asSet(expected);
        assert.ok(isSame, `case ${number} (${args.join(' ')}) of ${tool} differs`);
      }
    });
  }
}
