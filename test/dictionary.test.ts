import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Dictionary } from '../src/merge/dictionary.js';
import { fastHash } from '../src/merge/fast-hash.js';

function intern(dictionary: Dictionary, bytes: Uint8Array): number {
  return dictionary.intern(new DataView(bytes.buffer, bytes.byteOffset), 0, bytes.length);
}

test('two strings have one id if and only if their bytes are equal', () => {
  const bytes = fc.uint8Array({ maxLength: 40, max: 2 });
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 300 }), (strings) => {
      const dictionary = new Dictionary();
      const ids = new Map<string, number>();
      for (const string of strings) {
        const text = string.join();
        if (!ids.has(text)) ids.set(text, ids.size);
        assert.equal(intern(dictionary, string), ids.get(text));
      }
      assert.equal(dictionary.size, ids.size);
    }),
  );
});

test('a search costs about as much for colliding strings as for others', () => {
  // Strings of one fast hash: the worst that someone who knows the seed could craft.
  const dictionary = new Dictionary();
  const hash = fastHash(0);
  let probes = 0;
  const collide = (view: DataView, from: number, to: number): number => hash(view, from, to) & 0;
  Object.assign(dictionary, { hash: collide });
  const equals = Reflect.get(dictionary, 'equals') as (...args: unknown[]) => boolean;
  Object.assign(dictionary, {
    equals(...args: unknown[]) {
      probes++;
      return equals.apply(dictionary, args);
    },
  });
  const count = 20_000;
  for (let i = 0; i < count; i++) intern(dictionary, Uint8Array.of(i, i >> 8, i >> 16));
  assert.equal(dictionary.size, count);
  // Some thousand before the attack is noticed, and a few for each string then; a list of them would take 2 * 10^8.
  assert.ok(probes < 10 * count, `${probes} compares`);
  for (let i = 0; i < count; i++) assert.equal(intern(dictionary, Uint8Array.of(i, i >> 8, i >> 16)), i);
});

test('ranks are the bytewise order', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.uint8Array({ maxLength: 6 }), { selector: (bytes) => bytes.join() }), (strings) => {
      const dictionary = new Dictionary();
      for (const string of strings) intern(dictionary, string);
      const sorted = [...strings].sort((a, b) => Buffer.compare(a, b));
      const ranks = dictionary.ranks();
      strings.forEach((string, id) => {
        assert.equal(sorted[ranks[id] as number], string);
      });
    }),
  );
});

test('it is noticed where one string begins another', () => {
  for (const [a, b, expected] of [
    ['ab', 'abc', true],
    ['abc', 'ab', false],
    ['ab', 'ac', false],
    ['', 'b', true],
  ] as const) {
    const dictionary = new Dictionary();
    for (const string of [a, b]) intern(dictionary, Buffer.from(string));
    assert.equal(dictionary.begins(0, 1), expected);
  }
});
