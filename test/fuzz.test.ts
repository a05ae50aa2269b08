import assert from 'node:assert/strict';
import { test } from 'node:test';
import { realBlocks } from './fuzz/corpus.js';
import { LAWS } from './fuzz/laws.js';
import { MUTATIONS, mutate } from './fuzz/mutate.js';
import { Random } from './fuzz/random.js';
import { BLOCK, temporaryFolder } from './helpers.js';

test('a seed gives the same mutated blocks again, and another seed others', () => {
  const corpus = realBlocks().slice(0, 50);
  assert.equal(corpus.length, 50);
  const [a, b, c] = [1, 1, 2].map((seed) => mutate(corpus, new Random(seed)));
  assert.equal(a, b);
  assert.notEqual(a, c);
});

test('each mutation changes a block, one time or another', () => {
  for (const [name, change] of Object.entries(MUTATIONS)) {
    const random = new Random(3);
    assert.ok(
      Array.from({ length: 50 }, () => change(BLOCK, random)).some((text) => text !== BLOCK),
      name,
    );
  }
});

test('laws hold of a real block, and of none', async () => {
  for (const input of [BLOCK, ''])
    for (const law of Object.values(LAWS)) await law.check(Buffer.from(input), temporaryFolder());
});

test('a scanner that finds something else breaks the law', async () => {
  const { TypeScriptAggregator } = await import('../src/workers/typescript-aggregator.js');
  const { prototype } = TypeScriptAggregator;
  const { finish } = prototype;
  prototype.finish = function () {
    const found = finish.call(this);
    return { ...found, born: found.born.map((count) => count + 1), oldest: found.oldest.map((time) => time + 1n) };
  };
  try {
    await assert.rejects(
      async () => LAWS.aggregate?.check(Buffer.from(BLOCK), temporaryFolder()),
      /the scan in TypeScript/,
    );
  } finally {
    prototype.finish = finish;
  }
});
