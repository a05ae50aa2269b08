/** Profiles, each read by a reader that shares nothing with its writer: flamegraph.pl's rule for a line, pprof-format, and JSON held against speedscope's types. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { Profile } from 'pprof-format';
import { type FoldedOptions, writeFolded } from '../src/merge/writers/folded.js';
import { type PprofOptions, writePprof } from '../src/merge/writers/pprof.js';
import type { Sample } from '../src/merge/writers/sample.js';
import { type SpeedscopeOptions, writeSpeedscope } from '../src/merge/writers/speedscope.js';

const PAGE_BYTES = 4096;
const RUNS = Number(process.env.PROPERTY_RUNS ?? 1);

/** What a reader finds: a stack of names, leaf first, and what it holds. */
type Held = readonly [names: readonly string[], value: number];

const SAMPLES: readonly Sample[] = [
  { frames: ['leak_order0+0x20/0x40 [polleak]', 'vfs_write+0xf5/0x410'], blocks: 2, pages: 3 },
  { frames: ['leak_order0+0x24/0x40 [polleak]', 'vfs_write+0xf5/0x410'], blocks: 1, pages: 4 },
  { frames: [' [<ffffffff81123456>] get_page+0x1/0x2', '0xffffffffc0001000'], blocks: 1, pages: 1 },
  { frames: [], blocks: 1, pages: 8 },
];

function join(pieces: Iterable<Uint8Array>): Buffer {
  return Buffer.concat([...pieces]);
}

function folded(samples: readonly Sample[], options: Partial<FoldedOptions> = {}): string {
  return join(writeFolded(samples, { pageBytes: PAGE_BYTES, ...options })).toString();
}

/** By the expression that flamegraph.pl has for a line; where a stack fits it again, it would see two counts. */
function readFolded(text: string): Held[] {
  const line = /^(.*)\s+?(\d+(?:\.\d*)?)$/;
  return text.split('\n').flatMap((content, index, lines): Held[] => {
    if (index === lines.length - 1) return assert.equal(content, '') ?? [];
    const [, stack, value] = line.exec(content) ?? assert.fail(content);
    assert.doesNotMatch(stack!, line);
    return [[stack!.split(';').reverse(), Number(value)]];
  });
}

/** With the checks that pprof makes when it opens a profile (profile.CheckValid). */
function readPprof(
  samples: readonly Sample[],
  options: Partial<PprofOptions> = {},
): { profile: Profile; held: Held[] } {
  const profile = Profile.decode(gunzipSync(join(writePprof(samples, { pageBytes: PAGE_BYTES, ...options }))));
  const { strings } = profile.stringTable;
  assert.equal(strings[0], '');
  const byId = <T extends { id: number | bigint }>(entries: T[]) => {
    const map = new Map(entries.map((entry) => [entry.id, entry]));
    assert.equal(map.size, entries.length);
    assert.ok(!map.has(0));
    return map;
  };
  const [mappings, locations, functions] = [byId(profile.mapping), byId(profile.location), byId(profile.function)];
  for (const mapping of mappings.values()) assert.ok(mapping.hasFunctions);
  const held = profile.sample.map(({ locationId, value }): Held => {
    assert.deepEqual([value.length, Number(value[2])], [3, Number(value[1]) * PAGE_BYTES]);
    const names = locationId.map((id) => {
      const { mappingId, line } = locations.get(id)!;
      const name = strings[Number(functions.get(line[0]!.functionId)!.name)]!;
      const file = strings[Number(mappings.get(mappingId)!.filename)]!;
      assert.ok(file === '[kernel.kallsyms]' || name.endsWith(` ${file}`));
      return name;
    });
    return [names, Number(value[2])];
  });
  return { profile, held };
}

/** With what the types of speedscope's file-format-spec.ts ask for. */
function readSpeedscope(samples: readonly Sample[], options: Partial<SpeedscopeOptions> = {}): Held[] {
  const text = join(writeSpeedscope(samples, { pageBytes: PAGE_BYTES, ...options })).toString();
  const { shared, profiles, ...file } = JSON.parse(text);
  const name = options.name ?? 'page_owner';
  const schema = 'https://www.speedscope.app/file-format-schema.json';
  assert.deepEqual(file, { $schema: schema, exporter: 'pageowner', name });
  assert.deepEqual(Object.keys(shared), ['frames']);
  for (const frame of shared.frames) assert.deepEqual(frame, { name: String(frame.name) });
  const [{ samples: stacks, weights, endValue, ...rest }, ...others] = profiles;
  assert.deepEqual(others, []);
  assert.deepEqual(rest, { type: 'sampled', name, unit: 'bytes', startValue: 0 });
  assert.equal(weights.length, stacks.length);
  assert.equal(
    weights.reduce((sum: number, weight: number) => sum + weight, 0),
    endValue,
  );
  return stacks.map((stack: number[], index: number) => [
    stack.map((frame) => shared.frames[frame].name).reverse(),
    weights[index],
  ]);
}

/** Equal stacks as one, whatever the order. */
function summed(held: Iterable<Held>): Map<string, number> {
  const totals = new Map<string, number>();
  for (const [names, value] of held) {
    const key = JSON.stringify(names);
    totals.set(key, (totals.get(key) ?? 0) + value);
  }
  return new Map([...totals].sort());
}

function total(held: Iterable<Held>): number {
  return [...held].reduce((sum, [, value]) => sum + value, 0);
}

test('a folded line goes from the root to the leaf, and stacks that differ in offsets alone are one', () => {
  const text = `0xffffffffc0001000;get_page 1
[no_stack] 8
vfs_write;leak_order0 [polleak] 7
`;
  assert.equal(folded(SAMPLES), text);
  assert.equal(folded([...SAMPLES].reverse()), text);
  assert.match(folded(SAMPLES, { unit: 'bytes' }), /\[polleak\] 28672\n/);
  assert.match(folded(SAMPLES, { unit: 'blocks' }), /\[polleak\] 3\n/);
  assert.match(
    folded(SAMPLES, { withOffsets: true }),
    /^vfs_write\+0xf5\/0x410;leak_order0\+0x24\/0x40 \[polleak\] 4$/m,
  );
});

test('a pprof profile says what was measured, and in which mapping', () => {
  const { profile, held } = readPprof(SAMPLES, { timeNanos: 1_767_225_600_123_456_789n, comment: 'a dump' });
  const text = (index: number | bigint) => profile.stringTable.strings[Number(index)];
  assert.deepEqual(
    profile.sampleType.map(({ type, unit }) => `${text(type)}/${text(unit)}`),
    ['blocks/count', 'pages/count', 'space/bytes'],
  );
  assert.equal(text(profile.defaultSampleType), 'space');
  assert.equal(BigInt(profile.timeNanos), 1_767_225_600_123_456_789n);
  assert.deepEqual(profile.comment.map(text), ['a dump']);
  assert.deepEqual(
    profile.mapping.map(({ filename }) => text(filename)),
    ['[kernel.kallsyms]', '[polleak]'],
  );
  assert.deepEqual(profile.function.map(({ name, systemName }) => [text(name), text(systemName)]).slice(0, 2), [
    ['leak_order0 [polleak]', 'leak_order0'],
    ['vfs_write', 'vfs_write'],
  ]);
  assert.deepEqual(held[1], [['leak_order0 [polleak]', 'vfs_write'], 4 * PAGE_BYTES]);
});

test('a pprof profile has the same bytes wherever and whenever it is made', () => {
  const bytes = join(writePprof(SAMPLES, { pageBytes: PAGE_BYTES }));
  assert.deepEqual(bytes, join(writePprof(SAMPLES, { pageBytes: PAGE_BYTES })));
  assert.deepEqual([...bytes.subarray(0, 8), bytes[9]], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 255]);
});

test('a pprof profile holds numbers beyond 32 bits', () => {
  const pages = [127, 128, 2 ** 32 - 1, 2 ** 32, 2 ** 41 - 1];
  const { profile } = readPprof(pages.map((count) => ({ frames: ['f'], blocks: count * 2048, pages: count })));
  assert.deepEqual(
    profile.sample.map(({ value }) => value.map(Number)),
    pages.map((count) => [count * 2048, count, count * PAGE_BYTES]),
  );
});

test('a speedscope stack goes from the root to the leaf and weighs its bytes', () => {
  assert.deepEqual(readSpeedscope(SAMPLES, { name: 'a "dump"' }), [
    [['leak_order0 [polleak]', 'vfs_write'], 3 * PAGE_BYTES],
    [['leak_order0 [polleak]', 'vfs_write'], 4 * PAGE_BYTES],
    [['get_page', '0xffffffffc0001000'], PAGE_BYTES],
    [['[no_stack]'], 8 * PAGE_BYTES],
  ]);
});

test('no samples make an empty profile', () => {
  assert.equal(folded([]), '');
  assert.deepEqual(readPprof([]).held, []);
  assert.deepEqual(readSpeedscope([]), []);
});

test('a long text comes in pieces', () => {
  const samples = Array.from({ length: 3000 }, (_, index) => ({
    frames: [`${index}${'x'.repeat(1000)}`],
    blocks: 1,
    pages: 1,
  }));
  for (const pieces of [
    [...writeFolded(samples, { pageBytes: PAGE_BYTES })],
    [...writeSpeedscope(samples, { pageBytes: PAGE_BYTES })],
  ]) {
    assert.ok(pieces.length > 2);
    for (const piece of pieces) assert.ok(piece.length < 2 ** 21);
  }
});

/** Symbols, and what a folded line has in their place. */
const SYMBOLS: readonly (readonly [symbol: string, inFolded: string])[] = [
  ['leak_order0', 'leak_order0'],
  ['vfs_write', 'vfs_write'],
  ['a;b', 'a:b'],
  ['two words', 'two_words'],
  ['f 12', 'f_12'],
  [' 12', '_12'],
  ['quote"\\"', 'quote"\\"'],
  ['line\nfeed\r\0', 'line?feed??'],
  ['\u2028\u00a0', '__'],
  ['naïve_函数_😀', 'naïve_函数_😀'],
  ['half_\ud83d', 'half_?'],
  ['x'.repeat(500), 'x'.repeat(500)],
  ['0xffffffffc0001000', '0xffffffffc0001000'],
];

const frames = fc
  .tuple(
    fc.constantFrom(...SYMBOLS),
    fc.constantFrom('', '+0x1/0x2', '+0x20/0x40'),
    fc.constantFrom('', ' [polleak]', ' [xfs]'),
  )
  .map(([[symbol, inFolded], offset, module]) => ({ symbol, inFolded, offset, module }));

const counts = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 2 ** 36 }));

test('every format gives back the stacks and what they hold, with and without offsets', () => {
  const stacks = fc.array(fc.record({ stack: fc.array(frames, { maxLength: 5 }), blocks: counts, pages: counts }), {
    maxLength: 12,
  });
  const property = fc.property(stacks, fc.boolean(), (drawn, withOffsets) => {
    const samples = drawn.map(({ stack, ...held }) => ({
      frames: stack.map(({ symbol, offset, module }) => ` ${symbol}${offset}${module}`),
      ...held,
    }));
    /** The stacks with `symbolOf` in place of their symbols, holding so many of each page. */
    const expected = (symbolOf: (frame: { symbol: string; inFolded: string }) => string, each: number) =>
      summed(
        drawn.map(({ stack, pages }): Held => {
          const names = stack.map((frame) => symbolOf(frame) + (withOffsets ? frame.offset : '') + frame.module);
          return [names.length > 0 ? names : ['[no_stack]'], pages * each];
        }),
      );
    const options = { withOffsets };
    const inFolded = expected((frame) => frame.inFolded, 1);
    assert.deepEqual(summed(readFolded(folded(samples, options))), inFolded);
    const inPprof = expected(({ symbol }) => Buffer.from(symbol).toString(), PAGE_BYTES);
    assert.deepEqual(summed(readPprof(samples, options).held), inPprof);
    const inSpeedscope = expected(({ symbol }) => symbol, PAGE_BYTES);
    assert.deepEqual(summed(readSpeedscope(samples, options)), inSpeedscope);
  });
  fc.assert(property, { numRuns: 200 * RUNS });
});

test('whatever a frame says, no page is lost and no frame is added', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...' [];+0x1/<>?_\n\tf') }),
  );
  const samples = fc.array(
    fc.record({ frames: fc.array(anything, { minLength: 1, maxLength: 4 }), blocks: counts, pages: counts }),
    { maxLength: 8 },
  );
  const property = fc.property(samples, (drawn) => {
    const pages = drawn.reduce((sum, sample) => sum + sample.pages, 0);
    const depths = new Set(drawn.map((sample) => sample.frames.length));
    for (const [held, value] of [
      [readFolded(folded(drawn)), pages],
      [readPprof(drawn).held, pages * PAGE_BYTES],
      [readSpeedscope(drawn), pages * PAGE_BYTES],
    ] as const) {
      assert.equal(total(held), value);
      assert.deepEqual(new Set(held.map(([names]) => names.length)), depths);
    }
  });
  fc.assert(property, { numRuns: 300 * RUNS });
});
