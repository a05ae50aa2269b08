/** How reports are written: what a reader gets back, and what hostile names cannot do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeText, encodeText } from '../src/format/text.js';
import { displayWidth } from '../src/merge/writers/display-width.js';
import { visible } from '../src/merge/writers/escape.js';
import { formatBytes } from '../src/merge/writers/format-bytes.js';
import { writeJson } from '../src/merge/writers/json.js';
import { writeNdjson } from '../src/merge/writers/ndjson.js';
import type { Cell, ReportColumn, ReportTable } from '../src/merge/writers/report.js';
import { sparkline } from '../src/merge/writers/sparkline.js';
import { writeCsv } from '../src/merge/writers/table-csv.js';
import { writeMarkdown } from '../src/merge/writers/table-md.js';
import { writeText } from '../src/merge/writers/table-text.js';

const FRAMES = [
  'get_page_from_freelist',
  '__alloc_pages_noprof',
  'shmem_alloc_folio',
  'shmem_get_folio_gfp',
  'vfs_write',
  'ksys_write',
];

const TABLE: ReportTable = {
  title: 'Who holds memory',
  columns: [
    { name: 'pages', kind: 'number' },
    { name: 'memory', kind: 'bytes' },
    { name: 'share', kind: 'percent' },
    { name: 'pid', kind: 'text' },
    { name: 'stack', kind: 'stack' },
    { name: 'name', kind: 'text' },
    { name: 'age', kind: 'bars' },
  ],
  rows: [
    [1857279, 1.1 * 2 ** 30, 12.345, 12345, FRAMES, 'kworker/u8:1', '▁█'],
    [-4, 0, -0.04, null, ['leaf'], null, null],
  ],
  notes: ['2 groups of 7.'],
};

const HOSTILE = [
  '\x1b[2J\x1b]0;title\x07',
  'a\nb\r\tc',
  '=cmd()',
  '+1',
  '-1',
  '@SUM(A1)',
  '\t=1',
  'a|b\\|c\\',
  '`code` <script>alert(1)</script> &amp; [x](javascript:y) @someone',
  '"quoted", "more"',
  '\u202egnp.exe\u2069',
  'zero\u200bwidth\ufeff',
  'x'.repeat(10_000),
  '名前'.repeat(40),
  'e\u0301'.repeat(50),
  `e${'\u0301'.repeat(50)}`,
  '👩‍👩‍👧',
  '\ud800 lone',
  decodeText(Uint8Array.of(0x61, 0x80, 0xff)),
  '\\x1b \\u{202e}',
  '\u2028\u2029\x9b',
  '',
  '   ',
];

const text = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...'|\\`"\',;=<>\n\r\t *_名é') }),
);
const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(NaN, Infinity, -0, 2 ** 60));
const cell = fc.oneof(text, number, fc.array(fc.oneof(text, fc.constantFrom(...FRAMES))), fc.constant(null));
const column = fc.record<ReportColumn>({
  name: text,
  kind: fc.constantFrom('text', 'number', 'percent', 'bytes', 'stack', 'bars'),
});
const table: fc.Arbitrary<ReportTable> = fc.array(column, { maxLength: 6 }).chain((columns) =>
  fc.record({
    title: text,
    columns: fc.constant(columns),
    rows: fc.array(fc.array<Cell>(cell, { minLength: columns.length, maxLength: columns.length }), { maxLength: 5 }),
    notes: fc.array(text, { maxLength: 2 }),
  }),
);

function all(pieces: Iterable<string>): string {
  return [...pieces].join('');
}

function inText(tables: readonly ReportTable[], width = 200, color = false): string {
  return all(writeText(tables, { width, color }));
}

function oneCell(value: Cell, kind: ReportColumn['kind'] = 'text'): ReportTable {
  return { title: '', columns: [{ name: 'c', kind }], rows: [[value]], notes: [] };
}

test('bytes that are not UTF-8 are kept in a string, each as one character', () => {
  assert.equal(decodeText(Uint8Array.of(0x61, 0x80, 0xc3, 0xa9, 0xe2, 0x82)), 'a\uef80é\uefe2\uef82');
  assert.equal(decodeText(Buffer.from('\ufeffπ\ufffd')), '\ufeffπ\ufffd');
  assert.equal(decodeText(Buffer.from('\uef80')), '\uefee\uefbe\uef80');
  for (const bad of ['c080', 'e08080', 'eda080', 'f0808080', 'f4908080', 'f8888080', 'ff'])
    assert.equal(decodeText(Buffer.from(bad, 'hex')).length, bad.length / 2, bad);
});

test('any bytes come back from their text', () => {
  const byte = fc.oneof(fc.nat(255), fc.constantFrom(0xc3, 0xe2, 0x82, 0xac, 0xee, 0xbe, 0xbf, 0x80, 0xf0, 0x9f, 0xed));
  fc.assert(
    fc.property(fc.array(byte), (bytes) => {
      assert.deepEqual([...encodeText(decodeText(Uint8Array.from(bytes)))], bytes);
    }),
    { numRuns: 2000 },
  );
});

test('UTF-8 is decoded as it is, apart from the characters that stand for bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      fc.pre(!/[\uef80-\uefff]/.test(value));
      assert.equal(decodeText(Buffer.from(value)), value);
    }),
  );
});

test('a terminal is given nothing to act upon, and can tell what was there', () => {
  assert.equal(visible('\x1b[2J\x7f\n'), '\\x1b[2J\\x7f\\x0a');
  assert.equal(
    visible('\u202e\u2028\x9b\ufeff\ud800\u{e0041}'),
    '\\u{202e}\\u{2028}\\u{9b}\\u{feff}\\u{d800}\\u{e0041}',
  );
  assert.equal(visible(decodeText(Uint8Array.of(0x80))), '\\x80');
  assert.equal(visible('\\x1b \\u{202e} fsck\\x2d1 \\n é 名'), '\\x5cx1b \\x5cu{202e} fsck\\x2d1 \\n é 名');
  assert.equal(visible(`e${'\u0301'.repeat(6)}`), `e${'\u0301'.repeat(4)}\\u{301}\\u{301}`);
  fc.assert(fc.property(text, (value) => assert.doesNotMatch(visible(value), /[\p{C}\p{Zl}\p{Zp}]/u)));
});

test('no two texts look alike', () => {
  fc.assert(fc.property(text, (value) => assert.equal(unescaped(visible(value)), value)));
});

/** What `visible` was given. */
function unescaped(shown: string): string {
  return shown.replace(
    /\\(?:x([01][\da-f]|5c|7f|[89a-f][\da-f])|u\{([\da-f]+)\})/g,
    (_, byte?: string, code?: string) => {
      if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
      const value = Number.parseInt(byte as string, 16);
      return String.fromCharCode(value < 0x80 ? value : 0xef00 + value);
    },
  );
}

test('text is aligned, with the stack last', () => {
  assert.equal(
    inText([TABLE], 110),
    `Who holds memory
    pages   memory   share  pid    name          age  stack
1 857 279  1.1 GiB  12.3 %  12345  kworker/u8:1  ▁█   … shmem_alloc_folio <- shmem_get_folio_gfp <- 2 more
       -4        0   0.0 %                            leaf

2 groups of 7.
`,
  );
});

test('a stack is whole where it fits, and else begins behind the allocator', () => {
  const lines = (width: number): string => inText([oneCell(FRAMES, 'stack')], width).split('\n')[1] as string;
  assert.equal(lines(200), FRAMES.join(' <- '));
  assert.equal(lines(60), '… shmem_alloc_folio <- shmem_get_folio_gfp <- 2 more');
  assert.equal(lines(20), '… shmem_alloc_folio…');
});

test('text is never wider than the terminal, unless numbers are', () => {
  fc.assert(
    fc.property(table, fc.integer({ min: 1, max: 120 }), (any, width) => {
      const allowed = Math.max(width, widthOfNumbers(any));
      const lines = inText([any], width).split('\n');
      for (const line of lines) assert.ok(displayWidth(line) <= allowed, `${width}: ${line}`);
      const noteLines = inText([{ ...any, title: '', columns: [] }], width).split('\n').length - 1;
      if (any.notes.length === 0 && any.columns.length > 0)
        assert.equal(lines.length - 1 - noteLines, any.rows.length + 1 + (any.title ? 1 : 0), 'a line a row');
    }),
  );
});

/** Columns that the numbers of a table take, each as wide as its widest. */
function widthOfNumbers({ columns, rows }: ReportTable): number {
  let width = -2;
  for (const [i, { kind }] of columns.entries()) {
    if (!['number', 'percent', 'bytes'].includes(kind)) continue;
    const shown = rows.map((row) =>
      typeof row[i] === 'number' ? inText([oneCell(row[i], kind)]).split('\n')[1]! : '',
    );
    const widest = Math.max(0, ...shown.map((line) => line.trim().length));
    if (widest > 0) width += widest + 2;
  }
  return width;
}

test('wide characters take two columns, combining ones none', () => {
  assert.equal(displayWidth('名前'), 4);
  assert.equal(displayWidth('e\u0301'), 1);
  assert.equal(displayWidth('👍ａ한'), 6);
  assert.equal(inText([oneCell('名前名前名前')], 7).split('\n')[1], '名…前');
  assert.equal(inText([oneCell('/system.slice/some.service')], 11).split('\n')[1], '/syst…rvice');
});

test('long notes are wrapped', () => {
  const note = { ...oneCell('x'), notes: ['one two three four'] };
  assert.equal(inText([note], 9), 'c\nx\n\none two\nthree\nfour\n');
});

test('color is only for headings, and only when asked for', () => {
  const [title, headings, row] = inText([TABLE], 110, true).split('\n');
  assert.equal(title, '\x1b[1mWho holds memory\x1b[0m');
  assert.ok(headings?.startsWith('\x1b[2m    pages') && headings.endsWith('stack\x1b[0m'));
  assert.ok(row?.startsWith('1 857 279'));
  fc.assert(fc.property(table, (any) => assert.doesNotMatch(inText([any]), /[^\P{C}\n]/u)));
});

test('an empty table is its headings, and no table is nothing', () => {
  const empty = { ...oneCell('x'), rows: [] };
  assert.equal(inText([]), '');
  assert.equal(inText([empty, empty]), 'c\n\nc\n');
  assert.equal(all(writeCsv(empty)), 'c\n');
  assert.equal(all(writeMarkdown([empty])), '| c |\n| --- |\n');
  const none = { title: '', columns: [], rows: [[], []], notes: [] };
  assert.equal(inText([none]) + all(writeCsv(none)) + all(writeMarkdown([none])), '');
});

test('what is no number is shown as nothing', () => {
  for (const kind of ['number', 'percent', 'bytes', 'text'] as const) {
    for (const value of [NaN, Infinity]) {
      assert.equal(inText([oneCell(value, kind)]).trim(), 'c');
      assert.equal(all(writeCsv(oneCell(value, kind))), 'c\n""\n');
    }
  }
  assert.equal(all(writeJson([NaN, -Infinity])), '[\n  null,\n  null\n]\n');
});

test('sizes are rounded up into the next unit, also below zero', () => {
  assert.deepEqual([1023, 2 ** 20 - 1, -1.5 * 2 ** 30].map(formatBytes), ['1023 bytes', '1.0 MiB', '-1.5 GiB']);
});

test('csv has plain numbers, and stacks joined by ;', () => {
  assert.equal(
    all(writeCsv(TABLE)),
    `pages,memory,share,pid,stack,name,age
1857279,1181116006.4,12.345,12345,"${FRAMES.join(';')}",kworker/u8:1,▁█
-4,0,-0.04,,leaf,,
`,
  );
});

test('no text of a csv is a formula', () => {
  const first = (value: string): string => all(writeCsv(oneCell(value))).split('\n')[1] as string;
  assert.deepEqual(['=cmd()', '+1', '-1', '@x', '＝1'].map(first), ["'=cmd()", "'+1", "'-1", "'@x", "'＝1"]);
  assert.equal(first('\t=1'), '\\x09=1');
  assert.equal(all(writeCsv(oneCell(['=a;b', 'c']))), `c\n"'=a\\x3bb;c"\n`);
});

test('a strict reader of csv gets the cells back', () => {
  fc.assert(
    fc.property(table, (any) => {
      const { columns, rows } = any;
      const expected = columns.length === 0 ? [] : [columns.map(({ name }) => name), ...rows];
      assert.deepEqual(
        parseCsv(all(writeCsv(any))),
        expected.map((row) => row.map(csvValue)),
      );
    }),
  );
});

function csvValue(value: Cell): string {
  if (value === null) return '';
  if (typeof value === 'number') return Number.isFinite(value) ? digits(value) : '';
  const shown =
    typeof value === 'string' ? visible(value) : value.map((f) => visible(f).replaceAll(';', '\\x3b')).join(';');
  return /^[=+\-@＝＋－＠]/.test(shown) ? `'${shown}` : shown;
}

function digits(value: number): string {
  return Number.isInteger(value) ? String(BigInt(value)) : String(value);
}

/** RFC 4180 with LF: fields are plain, or quoted as a whole. */
function parseCsv(csv: string): string[][] {
  const rows: string[][] = [];
  for (let at = 0, row: string[] = []; at < csv.length; ) {
    const [whole, quoted, plain, end] = /(?:"((?:[^"]|"")*)"|([^",\n]*))([,\n])/y[Symbol.match](csv.slice(at)) ?? [];
    assert.ok(whole !== undefined, `no field at ${at}: ${csv}`);
    row.push(quoted?.replaceAll('""', '"') ?? (plain as string));
    at += whole.length;
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

test('a table in Markdown has its titles, edges and notes', () => {
  assert.equal(
    all(writeMarkdown([{ ...TABLE, columns: TABLE.columns.slice(0, 6) }])),
    `### Who holds memory

| pages | memory | share | pid | stack | name |
| ---: | ---: | ---: | --- | --- | --- |
| 1 857 279 | 1.1 GiB | 12.3 % | 12345 | \`${FRAMES.join(' ← ')}\` | \`kworker/u8:1\` |
| -4 | 0 | 0.0 % |  | \`leaf\` |  |

- 2 groups of 7.
`,
  );
});

test('rows in Markdown have a cell for each column, whatever the text, and no HTML', () => {
  fc.assert(
    fc.property(table, (any) => {
      fc.pre(any.columns.length > 0);
      const lines = all(writeMarkdown([{ ...any, title: '', notes: [] }])).split('\n');
      assert.equal(lines.length, any.rows.length + 3);
      for (const line of lines.slice(0, -1)) {
        assert.equal(line.match(/(?<!\\)\|/g)?.length, any.columns.length + 1, line);
        const outsideCode = line.replace(/(?<=\| )`[^`]*`(?= \|)/g, '').replace(/\\[!-/:-@[-`{-~]/g, '');
        assert.doesNotMatch(outsideCode, /[`<>&[\]*_@]/, line);
      }
    }),
  );
});

test('titles and notes in Markdown are one line without markup', () => {
  const written = all(writeMarkdown([{ ...oneCell(1), title: '<b>\n# `x`', notes: ['![x](y)\n---'] }]));
  assert.match(written, /^### \\<b\\>\\\\x0a\\# \\`x\\`\n\n/);
  assert.match(written, /\n\n- \\!\\\[x\\\]\(y\)\\\\x0a---\n$/);
});

test('JSON reads back, and is laid out as JSON.stringify does', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'grapheme-ascii' }), (value) => {
      const plain = JSON.parse(JSON.stringify(value, (_, v) => (typeof v === 'number' ? Math.trunc(v) % 2 ** 53 : v)));
      assert.equal(all(writeJson(plain)), `${JSON.stringify(plain, null, 2)}\n`);
      assert.equal(all(writeNdjson([plain])), `${JSON.stringify(plain)}\n`);
    }),
  );
});

test('integers in JSON are plain digits at any size', () => {
  assert.equal(
    all(writeNdjson([[2n ** 64n, 2 ** 70, 1e21, -0, 0.5]])),
    '[18446744073709551616,1180591620717411303424,1000000000000000000000,0,0.5]\n',
  );
});

test('JSON of any text is one line of harmless characters, and reads back', () => {
  fc.assert(
    fc.property(text, (value) => {
      const line = all(writeNdjson([{ [value]: value }]));
      assert.doesNotMatch(line.slice(0, -1), /[\p{C}\p{Zl}\p{Zp}]/u);
      assert.deepEqual(Object.entries(JSON.parse(line)), [[value, value]]);
    }),
  );
});

test('an endless list in JSON is written as it comes', () => {
  let made = 0;
  function* groups(): Generator<object> {
    for (;;) yield { pages: made++, stack: ['a', 'b'] };
  }
  const pieces = writeJson({ groups: groups() })[Symbol.iterator]();
  for (let i = 0; i < 3; i++) assert.ok(pieces.next().value?.length < 70_000);
  assert.ok(made < 10_000);
});

test('a sparkline tells zero from little, and has no place for NaN', () => {
  assert.equal(sparkline([0, 1, 500, 1000, -5, NaN, Infinity]), '·▁▄█···');
  assert.equal(sparkline([0, 1, 500, 1000], 'ascii'), '.148');
  assert.equal(sparkline([0, 0]) + sparkline([]), '··');
  assert.equal(sparkline([Number.MIN_VALUE, Number.MAX_VALUE]), '▁█');
});
