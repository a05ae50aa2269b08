import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { BLOCK, fixtureDump, ROOT, run, temporaryFolder, writeInto } from './helpers.js';

const FIXTURES = join(ROOT, 'fixtures');
const folder = temporaryFolder();
const form = (name: string): string => join(FIXTURES, 'forms', name);

// biome-ignore lint/suspicious/noExplicitAny: documents of many shapes, looked into field by field
type Json = any;

interface Answer {
  readonly document: Json;
  readonly stderr: string;
}

function ask(...args: string[]): Answer {
  const { status, stdout, stderr } = run('pageowner', [...args, '--format', 'json']);
  assert.equal(status, 0, stderr);
  return { document: JSON.parse(Buffer.from(stdout, 'latin1').toString()), stderr };
}

/** Pages and blocks in all, and pages by the value of one key. */
function totals(path: string, by: string, ...args: string[]): unknown[] {
  const { document } = ask('top', '--by', by, ...args, path);
  const { blocks, pages } = document.totals;
  return [blocks, pages, Object.fromEntries(document.rows.map((row: Json) => [String(row.key[by]), row.pages]))];
}

test('what is damaged in a report of the sorter is located', () => {
  const path = writeInto(folder, 'damaged-report', '3 times, 6 pages, PID 7\n2 times, 2 pages, PID 8\nnonsense\n');
  const { document, stderr } = ask('top', path);
  assert.equal(document.totals.pages, 8);
  assert.match(stderr, /at byte 48$/m);
});

test('a page report of a log has the command that allocated the page', () => {
  const { document } = ask('top', '--by', 'command', form('kasan-report.txt'));
  assert.deepEqual(
    document.rows.map(({ key }: Json) => key.command),
    ['syz-executor'],
  );
});

test('a report of the sorter of 4.2 gives its counts, not its groups', () => {
  assert.deepEqual(totals(form('sorted-4.2.txt'), 'caller'), [
    1_157_310,
    1_157_310,
    { handle_mm_fault: 699_487, drv_ring_fill: 457_823 },
  ]);
});

test('a culled report of 6.1 gives blocks and pages by task', () => {
  assert.deepEqual(totals(form('sorted-6.1-culled.txt'), 'command'), [5012, 5096, { worker: 5000, other: 96 }]);
  assert.deepEqual(totals(form('sorted-6.1-culled.txt'), 'order'), [5012, 5096, { null: 5096 }]);
});

test('names of any kind are read from a culled report', () => {
  const names = ['', ' lead', ')', '), ts 1 ns', 'a:', 'a, PID 7'];
  const text = names.map((name, i) => `${i + 1} times, ${i + 1} pages, task_comm_name: ${name}\n`).join('');
  const [blocks, pages, byName] = totals(writeInto(folder, 'names.sorted', text), 'command');
  assert.deepEqual([blocks, pages], [21, 21]);
  assert.deepEqual(byName, { null: 1, ' lead': 2, ')': 3, '), ts 1 ns': 4, 'a:': 5, 'a, PID 7': 6 });
});

test('reports of the kernel tools have the blocks and pages of their dump', () => {
  for (const name of ['6.12-boot', '6.1-mixed']) {
    const dump = writeInto(folder, 'golden-dump', fixtureDump(name));
    const { blocks, pages } = ask('top', dump).document.totals;
    for (const args of [
      [],
      ['--cull=st'],
      ['--cull=st,pid,name,ator'],
      ['--cull=tg'],
      ['--cull=n,f'],
      ['--cull=ator'],
      ['-M', '--cull=mod,n'],
    ]) {
      const sorted = join(folder, 'golden-sorted');
      assert.equal(run('page_owner_sort', [...args, dump, sorted]).status, 0);
      const { document } = ask('top', sorted);
      assert.deepEqual(
        [document.totals.blocks, document.totals.pages, document.dump.malformed],
        [blocks, pages, 0],
        `${name} ${args}`,
      );
    }
  }
});

test('what a report of page_owner_sort does not say is said in one line', () => {
  for (const [command, reason] of [
    ['age', /does not say when pages were allocated/],
    ['frag', /does not say where pages are/],
  ] as const) {
    const { status, stdout, stderr } = run('pageowner', [command, form('sorted-4.2.txt')]);
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, reason);
    assert.match(stderr, /^pageowner: .*\n$/);
  }
  const { stderr } = ask('diff', form('sorted-6.1-culled.txt'), form('sorted-4.2.txt'));
  assert.match(stderr, /what was born and freed is not known/);
});

test('page_owner_sort says the modules that top says', () => {
  const dump = writeInto(folder, 'modules', fixtureDump('6.12-mixed'));
  const { rows } = ask('top', '--by', 'module', dump).document;
  assert.ok(rows.length > 1);
  for (const { key, blocks, pages } of rows) {
    const name = key.module ?? 'vmlinux';
    const line = `${blocks} times, ${pages} pages, module: ${name}\n`;
    assert.ok(run('page_owner_sort', ['--cull=mod', dump, '-']).stdout.includes(line), line);
    const { stdout } = run('page_owner_sort', ['--module', name, '--cull=ator,n', '-M', dump, '-']);
    assert.match(
      stdout,
      new RegExp(`^(\\d+ times, \\d+ pages, task_comm_name: .*, module: ${name}, allocated by [A-Z]+ \\n)+$`),
    );
  }
});

test('page_owner_sort groups a report as text, and says so in one line', () => {
  const { status, stdout, stderr } = run('page_owner_sort', [form('sorted-4.2.txt'), '-']);
  assert.equal(status, 0);
  assert.match(stdout, /^1 times, 1 pages, allocated by OTHERS :\n457823 times:\n|^1 times, 1 pages/);
  assert.match(stderr, /^page_owner_sort: .*is a report of page_owner_sort: .*pageowner top.*\n$/);
});

test('a report with one header line that is no group is still one, and a dump with counts in a command name is none', () => {
  const named = writeInto(folder, 'named', BLOCK.replace('(comm)', '(5 times:)').repeat(3));
  assert.equal(ask('top', named).document.totals.blocks, 3);
});

test('page reports of a log tell reason, state, caller and who freed', () => {
  const { document } = ask('top', '--by', 'reason,state,caller,freed-by', form('kasan-report.txt'));
  assert.deepEqual(document.rows[0].key, {
    reason: 'kasan: bad access detected',
    state: 'freed',
    caller: 'pte_alloc_one',
    'freed-by': 'tlb_remove_table_rcu',
  });
  assert.deepEqual([document.totals.blocks, document.totals.pages], [1, 8]);
  assert.deepEqual(totals(form('dmesg-migration-failure.txt'), 'reason'), [2, 2, { 'migration failure': 2 }]);
  assert.deepEqual(totals(form('dmesg-migration-failure.txt'), 'module'), [2, 2, { fsdrv: 2 }]);
});

test('page reports are the same from their saved aggregate', () => {
  const saved = join(folder, 'reports.parquet');
  assert.equal(run('pageowner', ['export', form('kasan-report.txt'), '-o', saved]).status, 0);
  for (const by of ['reason,state', 'freed-by', 'stack']) {
    const [read, made] = [saved, form('kasan-report.txt')].map((path) => ask('top', '--by', by, path).document.rows);
    assert.deepEqual(read, made);
  }
});

const REAL = join(FIXTURES, '6.12-leak', 't0.txt.gz');

/** A dump as a log has it: a prefix on every line, empty ones too. */
function logged(text: string): string {
  return text.replace(/^.*\n/gm, (line) => `[  123.456789] ${line}`);
}

test('a dump in a log gives what the dump gives, in reports and in sort', async () => {
  const { gunzipSync } = await import('node:zlib');
  const text = gunzipSync(readFileSync(REAL)).toString('latin1');
  const plain = writeInto(folder, 'plain.txt', Buffer.from(text, 'latin1'));
  const log = writeInto(folder, 'log.txt', Buffer.from(logged(text), 'latin1'));
  const packed = writeInto(folder, 'log.gz', gzipSync(Buffer.from(logged(text), 'latin1')));
  for (const path of [log, packed]) {
    for (const args of [['top'], ['age'], ['frag'], ['top', '--by', 'command,kind']]) {
      const [a, b] = [path, plain].map((each) => ask(...args, each).document);
      assert.deepEqual({ ...a, dump: null, dumps: null }, { ...b, dump: null, dumps: null });
    }
    for (const args of [['--cull=st'], ['-m', '--cull=pid,n'], []]) {
      const [a, b] = [path, plain].map((each) => run('pageowner', ['sort', ...args, each]));
      assert.deepEqual([a?.status, a?.stdout, a?.stderr], [0, b?.stdout, '']);
    }
  }
});

test('lines of other messages in a log are counted and told', () => {
  const text = `[    1.000000] booted\n${logged(BLOCK)}[  124.000000] usb 1-1: new device\n${logged(BLOCK)}`;
  const log = writeInto(folder, 'mixed.log', text);
  const { document, stderr } = ask('top', log);
  assert.equal(document.totals.blocks, 2);
  assert.match(stderr, /2 lines of the log are of other messages and were passed over/);
  const { stdout, stderr: sorted } = run('pageowner', ['sort', log]);
  assert.match(stdout, /^2 times/);
  assert.match(sorted, /2 lines of the log/);
});

test('a log without a page in it is refused in one line', () => {
  const log = writeInto(folder, 'boot.log', '[    0.000000] Linux version 6.1\n[    0.100000] Memory: 1K\n');
  const { status, stderr } = run('pageowner', ['top', log]);
  assert.equal(status, 2);
  assert.match(stderr, /^pageowner: .*no block of page_owner.*\n$/);
});

test('handles are joined with what they stand for, in trend and diff too', () => {
  const stacks = ['--stacks', form('show_stacks_handles.txt')];
  const { document } = ask('top', ...stacks, form('show_handles.txt'));
  assert.equal(document.totals.pages, 20_871);
  assert.deepEqual(document.rows[0].key.stack.at(-1), 'filemap_fault+0x5f7/0xc20');
  const later = writeInto(folder, 'later', 'handle: 42\nnr_base_pages: 21000\n\nhandle: 1\nnr_base_pages: 47\n\n');
  const { rows } = ask('diff', ...stacks, form('show_handles.txt'), later).document;
  const grown = rows.find(({ key }: Json) => key.stack.includes('filemap_fault+0x5f7/0xc20'));
  assert.deepEqual(grown.pages, [20_824, 21_000]);
});

test('show_stacks_handles alone counts nothing and says where it belongs', () => {
  const { status, stderr } = run('pageowner', ['top', form('show_stacks_handles.txt')]);
  assert.equal(status, 2);
  assert.match(stderr, /--stacks/);
});

test('allocinfo is read by top and diff, by site and by module', () => {
  const { document } = ask('top', '--by', 'module', form('allocinfo.txt'));
  assert.deepEqual(document.totals, { bytes: 8_519_680, calls: 2080 });
  assert.deepEqual([document.rows[0].key, document.rows[0].bytes], [{ module: 'foo' }, 8_388_608]);
  const later = writeInto(
    folder,
    'allocinfo',
    readFileSync(form('allocinfo.txt'), 'latin1').replace('131072       32', '262144       64'),
  );
  const [first] = ask('diff', form('allocinfo.txt'), later).document.rows;
  assert.deepEqual([first.growth_bytes, first.calls], [131_072, [32, 64]]);
  for (const command of ['age', 'frag', 'export'])
    assert.match(
      run('pageowner', [
        command,
        form('allocinfo.txt'),
        '-o',
        '/dev/null',
        ...(command === 'export' ? ['--to', 'csv'] : []),
      ]).stderr,
      /not pages; top, diff and info read it/,
    );
});

test('allocinfo beside a dump: sites with the pages behind them, and what one side alone knows', () => {
  const path = writeInto(
    folder,
    'beside',
    BLOCK.replace(/( .*\+0x.*\n)+/, ' alloc_slab_page+0x1/0x2\n kmalloc_user+0x1/0x2\n') +
      BLOCK.replace(/( .*\+0x.*\n)+/, ' foo_ring_fill+0x1/0x2 [foo]\n foo_open+0x3/0x4 [foo]\n'),
  );
  const { rows } = ask('top', '--allocinfo', form('allocinfo.txt'), path).document;
  const row = (name: string): Json => rows.find((each: Json) => each.function === name);
  assert.deepEqual(row('foo_ring_fill').callers[0].caller, 'foo_open');
  assert.equal(row('alloc_slab_page').allocinfo_bytes, 131_072);
  assert.ok(row('alloc_slab_page').pages > 0);
});

test('several dumps are summed, and told apart by --by dump', () => {
  const two = ['t0.txt.gz', 't1.txt.gz'].map((name) => join(FIXTURES, '6.12-leak', name));
  const [a, b] = two.map((path) => ask('top', path).document.totals.pages as number) as [number, number];
  const { document } = ask('top', '--by', 'dump', ...two);
  assert.equal(document.totals.pages, a + b);
  assert.deepEqual(
    document.rows.map((row: Json) => [row.key.dump, row.pages]),
    [
      [two[1], b],
      [two[0], a],
    ],
  );
  const ages = ask('age', ...two).document;
  const sum = ages.rows.reduce((all: number, row: Json) => all + row.total_pages, 0);
  assert.equal(sum, a + b);
  const [exported, merged] = ['export', 'merge'].map((command) => {
    const output = join(folder, `${command}.parquet`);
    assert.equal(run('pageowner', [command, ...two, '-o', output]).status, 0);
    return readFileSync(output);
  });
  assert.ok(exported?.equals(merged as Buffer));
});

test('a dump that begins within a block gives all others, and tells of the rest', () => {
  const { document, stderr } = ask('top', form('cut-in-front.txt'));
  assert.deepEqual([document.totals.blocks, document.totals.pages, document.dump.malformed], [34, 34, 1]);
  assert.match(stderr, /a block is damaged or cut off and left out, at byte 0/);
});

test('a block of more pages than there can be is left out, located, and does not come into a saved aggregate', () => {
  const { document, stderr } = ask('top', form('order-64.txt'));
  assert.deepEqual([document.totals.blocks, document.totals.pages, document.dump.malformed], [16, 16, 1]);
  assert.match(stderr, /at byte 0/);
  const saved = join(folder, 'order.parquet');
  assert.equal(run('pageowner', ['export', form('order-64.txt'), '-o', saved]).status, 0);
  assert.deepEqual(ask('top', saved).document.rows, document.rows);
});

for (const scanner of ['kernel', 'typescript'])
  test(`a damaged PFN line says no place to the scan of ${scanner}`, () => {
    const env = { ...process.env, PAGEOWNER_SCANNER: scanner };
    const path = form('pfn-without-space.txt');
    const { stdout } = run('pageowner', ['top', '--by', 'node', '--format', 'json', path], { env });
    assert.deepEqual(JSON.parse(stdout).rows[0].key, { node: null });
  });

test('a command name with newlines is read as it is', () => {
  for (const name of ['a\nb', 'a\n b\nc', '\n']) {
    const path = writeInto(folder, 'newline', BLOCK.replace('(comm)', `(${name})`) + BLOCK);
    const { rows } = ask('top', '--by', 'command,caller,order', path).document;
    const commands = rows.map(({ key }: Json) => key.command);
    assert.deepEqual(commands.sort(), [name, 'comm'].sort());
    assert.equal(rows[0].key.caller, rows[1].key.caller);
  }
});

test('a zero in the type of a PFN line is damage: no place is known', () => {
  const damaged = BLOCK.replace(/type \w+/, 'type Mov\0able');
  assert.notEqual(damaged, BLOCK);
  const { rows } = ask('top', '--by', 'migratetype', writeInto(folder, 'zero', damaged)).document;
  assert.deepEqual(rows[0].key, { migratetype: null });
});

test('a byte that is a blank in Unicode only is none in a PFN line, whichever scan reads it', () => {
  const path = writeInto(folder, 'blank', Buffer.from(BLOCK.replace(/type \w+/, 'type Mov\xa0able'), 'latin1'));
  for (const scanner of ['kernel', 'typescript']) {
    const env = { ...process.env, PAGEOWNER_SCANNER: scanner };
    const { stdout } = run('pageowner', ['top', '--by', 'node', '--format', 'json', path], { env });
    assert.deepEqual(JSON.parse(stdout).rows[0].key, { node: 0 });
  }
});

test('pageblocks of node 0 and of a node that is not known have an order, whatever that of the rows', () => {
  const path = writeInto(folder, 'nodes', BLOCK + BLOCK.replace('node=0', 'node =0').replace('order 1', 'order 0'));
  const saved = join(folder, 'nodes.parquet');
  assert.equal(run('pageowner', ['export', path, '-o', saved]).status, 0);
  const [made, read] = [path, saved].map((each) => ask('frag', each).document);
  assert.deepEqual({ ...made, dump: null }, { ...read, dump: null });
});

test('--module selects in reports, and memory of no module is shown as vmlinux', () => {
  const t2 = join(FIXTURES, '6.12-leak', 't2.txt.gz');
  const pages = (...args: string[]): number => ask('top', ...args, t2).document.totals.pages;
  assert.equal(pages('--module', 'polleak') + pages('--module', 'vmlinux'), pages());
  assert.ok(pages('--module', 'polleak') > 4000);
  assert.equal(pages('--module', 'vmlinux,polleak'), pages());
  const { stdout } = run('pageowner', ['top', '--by', 'module', t2]);
  assert.match(stdout, /polleak\n.* vmlinux$/m);
  assert.equal(ask('top', '--by', 'module', t2).document.rows[1].key.module, null);
});

test('zeros in front of a node make no other node', () => {
  const path = writeInto(folder, 'zeros', BLOCK + BLOCK.replace('node=0', 'node=000'));
  assert.equal(ask('frag', path).document.zones.length, 1);
});

test('info names each form, what it answers and what is damaged', () => {
  const forms = [
    'sorted-4.2.txt',
    'kasan-report.txt',
    'show_handles.txt',
    'allocinfo.txt',
    'dump-in-dmesg.txt',
    'stack_handle.txt',
  ];
  const { inputs } = ask('info', ...forms.map(form), REAL).document;
  assert.deepEqual(
    inputs.map((each: Json) => each.form),
    ['sorted', 'log', 'handles', 'allocinfo', 'log', 'dump', 'dump'],
  );
  const real = inputs.at(-1);
  assert.deepEqual([real.packed, real.pages, real.kernel, real.nodes], ['gzip', 1493, '6.7 or later', [0]]);
  assert.ok(real.commands.includes('frag') && !inputs[0].commands.includes('frag'));
});

test('info on what is of no form that is known says what it is, and exits with 2', () => {
  const html = writeInto(folder, 'page.html', '<!DOCTYPE html><html><body>404</body></html>');
  const { status, stdout } = run('pageowner', ['info', '--format', 'json', html]);
  const [info] = JSON.parse(stdout).inputs;
  assert.deepEqual([status, info.form], [2, null]);
  assert.match(info.is, /HTML/);
});

test('a batch reads what single runs read, whatever its form', () => {
  const names = [
    'sorted-4.2.txt',
    'sorted-6.1-culled.txt',
    'dump-in-dmesg.txt',
    'kasan-report.txt',
    'show_handles.txt',
  ];
  const out = join(folder, 'night');
  const batch = run('pageowner', ['batch', ...names.map(form), '--run', 'top --by caller', '--out', out]);
  assert.equal(batch.status, 0, batch.stderr);
  const lines = readFileSync(join(out, 'results.ndjson'), 'utf8').split('\n').slice(0, -1);
  const told = new Map(lines.map((line) => JSON.parse(line)).map(({ path, counts }: Json) => [path, counts]));
  for (const name of names) {
    const { totals, dump } = ask('top', form(name)).document;
    const { pages, blocks, malformed } = told.get(form(name));
    assert.deepEqual([pages, blocks && blocks - malformed], [totals.pages, totals.blocks], name);
    assert.equal(malformed, dump.malformed);
  }
});
