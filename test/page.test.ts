/** The report's page, in a real browser: Debian's chromium. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { ROOT, run } from './helpers.js';
import { block, dump, folder, json, pageowner, T0, T2 } from './snapshots.js';

const CHROMIUM = '/usr/bin/chromium';
const skip = !existsSync(CHROMIUM) && 'needs the package chromium';
const MIXED = join(ROOT, 'fixtures/6.12-mixed/pageblocks.txt.gz');
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const VIEWS = ['overview', 'flame', 'table', 'age', 'map', 'growth'];

let browser: Browser;
before(async () => {
  if (!skip) browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
});
after(() => browser?.close());

let reports = 0;

function report(...args: string[]): string {
  const path = join(folder, `report-${reports++}.html`);
  pageowner('report', ...args, '-o', path);
  return pathToFileURL(path).href;
}

/** Opens a report; whatever goes wrong in it, or asks for something, is in `wrong`. */
async function open(url: string, size = { width: 1280, height: 900 }): Promise<{ page: Page; wrong: string[] }> {
  const page = await browser.newPage({ viewport: size });
  const wrong: string[] = [];
  page.on('console', (message) => wrong.push(message.text()));
  page.on('pageerror', (error) => wrong.push(String(error)));
  page.on('dialog', (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (request.url().split('#')[0] !== url.split('#')[0]) wrong.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  await page.waitForSelector('main h2');
  return { page, wrong };
}

/** Rows of a table of the page, as texts. */
async function cells(page: Page, caption: string): Promise<string[][]> {
  const table = page.locator('table', { has: page.locator('caption', { hasText: caption }) });
  return table
    .locator('tbody tr')
    .evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent ?? '')));
}

test('figures of the page are those of top and diff', { skip }, async () => {
  const { page, wrong } = await open(report(T0, T2));
  const kinds = json('top', '--by', 'kind', T2).rows;
  assert.deepEqual(
    (await cells(page, 'Kinds of memory')).map(([, share, , kind]) => [share, kind]),
    kinds.map(({ share, key }: { share: number; key: { kind: string } }) => [
      `${(100 * share).toFixed(1)} %`,
      key.kind,
    ]),
  );
  const exact = page.locator('caption:has-text("Kinds of memory") + thead + tbody .amount');
  const titles = await exact.evaluateAll((spans) =>
    spans.map((span) => span.getAttribute('title')?.replaceAll(' ', '')),
  );
  assert.deepEqual(
    titles,
    kinds.map(({ pages, bytes }: { pages: number; bytes: number }) => `${pages}pages,${bytes}bytes`),
  );
  await page.goto(`${page.url()}#view=growth`);
  const grown = json('diff', '--by', 'caller', T0, T2).rows;
  assert.deepEqual(
    (await cells(page, 'The most suspect first')).map((row) => [row[0], row.at(-1)]),
    grown.slice(0, 200).map(({ verdict, key }: { verdict: string; key: { caller: string } }) => [verdict, key.caller]),
  );
  assert.deepEqual(wrong, []);
  await page.close();
});

test('every view draws, without an error or a request, wide and narrow, and axe finds nothing serious', {
  skip,
}, async () => {
  for (const url of [report(T0, T2), report(MIXED)])
    for (const width of [1280, 390]) {
      const { page, wrong } = await open(url, { width, height: 800 });
      await page.evaluate(readFileSync(AXE, 'utf8'));
      for (const view of VIEWS) {
        await page.evaluate(`location.hash = '#view=${view}'`);
        await page.waitForTimeout(60);
        const wide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
        assert.ok(wide <= 0, `${view} is ${wide} pixels too wide at ${width}`);
        const names = await page
          .locator('td:first-child')
          .evaluateAll((all) => all.map(({ clientWidth }) => clientWidth));
        if (width === 390) assert.ok(Math.max(0, ...names) < width / 2, `names of ${view} leave no room for figures`);
        const violations = await page.evaluate(async () => {
          const { axe } = globalThis as unknown as {
            axe: { run(): Promise<{ violations: { id: string; impact: string }[] }> };
          };
          return (await axe.run()).violations
            .filter(({ impact }) => impact === 'serious' || impact === 'critical')
            .map(({ id }) => id);
        });
        assert.deepEqual(violations, [], view);
      }
      assert.deepEqual(wrong, []);
      await page.close();
    }
});

test('a filter holds in all views, stands in the address, and is taken away', { skip }, async () => {
  const url = report(T2);
  const { page } = await open(url);
  await page.keyboard.press('/');
  await page.keyboard.type('polleak');
  await page.waitForSelector('.passing:has-text("polleak")');
  const expected = json('top', '--by', 'caller', '--match', 'polleak', T2);
  await page.keyboard.press('Escape');
  await page.keyboard.press('3');
  await page.waitForSelector('caption:has-text("By caller")');
  assert.deepEqual(
    (await cells(page, 'By caller')).map((row) => row.at(-1)),
    expected.rows.map(({ key }: { key: { caller: string } }) => key.caller),
  );
  const share = `${((100 * expected.totals.pages) / expected.dump.pages).toFixed(1)} %`;
  assert.match((await page.textContent('.passing')) ?? '', new RegExp(share));
  const again = await open(page.url());
  assert.deepEqual(await cells(again.page, 'By caller'), await cells(page, 'By caller'));
  await page.keyboard.press('x');
  await page.waitForSelector('.passing:empty', { state: 'attached' });
  assert.ok((await cells(page, 'By caller')).length > expected.rows.length);
  await page.close();
  await again.page.close();
});

test('the flame graph zooms by mouse and keyboard, and back', { skip }, async () => {
  const { page } = await open(`${report(T2)}#view=flame`);
  const canvas = page.locator('canvas.flame');
  await canvas.hover({ position: { x: 100, y: 30 } });
  assert.match((await page.textContent('.tip')) ?? '', /^entry_SYSCALL_64_after_hwframe: 16\.8 MiB \(77\.1 %\)$/);
  await canvas.click({ position: { x: 100, y: 50 } });
  await page.waitForSelector('caption:has-text("Below do_syscall_64")');
  await page.focus('canvas.flame');
  await page.keyboard.press('ArrowDown');
  assert.match((await page.textContent('.tip')) ?? '', /^ksys_write: /);
  await page.keyboard.press('Enter');
  await page.waitForSelector('caption:has-text("Below ksys_write")');
  await page.goBack();
  await page.waitForSelector('caption:has-text("Below do_syscall_64")');
  await page.focus('canvas.flame');
  await page.keyboard.press('Escape');
  await page.waitForSelector('caption:has-text("Below all")');
  await page.close();
});

test('what is found in the flame graph is summed, each page once, without a filter', { skip }, async () => {
  const { page } = await open(`${report(T2)}#view=flame`);
  const { totals, dump: whole } = json('top', '--match', 'polleak', T2);
  const share = `${((100 * totals.pages) / whole.pages).toFixed(1)} %`;
  await page.fill('.tools input[placeholder="part of a name"]', 'POLLEAK');
  assert.match((await page.textContent('.matched')) ?? '', new RegExp(`, ${share} of what is shown$`));
  await page.keyboard.press('Enter');
  await page.waitForURL(/find=POLLEAK/);
  assert.match((await page.textContent('.matched')) ?? '', new RegExp(share));
  assert.equal(await page.textContent('.passing'), '');
  await page.close();
});

test('coloured by kind, the flame graph tells which kinds there are, the largest first', { skip }, async () => {
  const { page } = await open(`${report(T2)}#view=flame`);
  await page.selectOption('label:has-text("Colour") select', 'kind');
  await page.waitForSelector('.legend');
  const kinds = json('top', '--by', 'kind', T2).rows.map(({ key }: { key: { kind: string } }) => key.kind);
  assert.deepEqual(await page.locator('.legend li').allTextContents(), [...kinds.slice(0, 6), 'others']);
  await page.close();
});

test('an allocation of two pageblocks is found in the second', { skip }, async () => {
  const path = dump('two-pageblocks', block({ order: 10, pfn: 4 << 9, stack: 'large' }) + block({ stack: 'small' }));
  for (const [pageblock, found] of [
    ['4', ['large']],
    ['5', ['large']],
    ['6', []],
  ] as const) {
    const { page } = await open(`${report(path)}#view=table&by=caller&pageblock=0/0/${pageblock}`);
    assert.deepEqual(
      (await cells(page, 'By caller')).map((row) => row.at(-1)),
      found,
      pageblock,
    );
    await page.close();
  }
});

test('a span of time that is dragged over filters all else', { skip }, async () => {
  const { page } = await open(`${report(T2)}#view=age`);
  const box = await page.locator('canvas.ages').boundingBox();
  assert.ok(box);
  await page.mouse.move(box.x + box.width * 0.62, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.74, box.y + 20);
  await page.mouse.up();
  await page.waitForSelector('.passing:has-text("a span of time")');
  const [kind] = await cells(page, 'Kinds by age');
  assert.equal(kind?.at(-1), 'driver [polleak]');
  await page.close();
});

test('the map tells what is in a pageblock, and shows only that', { skip }, async () => {
  const { page } = await open(`${report(MIXED)}#view=map`);
  const canvas = page.locator('canvas.map').first();
  await canvas.hover({ position: { x: 5, y: 5 } });
  const told = (await page.textContent('.tip')) ?? '';
  assert.match(told, /^Pageblock \d+, PFN 0x[\da-f]+ to 0x[\da-f]+, \w+(, mixed)?, [\d.]+ % seen: /);
  await canvas.click({ position: { x: 5, y: 5 } });
  await page.waitForSelector(`.passing:has-text("pageblock ${/\d+/.exec(told)?.[0]} ")`);
  await page.close();
});

test('a function has its callers and callees', { skip }, async () => {
  const { page } = await open(`${report(T2)}#view=table&symbol=polleak_write`);
  assert.deepEqual(
    (await cells(page, 'Called by')).map((row) => row.at(-1)),
    ['proc_reg_write'],
  );
  assert.equal((await cells(page, 'Calls'))[0]?.at(-1), 'leak_order0 [polleak]');
  await page.close();
});

test('names of a dump are shown and never run', { skip }, async () => {
  const bad = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    '\u202egnp.exe',
    '\x1b[31m',
    "'); alert(1); //",
  ];
  const path = dump(
    'hostile-page',
    Buffer.from(
      bad.map((name) => block({ comm: name, stack: `f${name}`, tail: `Charged to offline memcg ${name}\n` })).join('') +
        block({ comm: '\ud800' }),
    ),
  );
  const url = report('--title', '</title><script>alert(1)</script>', path);
  const { page, wrong } = await open(url);
  for (const hash of [
    'overview',
    'flame',
    'table&by=command',
    'table&by=memcg,symbol',
    'age',
    'map',
    'table&symbol=%3Cscript%3Ealert(1)%3C/script%3E',
    'table&text=%3Cimg%20src=x%20onerror=alert(1)%3E',
  ]) {
    await page.goto(`${url}#view=${hash}`);
    await page.waitForTimeout(40);
    assert.equal(await page.locator('img, main script, header script').count(), 0);
    assert.doesNotMatch((await page.textContent('body')) ?? '', /\u202e|(?!\n)\p{Cc}/u);
  }
  assert.match((await page.textContent('h1')) ?? '', /<script>alert/);
  assert.deepEqual(wrong, []);
  await page.close();
});

test('meminfo is set beside what the dump accounts for', { skip }, async () => {
  const meminfo = dump('meminfo.txt', 'MemTotal:       262144 kB\nMemFree:         200000 kB\n');
  const { page } = await open(report('--meminfo', meminfo, T2));
  assert.deepEqual((await cells(page, 'MemTotal =')).slice(0, 3), [
    ['MemTotal', '256.0 MiB', '100.0 %'],
    ['accounted for', '21.7 MiB', '8.5 %'],
    ['free', '195.3 MiB', '76.3 %'],
  ]);
  await page.close();
});

test('damage is said on the page, and a stack that is too deep for a canvas is drawn', { skip }, async () => {
  const deep = block({ stack: 'f' }).replace(' f+0x1/0x2\n', ' f+0x1/0x2\n g+0x1/0x2\n'.repeat(3000));
  const path = dump('deep-damaged', deep + block({}).slice(0, 100));
  const file = join(folder, 'deep.html');
  run('pageowner', ['report', path, '-o', file]);
  const { page, wrong } = await open(`${pathToFileURL(file).href}#view=flame`);
  assert.match((await page.textContent('.damage')) ?? '', /a block is damaged or cut off/);
  const { height = 0 } = (await page.locator('canvas.flame').boundingBox()) ?? {};
  assert.ok(height > 5000 && height < 16_000);
  assert.deepEqual(wrong, []);
  await page.close();
});

test('a report that was cut off says so', { skip }, async () => {
  const html = readFileSync(new URL(report(T2)), 'utf8').replace(/(id="data">.{500})[^<]*/, '$1');
  const page = await browser.newPage();
  await page.goto(pathToFileURL(dump('cut.html', html)).href);
  await page.waitForSelector('[role=alert]');
  assert.match((await page.textContent('[role=alert]')) ?? '', /cannot be shown/);
  await page.close();
});
