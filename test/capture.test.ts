/** Reading a running kernel's page_owner: against a model of its file, and, where PAGEOWNER_VM names a runner of virtual machines, a real kernel. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs, { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import os, { release } from 'node:os';
import { join } from 'node:path';
import { mock, test } from 'node:test';
import { inspect } from 'node:util';
import { endOfMemory, zonesOf } from '../src/main/capture/beside.js';
import { planCapture } from '../src/main/capture/capture-plan.js';
import { captureProgressText } from '../src/main/capture/capture-progress.js';
import {
  type CaptureCounts,
  type CaptureOptions,
  capturedText,
  lostText,
  noCounts,
} from '../src/main/capture/captured-text.js';
import { Channel } from '../src/main/capture/channel.js';
import { type Check, checksOf } from '../src/main/capture/checks.js';
import { filterWords } from '../src/main/capture/filter-words.js';
import { packedFor } from '../src/main/capture/pack.js';
import { loadHandles, loadSnapshot } from '../src/main/reading/load-snapshot.js';
import { distinctRows } from '../src/merge/aggregate/builder.js';
import { type Opener, wordsTaken } from '../src/workers/capture-entry.js';
import { NoPfn, readRange } from '../src/workers/page-owner-records.js';
import { type RecordSelection, recordFilter } from '../src/workers/record-filter.js';
import { ResolvedRecords } from '../src/workers/resolved-records.js';
import { programFile, RUNNER, run, temporaryFolder } from './helpers.js';
import { ModelFile, type ModelRecord, modelRecords, stacksHandles, textOf } from './model-page-owner.js';

const END = 60_000;
const entry = new URL('model-capture-worker.js', import.meta.url);

async function captured(
  path: string,
  options: Partial<CaptureOptions> = {},
): Promise<{ text: string; counts: CaptureCounts }> {
  const counts = noCounts();
  const pieces: Uint8Array[] = [];
  const all = { from: 0, to: Infinity, threads: 2, rate: Infinity, entry, ...options };
  for await (const piece of capturedText(path, all, counts)) pieces.push(piece);
  return { text: Buffer.concat(pieces).toString('latin1'), counts };
}

/** Each record that is too long is in a run, and each run ends with one. */
function assertLost(lost: CaptureCounts['lost'], records: readonly ModelRecord[]): void {
  const tooLong = records.filter(({ isTooLong }) => isTooLong).map(({ pfn }) => pfn);
  for (const pfn of tooLong)
    assert.ok(
      lost.some((run) => run && run.from <= pfn && pfn <= run.to),
      `PFN ${pfn}`,
    );
  for (const run of lost) assert.ok(run && tooLong.includes(run.to), JSON.stringify(run));
}

/** What one reader gets that goes on over what is too long. */
function expected(records: readonly ModelRecord[], from = 0, to = Infinity): string {
  return records
    .filter(({ pfn, isTooLong }) => !isTooLong && pfn >= from && pfn < to)
    .map((record) => textOf(record))
    .join('');
}

test('several threads get what one reader gets, in order, over holes, high orders and records that are too long', async () => {
  for (let seed = 0; seed < 6; seed++) {
    const records = modelRecords(seed, END);
    const { text, counts } = await captured(`${seed}/${END}`, { threads: 1 + (seed % 4) });
    assert.ok(text === expected(records), `seed ${seed}`);
    assert.equal(counts.records, records.filter(({ isTooLong }) => !isTooLong).length);
    assertLost(counts.lost, records);
  }
});

test('a part of the memory has the records that start in it', async () => {
  const records = modelRecords(7, END);
  const seam = records.find(({ pfn, order }) => order > 5 && pfn > 9000) as ModelRecord;
  for (const to of [seam.pfn, seam.pfn + 1, seam.pfn + 2 ** seam.order]) {
    const [below, above] = await Promise.all([captured(`7/${END}`, { to }), captured(`7/${END}`, { from: to })]);
    assert.ok(below.text === expected(records, 0, to));
    assert.ok(below.text + above.text === expected(records));
  }
});

/** Paths of one machine whose kernel takes these words; '': none. */
const kernelWith = (words: string, seed = 5): string => `${seed}/${END}/0/${words}`;
/** Linux 7.3, and what comes behind it. */
const TAKES_NODES = 'mode+nid';
const TAKES_ALL = 'mode+nid+pid+tgid';
const NOTHING: RecordSelection = { zones: [] };
const SELECTIONS: readonly RecordSelection[] = [
  { ...NOTHING, nodes: [[1, 1]] },
  {
    ...NOTHING,
    nodes: [
      [0, 0],
      [2, 3],
    ],
  },
  { ...NOTHING, pids: [[3, 5]] },
  { ...NOTHING, tgids: [[2, 2]] },
  {
    ...NOTHING,
    nodes: [[0, 1]],
    pids: [[0, 6]],
    tgids: [
      [2, 2],
      [4, 4],
    ],
  },
];

/** By the numbers of the records, not by their text. */
function selected({ nodes, pids, tgids }: RecordSelection, records: readonly ModelRecord[]): ModelRecord[] {
  const has = (ranges: RecordSelection['nodes'], value: number): boolean =>
    !ranges || ranges.some(([first, last]) => first <= value && value <= last);
  return records.filter(({ node, pid, tgid }) => has(nodes, node) && has(pids, pid) && has(tgids, tgid));
}

test('what is asked of the kernel is what is looked at while reading, and is counted', async () => {
  const all = modelRecords(5, END);
  for (const selection of SELECTIONS) {
    const wanted = selected(selection, all);
    assert.ok(wanted.length > 0 && wanted.length < all.length);
    for (const words of [TAKES_ALL, TAKES_NODES, '', 'locked']) {
      const { text, counts } = await captured(kernelWith(words), { selection });
      const where = `${JSON.stringify(selection)} of ${words}`;
      assert.ok(text === expected(wanted), where);
      assert.equal(counts.records, wanted.filter(({ isTooLong }) => !isTooLong).length, where);
      assert.equal(counts.bytes, text.length, where);
      // A kernel that is asked passes over what is too long and not wanted.
      if (words === '' || words === 'locked') assertLost(counts.lost, all);
      else if (words === TAKES_ALL && !(selection.pids && selection.tgids)) assertLost(counts.lost, wanted);
    }
    const inOrder = await captured(`5/${END}/100/`, { selection });
    assert.ok(inOrder.text === expected(wanted.filter(({ pfn }) => pfn >= 100)));
  }
});

test('the kernel itself leaves out what it is asked to', () => {
  const records = modelRecords(5, END);
  const file = new ModelFile(records, 0, { words: TAKES_ALL.split('+'), flags: 'r+' });
  file.tell(
    filterWords({
      ...NOTHING,
      nodes: [
        [1, 1],
        [3, 3],
      ],
    }).join(' '),
  );
  const { records: given } = readRange(file, 0, Infinity);
  assert.equal(given, records.filter(({ node, isTooLong }) => node % 2 === 1 && !isTooLong).length);
});

test('a word that the kernel rejects is told, and looked at while reading; a kernel that takes none says nothing', async () => {
  const rejectedBy = async (words: string, selection: RecordSelection): Promise<string[]> => {
    const rejected: string[] = [];
    const { text } = await captured(kernelWith(words), { selection, onRejected: (some) => rejected.push(...some) });
    assert.ok(text === expected(selected(selection, modelRecords(5, END))));
    return rejected;
  };
  const both = { ...NOTHING, nodes: [[1, 2]], pids: [[1, 3]] } as RecordSelection;
  assert.deepEqual(await rejectedBy(TAKES_NODES, both), ['pid=1,2,3']);
  assert.deepEqual(await rejectedBy(TAKES_ALL, both), []);
  assert.deepEqual(await rejectedBy('', both), []);
  assert.deepEqual(await rejectedBy('locked', both), []);
  // A node without memory; more ids than the kernel takes are not asked of it.
  assert.deepEqual(await rejectedBy(TAKES_ALL, { ...NOTHING, nodes: [[1, 9]] }), ['nid=1-9']);
  assert.deepEqual(await rejectedBy(TAKES_ALL, { ...NOTHING, pids: [[0, 16]] }), []);
});

test('a kernel that takes words is told from one that takes none', () => {
  const taken = (words: string[]): readonly string[] | undefined =>
    wordsTaken(
      '',
      ['mode=handle', 'nid=0-3', 'nid=7', 'pid=1', `tgid=${'1,'.repeat(16)}2`],
      (_, flags) => new ModelFile([], 0, { words, flags }),
    );
  assert.deepEqual(taken(TAKES_NODES.split('+')), ['mode=handle', 'nid=0-3']);
  assert.deepEqual(taken(TAKES_ALL.split('+')), ['mode=handle', 'nid=0-3', 'pid=1']);
  assert.equal(taken([]), undefined);
  assert.equal(taken(['locked']), undefined);
});

test('a node is told by the record, else by the zone that has its PFN; command names are not believed', () => {
  const zones = zonesOf(`Node 0, zone Normal\n        spanned  1000\n  start_pfn:           0
Node 1, zone Normal\n        spanned  100\n  start_pfn:           500\n`);
  const passes = (lists: Partial<RecordSelection>, text: string, pfn: number): boolean | undefined =>
    recordFilter({ zones, ...lists })?.(Buffer.from(text), pfn);
  const head = (name: string): string =>
    `Page allocated via order 0, mask 0x0(), pid 7, tgid 8 (${name}), ts 5 ns\nPFN 0x1f8 type Unmovable Block 0 type Unmovable Flags 0x0`;
  const onNode1 = { nodes: [[1, 1]] } as const;
  assert.equal(passes(onNode1, `${head('a')}()\n`, 504), true);
  assert.equal(passes(onNode1, `${head('a')}()\n`, 400), false);
  assert.equal(passes(onNode1, `${head('a')}()\n`, 700), false);
  assert.equal(passes(onNode1, `${head('a')}()\n`, 7000), false);
  assert.equal(passes(onNode1, `${head('a')}(slab|node=0|zone=1)\n`, 504), false);
  assert.equal(passes(onNode1, `${head('(node=0|')}(node=1|zone=1)\n`, 0), true);
  assert.equal(passes({ pids: [[1, 1]] }, `${head(', pid 1, tgid 1 ')}\n`, 0), false);
  assert.equal(passes({ tgids: [[8, 9]] }, `${head('a')}\n`, 0), true);
  assert.equal(
    passes({ tgids: [[8, 9]] }, 'Page allocated via order 0, mask 0x0(), pid 8, ts 5 ns\nPFN 0x1 \n', 1),
    false,
  );
  assert.equal(recordFilter(NOTHING), undefined);
});

test('a form has what the kernel has for it, and stacks where it has none, unless it is needed', async () => {
  const records = modelRecords(5, END).filter(({ isTooLong }) => !isTooLong);
  for (const form of ['stack', 'handle', 'stack_handle'] as const) {
    const text = records.map((record) => textOf(record, form)).join('');
    assert.ok((await captured(kernelWith(TAKES_NODES), { form, isFormNeeded: true })).text === text, form);
  }
  const stacks = expected(records);
  for (const form of ['handle', 'stack-by-handle'] as const) {
    assert.ok((await captured(kernelWith(''), { form })).text === stacks);
    await assert.rejects(captured(kernelWith(''), { form, isFormNeeded: true }), {
      code: 'input',
      message: /gives no handles on this kernel \(Linux 7\.3 does\): use --mode stack$/,
    });
  }
});

test('stacks that are read by their handles are the stacks, in order, filtered too, with the same counts', async () => {
  for (const selection of [NOTHING, ...SELECTIONS])
    for (const words of [TAKES_ALL, TAKES_NODES, '']) {
      const ways = ['stack', 'stack-by-handle'] as const;
      const [stacks, handles] = await Promise.all(
        ways.map((form) => captured(kernelWith(words), { form, selection, threads: 3 })),
      );
      assert.ok(handles?.text === stacks?.text && stacks?.text === expected(selected(selection, modelRecords(5, END))));
      assert.deepEqual(handles?.counts, stacks?.counts);
    }
  // Where no other file can read at the position.
  assert.ok(
    (await captured(`5/${END}/100/mode`, { form: 'stack-by-handle' })).text === (await captured(`5/${END}/100`)).text,
  );
});

/** A source with one record. */
function sourceOf(text: string): {
  read: (pfn: number, buffer: Uint8Array) => number;
  readOn: (buffer: Uint8Array) => number;
} {
  const readOn = (buffer: Uint8Array): number =>
    Buffer.from(buffer.buffer, buffer.byteOffset, buffer.length).write(text, 'latin1');
  return { read: (_, buffer) => readOn(buffer), readOn };
}

test('a command name that looks like a handle is none', () => {
  const record = (rest: string): string =>
    `Page allocated via order 0, mask 0x0(), pid 1, tgid 1 (a\nhandle: 7), ts 5 ns\nPFN 0x1 type Movable\n${rest}Slab cache page\n\n`;
  const buffer = Buffer.alloc(1 << 16);
  const both = sourceOf(record(' f+0x1/0x2\nhandle: 9\n'));
  const resolved = new ResolvedRecords(sourceOf(record('handle: 9\n')), both);
  for (const _ of ['learned', 'known'])
    assert.equal(buffer.toString('latin1', 0, resolved.read(1, buffer)), record(' f+0x1/0x2\n'));
  assert.throws(() => resolved.read(1, buffer.subarray(0, 120)), { code: 'ENOMEM' });
});

test("a page that is another's when its stack is asked for is that one", () => {
  const record = (pid: number, rest: string): string =>
    `Page allocated via order 0, mask 0x0(), pid ${pid}, tgid 1 (a), ts 5 ns\nPFN 0x1 type Movable\n${rest}\n`;
  const buffer = Buffer.alloc(1 << 16);
  const before = sourceOf(record(1, 'handle: 9\n'));
  const resolved = new ResolvedRecords(before, sourceOf(record(2, ' new+0x1/0x2\nhandle: 8\n')));
  for (const _ of ['once', 'again'])
    assert.equal(buffer.toString('latin1', 0, resolved.read(1, buffer)), record(2, ' new+0x1/0x2\n'));
  const freed = new ResolvedRecords(before, sourceOf(''));
  assert.equal(freed.read(1, buffer), 0);
});

test('the aggregate by handles is the one by stacks, and a file of handles with its stacks beside gives it too', async () => {
  const of = async (form: NonNullable<CaptureOptions['form']>, stacks?: string): Promise<string[]> => {
    const { text } = await captured(kernelWith(TAKES_NODES), { form });
    const options = stacks === undefined ? {} : { handles: await loadHandles(stacks) };
    const { aggregate } = await loadSnapshot(Buffer.from(text), options);
    return distinctRows(aggregate)
      .map(({ allocation, task, place, stack, tails, blocks, pages, oldest, newest }) =>
        inspect([allocation, task, place, stack, tails, blocks, pages, oldest, newest], {
          depth: 4,
          maxArrayLength: null,
        }),
      )
      .sort();
  };
  const byStacks = await of('stack');
  assert.ok(byStacks.length > 100);
  assert.deepEqual(await of('stack-by-handle'), byStacks);
  const beside = join(temporaryFolder(), 'dump.stacks');
  writeFileSync(beside, stacksHandles(modelRecords(5, END)));
  assert.deepEqual(await of('handle', beside), byStacks);
  assert.deepEqual(await of('stack_handle', beside), byStacks);
});

test('where the position is no PFN one reader reads in order, and a part is refused', async () => {
  const relative = await captured(`3/${END}/100`);
  const first = modelRecords(3, END).filter(({ pfn }) => pfn >= 100);
  assert.ok(relative.text === expected(first));
  assert.ok(relative.counts.lost.every((pfn) => pfn === null));
  await assert.rejects(captured(`3/${END}/100`, { from: 1 }), /its position is no PFN on this kernel/);
});

test('what is too long at a seam is not lost in silence', () => {
  const records = [2047, 2048, 4095, 4096, 9000].map((pfn) => ({
    pfn,
    order: 0,
    pid: 1,
    tgid: 1,
    node: 0,
    isTooLong: pfn < 9000,
  }));
  const file = new ModelFile(records);
  const lost = [0, 2048, 4096].map((from) => readRange(file, from, from + 2048).lost);
  assert.deepEqual(lost, [[{ from: 0, to: 2047 }], [{ from: 2048, to: 4095 }], [{ from: 4096, to: 4096 }]]);
});

test('a text without a PFN is no page_owner file, and an error of the disk is told', () => {
  const other = { read: (_: number, buffer: Uint8Array) => Buffer.from(buffer.buffer).write('other text\n') };
  assert.throws(() => readRange(other, 0, 10), NoPfn);
  const broken = {
    read: () => {
      throw Object.assign(new Error('EIO'), { code: 'EIO' });
    },
  };
  assert.throws(() => readRange(broken, 5, 10), { code: 'EIO', pfn: 5 });
});

test('a capture that is stopped throws the reason, and a rate slows it down', async () => {
  const stop = new AbortController();
  const reason = new Error('stopped');
  stop.abort(reason);
  await assert.rejects(captured(`1/${END}`, { signal: stop.signal }), reason);
  const started = performance.now();
  const { counts } = await captured('1/9000', { rate: 2e6 });
  assert.ok(performance.now() - started >= (1000 * counts.bytes) / 2e6 - 50);
});

test('lost records are told by their PFNs', () => {
  const of = (...lost: (number | null)[]): string =>
    lostText({ ...noCounts(), lost: lost.map((to) => (to === null ? null : { from: to, to })) });
  assert.match(of(16), /^1 records longer than a page, .* are left out, at PFN 0x10$/);
  assert.match(of(1, 2, 3, 4, 5, 6), /^6 records .*0x5, …$/);
  assert.match(lostText({ ...noCounts(), lost: [{ from: 3, to: 9 }] }), /^1 or more records .* at PFN 0x9$/);
  assert.match(of(null), /left out$/);
});

test('text is packed by the name of its file', async () => {
  const text = 'Page allocated via order 0\n'.repeat(5000);
  for (const [name, program] of [
    ['a.gz', ['gzip', '-dc']],
    ['a.zst', ['zstd', '-dc']],
    ['a.txt', ['cat']],
  ] as const) {
    const pieces: Uint8Array[] = [];
    const source = (async function* () {
      for (let i = 0; i < text.length; i += 1000) yield Buffer.from(text.slice(i, i + 1000));
    })();
    for await (const piece of packedFor(name, source)) pieces.push(piece);
    const { stdout } = spawnSync(program[0], program.slice(1), { input: Buffer.concat(pieces) });
    assert.ok(String(stdout) === text, name);
  }
  const failing = (async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from('a');
    throw new Error('it broke');
  })();
  const drain = async (): Promise<void> => {
    for await (const _ of packedFor('a.gz', failing));
  };
  await assert.rejects(drain, /it broke/);
});

test('a channel gives all in order, and lets who pushes go on when no one reads', async () => {
  const channel = new Channel<number>();
  const pushed = (async () => {
    for (let i = 0; i < 100; i++) await channel.push(i);
    channel.end();
  })();
  const got: number[] = [];
  for await (const piece of channel.pieces()) {
    got.push(piece);
    if (piece === 49) break;
  }
  await pushed;
  assert.deepEqual(
    got,
    Array.from({ length: 50 }, (_, i) => i),
  );
});

test('the end of the memory is that of the last zone, and progress tells where it is', () => {
  const zone = (start: number, spanned: number): string =>
    `Node 0, zone X\n        spanned  ${spanned}\n  start_pfn:           ${start}\n`;
  assert.equal(endOfMemory(zonesOf(zone(1, 4095) + zone(4096, 1000) + zone(0, 0))), 5096);
  assert.equal(endOfMemory(zonesOf('')), undefined);
  const counts = { ...noCounts(), pfn: 0x800, records: 30 };
  assert.equal(
    captureProgressText(counts, { from: 0, to: 0x1000 }, 2),
    'PFN 0x800 of 0x1000, 50 %, 30 records, 2 s left',
  );
  assert.equal(captureProgressText(counts, { from: 0, to: undefined }, 2), 'PFN 0x800, 30 records');
});

/** A machine as doctor sees it. */
function machine(what: {
  os?: string;
  config?: string;
  cmdline?: string;
  lockdown?: string;
  mounts?: string;
  meminfo?: string;
  /** Words of the kernel. */
  words?: string[];
}): Map<string, Check> {
  const root = temporaryFolder();
  const put = (path: string, text: string | undefined): void => {
    if (text === undefined) return;
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  put('etc/os-release', what.os);
  put(`boot/config-${release()}`, what.config);
  put('proc/cmdline', what.cmdline);
  put('proc/mounts', what.mounts);
  put('sys/kernel/security/lockdown', what.lockdown);
  put('proc/meminfo', what.meminfo);
  const { words } = what;
  const kernel = words && { open: ((_, flags) => new ModelFile(modelRecords(1, 900), 0, { words, flags })) as Opener };
  return new Map(checksOf({ debugfs: '/nowhere', output: root, root, ...kernel }).map((check) => [check.name, check]));
}

test('doctor says what is missing, and what to do in the words of the distribution', () => {
  const debian = machine({ os: 'ID=debian\n', config: '# CONFIG_PAGE_OWNER is not set\n', cmdline: 'quiet\n' });
  assert.equal(debian.get('CONFIG_PAGE_OWNER')?.state, 'missing');
  assert.match(debian.get('CONFIG_PAGE_OWNER')?.todo ?? '', /Debian builds its kernels without it/);
  assert.match(debian.get('page_owner=on')?.todo ?? '', /update-grub/);
  assert.match(debian.get('debugfs')?.todo ?? '', /^mount -t debugfs none \/nowhere/);
  assert.match(debian.get('page_owner')?.found ?? '', /cannot be read \(ENOENT\)/);
  const fedora = machine({ os: 'ID="fedora"\n', cmdline: 'page_owner=off' });
  assert.match(fedora.get('page_owner=on')?.todo ?? '', /grubby/);
  assert.equal(fedora.get('CONFIG_PAGE_OWNER')?.state, 'unknown');
  const ready = machine({
    config: 'CONFIG_PAGE_OWNER=y\n',
    cmdline: 'quiet page_owner=on\n',
    mounts: 'debugfs /nowhere debugfs rw 0 0\n',
    lockdown: 'none integrity [confidentiality]\n',
  });
  for (const name of ['CONFIG_PAGE_OWNER', 'page_owner=on', 'debugfs'])
    assert.equal(ready.get(name)?.state, 'ok', name);
  assert.equal(ready.get('lockdown')?.state, 'missing');
});

/** Runs with something of this machine that is not so. */
function pretending<T>(target: object, name: string, value: unknown, what: () => T): T {
  const pretended = mock.method(target as Record<string, () => unknown>, name, () => value);
  syncBuiltinESMExports();
  try {
    return what();
  } finally {
    pretended.mock.restore();
    syncBuiltinESMExports();
  }
}

test('doctor tells root from others', () => {
  const user = pretending(process, 'getuid', 1000, () => machine({})).get('root');
  assert.deepEqual([user?.state, user?.todo], ['missing', 'run it with sudo']);
  assert.equal(pretending(process, 'getuid', 0, () => machine({})).get('root')?.state, 'ok');
});

test('doctor says that debugfs is not mounted where it is looked for', () => {
  for (const mounts of [undefined, '', 'debugfs /elsewhere debugfs rw 0 0\n', 'none /nowhere tmpfs rw 0 0\n'])
    assert.equal(machine(mounts === undefined ? {} : { mounts }).get('debugfs')?.state, 'missing', mounts);
});

test('doctor says that a locked kernel gives no dump', () => {
  const locked = machine({ lockdown: 'none integrity [confidentiality]\n' }).get('lockdown');
  assert.deepEqual([locked?.state, locked?.blocks], ['missing', 'always']);
  assert.match(locked?.todo ?? '', /^boot with lockdown=integrity or none/);
  for (const lockdown of ['[none] integrity confidentiality\n', 'none [integrity] confidentiality\n'])
    assert.equal(machine({ lockdown }).get('lockdown')?.state, 'ok', lockdown);
});

test('doctor tells a kernel without CONFIG_PAGE_OWNER from one of which it is not known', () => {
  const state = (config?: string): unknown =>
    machine(config === undefined ? {} : { config }).get('CONFIG_PAGE_OWNER')?.state;
  assert.equal(state('# CONFIG_PAGE_OWNER is not set\n'), 'missing');
  assert.equal(state('CONFIG_PAGE_OWNER=yes\n'), 'missing');
  assert.equal(state('CONFIG_SMP=y\nCONFIG_PAGE_OWNER=y\n'), 'ok');
  assert.equal(state(), 'unknown');
});

test('doctor says that page_owner=on is missing on the command line', () => {
  const state = (cmdline: string): unknown => machine({ cmdline }).get('page_owner=on')?.state;
  assert.equal(state('quiet splash\n'), 'missing');
  assert.equal(state('no_page_owner=on\n'), 'missing');
  assert.equal(state('quiet page_owner=on\n'), 'ok');
});

test('doctor knows which kernels crash, and a capture there must be forced', () => {
  const kernel = (name: string): Check | undefined => pretending(os, 'release', name, () => machine({})).get('kernel');
  for (const name of ['6.12.117', '6.12.117-amd64', '6.12.117+deb13']) {
    assert.deepEqual([kernel(name)?.state, kernel(name)?.blocks], ['missing', 'unless forced'], name);
    assert.match(kernel(name)?.todo ?? '', /--force/);
  }
  for (const name of ['6.12.1170', '6.12.118', '6.12.11', '16.12.117']) assert.equal(kernel(name)?.state, 'ok', name);
});

test('doctor says that there is too little room for the text', () => {
  const meminfo = 'MemTotal:        8000000 kB\nMemFree:         4000000 kB\n';
  const room = (bavail: number): Check | undefined =>
    pretending(fs, 'statfsSync', { bavail, bsize: 4096 }, () => machine({ meminfo })).get('disk');
  // A million pages of 700 bytes.
  assert.equal(room(170_000)?.state, 'missing');
  assert.match(room(170_000)?.todo ?? '', /\.zst, or --aggregate-only/);
  assert.equal(room(171_000)?.state, 'ok');
});

test('doctor says which filters the kernel does itself', () => {
  const filters = (words?: string[]): (string | undefined)[] => {
    const check = machine(words ? { words } : {}).get('filters');
    return [check?.state, check?.found];
  };
  assert.deepEqual(filters(['mode', 'nid', 'pid', 'tgid']), [
    'ok',
    'this kernel does --mode handle, --node, --pid, --tgid',
  ]);
  assert.deepEqual(filters(['mode', 'nid']), ['ok', 'this kernel does --mode handle, --node; not --pid, --tgid']);
  const none = 'this kernel takes none (Linux 7.3 does): --node, --pid and --tgid are looked at while reading';
  assert.deepEqual(
    [filters([]), filters(['locked'])],
    [
      ['ok', none],
      ['ok', none],
    ],
  );
  assert.deepEqual(filters(), ['unknown', 'there is no page_owner to ask']);
});

test('a copy of the file is told nothing: words would stand in its text', () => {
  const copy = join(temporaryFolder(), 'page_owner');
  writeFileSync(copy, 'Page allocated via order 0\n');
  assert.equal(wordsTaken(copy, ['nid=0']), undefined);
  assert.equal(readFileSync(copy, 'utf8'), 'Page allocated via order 0\n');
});

test('capture without page_owner says why in one line, and writes nothing', () => {
  const folder = temporaryFolder();
  const { status, stderr } = run('pageowner', ['capture', '-o', 'x.txt', '--debugfs', '/nowhere'], { cwd: folder });
  assert.equal(status, 2);
  assert.match(stderr, /^pageowner: [^\n]* \(pageowner doctor tells all\)\n$/);
  assert.equal(run('pageowner', ['doctor', '--debugfs', '/nowhere']).status, 1);
});

test('options of capture are checked before anything is read', () => {
  assert.throws(() => planCapture({}), /where to\? Give -o FILE/);
  assert.throws(() => planCapture({ output: 'a', from: '-1' }), /--from takes a PFN/);
  assert.throws(() => planCapture({ output: 'a', from: '0x10', to: '16' }), /--from 16 is not below --to 16/);
  assert.throws(() => planCapture({ output: 'a', every: '10m' }), /--every and --count are given together/);
  assert.throws(() => planCapture({ output: 'a', every: 'x', count: '2' }), /--every takes a time/);
  assert.throws(() => planCapture({ output: '-', every: '1s', count: '2' }), /--every needs -o/);
  assert.throws(() => planCapture({ output: 'a/', aggregateOnly: true }), /give --aggregate-only a file/);
  assert.throws(() => planCapture({ output: 'a', rate: 'fast' }), /--rate takes bytes/);
  assert.throws(() => planCapture({ output: 'a', nice: '20' }), /--nice takes/);
  for (const list of ['', '1,', '3-1', '1-', '-1', '1 2', 'all', '0x1', '1-2-3'])
    for (const option of ['node', 'pid', 'tgid'])
      assert.throws(() => planCapture({ output: 'a', [option]: list }), {
        code: 'usage',
        message: new RegExp(`^--${option} takes numbers and ranges of them, as 0,2-3, not `),
      });
  assert.deepEqual(planCapture({ output: 'a', pid: '0,2-3' }).selection.pids, [
    [0, 0],
    [2, 3],
  ]);
  const formOf = (values: object): unknown[] => {
    const { form, isFormNeeded } = planCapture({ output: 'a', ...values });
    return [form, isFormNeeded];
  };
  assert.deepEqual(formOf({}), ['stack', false]);
  assert.deepEqual(formOf({ mode: 'handle' }), ['handle', true]);
  assert.deepEqual(formOf({ bundle: true }), ['stack-by-handle', false]);
  assert.deepEqual(formOf({ aggregateOnly: true, mode: 'handle' }), ['stack-by-handle', true]);
  assert.deepEqual(formOf({ output: 'a/', mode: 'stack' }), ['stack', true]);
  assert.throws(() => planCapture({ output: 'a/', mode: 'stack_handle' }), /--mode stack_handle is for a file$/);
  const plan = planCapture({ output: 'a/', every: '2m', count: '3', from: '0x40000' });
  assert.deepEqual([plan.makes, plan.everyMs, plan.count, plan.from], ['bundle', 120_000, 3, 0x40000]);
});

const runner = process.env.PAGEOWNER_VM;
const skip =
  runner === undefined && 'needs PAGEOWNER_VM: a program that runs a command in a machine with page_owner=on';

/** Runs a script of sh in a machine whose kernel has page_owner, and a module that leaks. */
function inMachine(script: string): string {
  const pageowner = `${RUNNER} ${programFile('pageowner')}`;
  const args = [
    '--load',
    'polleak',
    '--',
    'sh',
    '-ec',
    `cd /tmp; PO="${pageowner}"; F=/sys/kernel/debug/page_owner; ${script}`,
  ];
  const { status, stdout, stderr } = spawnSync(runner as string, args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  assert.equal(status, 0, stderr.slice(-2000));
  return stdout;
}

/** PFNs and the head of each record that does not change while its page lives. */
function stable(text: string): Map<string, string> {
  const records = [...text.matchAll(/^(Page allocated .*)\nPFN (\w+) /gm)];
  return new Map(records.map(([, head = '', pfn = '']) => [pfn, head]));
}

test('of a real kernel, several threads get each record that cat gets before and behind', { skip }, () => {
  const out = inMachine(`$PO capture --force -o warm.gz; cat $F > a; $PO capture --force --threads 3 -o b; cat $F > c
    for f in a b c; do cat $f; echo "=== $f"; done`);
  const [a = '', b = '', c = ''] = out.split(/^=== \w\n/m).map((text) => text);
  const [before, ours, behind] = [a, b, c].map(stable) as [
    Map<string, string>,
    Map<string, string>,
    Map<string, string>,
  ];
  const lasting = [...before].filter(([pfn, head]) => behind.get(pfn) === head);
  assert.ok(lasting.length > 3000);
  for (const [pfn, head] of lasting) assert.equal(ours.get(pfn), head, pfn);
  const pfns = [...b.matchAll(/^PFN (\w+) /gm)].map(([, pfn]) => Number(pfn));
  assert.ok(
    pfns.every((pfn, i) => i === 0 || pfn > (pfns[i - 1] as number)),
    'in order, none twice',
  );
});

test('of a real kernel, captures one after the other tell what leaked, and a bundle is whole', { skip }, () => {
  const out =
    inMachine(`(until [ -e leak.1.parquet ]; do sleep 1; done; until [ -e leak.3.parquet ]; do echo alloc page-a 2 20 > /sys/kernel/debug/polleak; sleep 2; done) &
    $PO capture --force --aggregate-only --every 15s --count 3 -o leak.parquet
    $PO capture --force --bundle -o bundle/ ; $PO top bundle/aggregate.parquet --module polleak --format csv; cat bundle/manifest.json; ls bundle
    $PO top --by kind $F | head -3`);
  assert.match(out, /leak .*polleak_page_site_a/);
  assert.match(out, /polleak_page_site_a/);
  assert.match(out, /"partial": false/);
  for (const name of ['meminfo.txt', 'zoneinfo.txt', 'page_owner.txt.zst', 'aggregate.parquet'])
    assert.ok(out.includes(name), name);
  assert.match(out, /page_owner: [\d ]+ pages in [\d ]+ blocks/);
});

test('of a real kernel that takes no words, only what is wanted comes, and --mode handle is refused', { skip }, () => {
  const out =
    inMachine(`$PO capture --force --pid 2 --node 0 -o p; cat p; echo === ; sed -n 's/^PFN.*(.*node=/node=/p' p | sort -u | head
    $PO capture --force --mode handle -o h 2>&1 || echo "status $?"; ls`);
  const [records = '', rest = ''] = out.split('===');
  const pids = [...records.matchAll(/^Page allocated .*?, pid (\d+),/gm)].map(([, pid]) => pid);
  assert.ok(pids.length > 50 && pids.every((pid) => pid === '2'));
  assert.match(rest, /gives no handles on this kernel .*\nstatus 2\n/);
  assert.doesNotMatch(rest, /^h$/m);
});

test('on the live file of a real kernel watch and top hear SIGINT, and a batch hashes it', { skip }, () => {
  const out = inMachine(`
    interrupted() { sleep "$1"; began=$(date +%s); kill -INT $!; wait $! || echo "status $?"; echo "after $(( $(date +%s) - began )) s"; }
    $PO watch --force --every 1s > w.json & interrupted 8
    $PO top --by kind $F > t.txt & interrupted 3
    $PO batch $F --out night --run top --no-progress > /dev/null; grep -o '"sha256":"[0-9a-f]*"' night/results.ndjson`);
  assert.match(out, /^after [0-2] s\nstatus 130\nafter [0-2] s\n"sha256":"[0-9a-f]{64}"\n$/);
});
