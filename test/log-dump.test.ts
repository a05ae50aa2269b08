import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LogDump } from '../src/format/log-dump.js';
import { findLogPrefix } from '../src/format/log-prefix.js';
import { fixtureDump, ROOT } from './helpers.js';

const HEADER = 'Page allocated via order 0, mask 0x0(), pid 1, tgid 1 (a), ts 1 ns\n';
const PFN = 'PFN 0x1 type Movable Block 0 type Movable Flags 0x0()\n';
const BLOCK = `${HEADER}${PFN} f+0x1/0x2\n g+0x1/0x2 [m]\n`;

/** What is found in a log that comes in pieces of so many bytes. */
function read(log: Buffer | string, { piece = 2 ** 16 } = {}): { dump: Buffer; passedOver: number; from?: number } {
  const bytes = Buffer.isBuffer(log) ? log : Buffer.from(log, 'latin1');
  const found = new LogDump(findLogPrefix(bytes.toString('latin1', 0, 2 ** 15)));
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += piece) parts.push(found.add(bytes.subarray(at, at + piece)));
  parts.push(found.end());
  const { passedOver, passedOverFrom: from } = found;
  return { dump: Buffer.concat(parts), passedOver, ...(from !== undefined && { from }) };
}

/** The dump that a log holds, as text. */
function dumpOf(log: string, passedOver = 0): string {
  const found = read(log);
  assert.equal(found.passedOver, passedOver);
  for (const piece of [1, 7]) assert.deepEqual(read(log, { piece }), found, 'however the log is cut');
  return found.dump.toString('latin1');
}

/** A text with something in front of, or behind, each of its lines. */
function eachLine(text: string, change: (line: string, at: number) => string): string {
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line, at) => `${change(line, at)}\n`)
    .join('');
}

for (const [fixture, prefixed] of [
  ['6.12-boot', (line: string, at: number) => `[${(at / 1e3).toFixed(6).padStart(12)}][T${at % 99}] ${line}`],
  ['6.12-mixed', (line: string) => `> Nov 26 20:17:44 host kernel: [   12.345678] ${line}`.trimEnd()],
  ['6.1-mixed', (line: string) => `<6>[   12.345678] ${line}\r`],
] as const)
  test(`a whole dump in a log is the dump itself: ${fixture}`, () => {
    const dump = fixtureDump(fixture);
    const log = Buffer.from(eachLine(dump.toString('latin1'), prefixed), 'latin1');
    for (const piece of [2 ** 16, 4093]) {
      const found = read(log, { piece });
      assert.ok(found.dump.equals(dump));
      assert.equal(found.passedOver, 0);
    }
  });

test('a serial console that drops empty lines, and has CRLF, gives the dump', () => {
  const dump = fixtureDump('6.12-mixed').toString('latin1');
  const serial = dump.replace(/\n\n/g, '\n').replace(/\n/g, '\r\n');
  assert.equal(read(serial).dump.toString('latin1'), dump.replace(/\n$/, ''));
  assert.equal(read(`${serial}---[ end ]---\r\n`).dump.toString('latin1'), dump);
});

for (const name of ['dump-in-dmesg', 'dump-in-journal'])
  test(`both blocks are found in ${name}`, () => {
    const log = readFileSync(join(ROOT, `fixtures/forms/${name}.txt`), 'latin1');
    const plain = log.replace(/^(?:\[ {2}123\.456789\] |Nov 26 12:00:01 host kernel: )/gm, '');
    assert.equal(dumpOf(log), plain);
    assert.equal(plain.match(/^Page allocated via/gm)?.length, 2);
  });

for (const [form, block] of Object.entries({
  '2.6': 'Page allocated via order 0\n[0xc012b7b9] find_lock_page+25\n[0xc0123456] f+7\n',
  'later -mm':
    'Page allocated via order 0, mask 0xd0\nPFN 30625 Block 7 type 2 Fallback Flags    U L      \n[0xc012b7b9] f+25\n',
  '3.19':
    'Page allocated via order 0, mask 0xd0\nPFN 1 Block 0 type 2          Flags    U L      \n [<ffffffff8116147e>] f+0x1/0xb\n',
  '4.6':
    'Page allocated via order 0, mask 0x2(GFP)\nPFN 111 type Movable Block 0 type CMA Flags 0x0(a)\n [<ffffffff81>] f+0x1/0xb\nPage has been migrated, last migrate reason: compaction\n',
  '5.13':
    'Page allocated via order 0, mask 0x2(GFP), pid 1, ts 1 ns, free_ts 0 ns\nPFN 1 type Movable Block 0 type CMA Flags 0x0()\n 0xffffffffa0123456\n',
  '6.1': `${BLOCK}Page has been migrated, last migrate reason: demotion\nSlab cache page\nCharged (via objcg) to offline memcg a b\n`,
  'no stack': `${HEADER}${PFN}`,
  newest: `${HEADER}${PFN}handle: 42\nCharged to memcg /\n`,
  MediaTek: `${HEADER}${PFN}PID 12\n f+0x1/0x2\n`,
  openEuler: `${HEADER}${PFN}Page allocated by module m\n f+0x1/0x2\nCharged to dying memcg x\n`,
  detail: `${HEADER}[detail][count:1, mapping:p, mapcount:0 index:1]\n${PFN} f+0x1/0x2 [m ${'0a'.repeat(20)}]\n`,
}))
  test(`all lines of a block belong to it: ${form}`, () => {
    const dump = `${block}\n${block}\n`;
    const log = eachLine(dump, (line) => `[   12.345678] ${line}`);
    assert.equal(dumpOf(log), dump);
    assert.equal(dumpOf(log.replace(/^\[.{12}\] \n/gm, '[   12.345678] other: message\n'), 2), dump);
  });

test('messages of others around, between and in blocks are dropped, counted and located', () => {
  const first = 'Nov 26 20:17:44 host systemd[1]: Started.\n';
  const log =
    first +
    eachLine(`boot\n${BLOCK}\n${BLOCK}\nbye\n`, (line, at) => {
      const kernel = `Nov 26 20:17:44 host kernel: ${line}`;
      return at === 3 ? `${kernel}\nNov 26 20:17:44 host kernel: usb 1-1: new\nhalf a li` : kernel;
    });
  assert.equal(dumpOf(log, 5), `${BLOCK}\n${BLOCK}\n`);
  assert.equal(read(log).from, 0);
  const later = eachLine(`${BLOCK}\n`, (line) => `[   12.345678] ${line}`);
  assert.deepEqual(read(`${later}é\n`, { piece: 3 }), {
    dump: Buffer.from(`${BLOCK}\n`),
    passedOver: 1,
    from: later.length,
  });
});

test('lines that are out of order are of another message', () => {
  const trace = 'Charged to memcg a\n trace+0x1/0x2\nPage has been migrated, last migrate reason: damon\n';
  assert.equal(dumpOf(`${BLOCK}${PFN}${trace}\n f+0x1/0x2\n`, 4), `${BLOCK}Charged to memcg a\n\n`);
  assert.equal(dumpOf(`${HEADER}${PFN}${PFN}Charged to memcg a\nCharged to memcg b\n\n`, 2).match(/\n/g)?.length, 4);
});

test('a last block without its empty line stays so, unless more follows', () => {
  const log = eachLine(BLOCK, (line) => `[   12.345678] ${line}`);
  assert.equal(dumpOf(log), BLOCK);
  assert.equal(dumpOf(log.slice(0, -1)), BLOCK.slice(0, -1));
  assert.equal(dumpOf(`${log}[   12.345678]`), `${BLOCK}\n`, 'a copy may have lost its last LF');
  assert.equal(dumpOf(`${log}[   12.345678] other: message`, 1), `${BLOCK}\n`);
  assert.equal(dumpOf(`${log}[   12.34`, 1), BLOCK, 'where the prefix is cut nothing else is seen');
  assert.equal(dumpOf(`${log}[   12.345678] Page has be`), `${BLOCK}Page has be`);
  assert.equal(dumpOf(`${log}[   12.345678] Page alloc`), `${BLOCK}Page alloc`);
  assert.equal(dumpOf(`${log}[   12.345678]  get_pa`), `${BLOCK} get_pa`);
  assert.equal(dumpOf(`${log.split('\n')[0]}\n[   12.345678] x\n`, 1), HEADER, 'a header alone is no whole block');
});

test('the frames of a call trace behind a block are none of its own', () => {
  const trace = 'WARNING: at f\nCall Trace:\n <TASK>\n dump_stack+0x1/0x2\n h+0x1/0x2\n </TASK>\n';
  assert.equal(dumpOf(`${BLOCK}${trace}${BLOCK}`, 6), `${BLOCK}\n${BLOCK}`);
  assert.equal(dumpOf(`${BLOCK}${trace}Charged to memcg a\n\n`, 6), `${BLOCK}Charged to memcg a\n\n`);
});

test('a block whose lines a message parts is no whole one where its empty line is missing', () => {
  const [first = '', ...rest] = eachLine(BLOCK, (line) => `[   12.345678] ${line}`).split(/(?<=PFN.*\n)/);
  assert.equal(dumpOf(`${first}[   12.345678] other: message\n${rest.join('')}`, 1), BLOCK);
});

test('a header that the end of the text cuts is of the next block', () => {
  assert.equal(dumpOf(`${BLOCK}${HEADER.slice(0, -9)}`), `${BLOCK}\n${HEADER.slice(0, -9)}`);
});

test('a newline in a command name keeps its place, and no message is taken for a name', () => {
  const dump = `${HEADER.replace('(a)', '(a\nPFN 1)')}${PFN} f+0x1/0x2\n\n${HEADER.replace('(a)', '(a\n\nb)')}${PFN} f+0x1/0x2\n\n`;
  const log = eachLine(dump, (line) => `[   12.345678] ${line}`);
  assert.equal(dumpOf(log), dump);
  const cut = HEADER.slice(0, HEADER.indexOf('(a)') + 2);
  assert.equal(dumpOf(`${cut}\n${'b'.repeat(13)}\n`), `${cut}\n${'b'.repeat(13)}\n`);
  assert.equal(dumpOf(`${cut}\n${'b'.repeat(14)}\n`, 1), `${cut}\n`);
  assert.equal(dumpOf(`${cut}\nmore than a name may hold\n${PFN}x\n`, 2), `${cut}\n${PFN}\n`);
});

test('bytes of names stay as they are', () => {
  const dump = Buffer.from(
    `${HEADER.replace('(a)', '(\xff\xc3)')}${PFN} f+0x1/0x2\nCharged to memcg \xe9\x01 \n\n`,
    'latin1',
  );
  const log = eachLine(dump.toString('latin1'), (line) => `[   12.345678] ${line}`);
  for (const piece of [1, 100]) assert.ok(read(Buffer.from(log, 'latin1'), { piece }).dump.equals(dump));
});

test('a line without end takes no memory, and is one line', () => {
  const log = new LogDump();
  const piece = Buffer.alloc(2 ** 20, 'x');
  const before = process.memoryUsage().rss;
  for (let megabytes = 0; megabytes < 200; megabytes++) assert.equal(log.add(piece).length, 0);
  const dump = Buffer.concat([log.add(Buffer.from(`\n${BLOCK}\ny\n`)), log.end()]);
  assert.ok(process.memoryUsage().rss - before < 100e6);
  assert.equal(dump.toString(), `${BLOCK}\n`);
  assert.equal(log.passedOver, 2);
  assert.equal(log.passedOverFrom, 0);
});

test('an empty log holds nothing', () => {
  assert.equal(dumpOf(''), '');
  assert.equal(dumpOf('\r\n\n\n'), '');
});
