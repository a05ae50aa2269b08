import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { sparkline } from '../src/merge/writers/sparkline.js';
import { batch, folder, summary } from './batches.js';
import { BLOCK, LEAK, ROOT, run, writeInto } from './helpers.js';

/** A night of one machine, of dumps of the leak. */
function night(nights: string, i: number, ...args: string[]): ReturnType<typeof run> {
  const manifest = JSON.stringify({ path: LEAK[i], name: 'web1', taken_at: `2026-11-2${i}T02:00:00Z` });
  return run('pageowner', ['batch', '-', '--out', join(nights, `n${i}`), '--previous', nights, ...args], {
    input: manifest,
  });
}

test('a night is compared with the one before, exactly, and what leaks raises an alarm', () => {
  const nights = join(folder, 'nights');
  const first = night(nights, 0, '--fail-on', 'leak:600');
  assert.equal(first.status, 0);
  assert.match(first.stderr, /no night in .* is complete yet: no diffs/);
  const second = night(nights, 1, '--run', 'diff --by module --format json -o modules.json', '--fail-on', 'leak:500');
  assert.equal(second.status, 1);
  assert.match(
    second.stderr,
    /^pageowner: web1: leak: 500 pages since the night before: .* leak_order0 \[polleak\] <- /,
  );
  const saved = JSON.parse(readFileSync(join(nights, 'n1/dumps/web1/modules.json'), 'utf8'));
  const truly = JSON.parse(run('pageowner', ['diff', LEAK[0], LEAK[1], '--by', 'module', '--format', 'json']).stdout);
  assert.deepEqual(saved.rows, truly.rows);
  assert.equal(night(nights, 2, '--fail-on', 'leak:701').status, 0);
  const { suspects } = summary(join(nights, 'n2')) as unknown as { suspects: { first: { pages: number[] }[] } };
  assert.deepEqual(suspects.first[0]?.pages, [600, 1300]);
});

test('a machine that was booted is not compared, and one that is missing is told', () => {
  const nights = join(folder, 'boots');
  night(nights, 2);
  const manifest = JSON.stringify({ path: LEAK[0], name: 'web1' });
  const { status } = run(
    'pageowner',
    ['batch', '-', '--out', join(nights, 'later'), '--previous', nights, '--fail-on', 'leak'],
    {
      input: manifest,
    },
  );
  assert.equal(status, 0);
  const { rebooted } = summary(join(nights, 'later')) as unknown as { rebooted: string[] };
  assert.deepEqual(rebooted, ['web1']);
  assert.ok(!existsSync(join(nights, 'later/dumps/web1/diff.txt')));
  const other = writeInto(folder, 'other.txt', BLOCK);
  const last = batch(other, '--out', join(nights, 'last'), '--previous', nights, '--fail-on', 'missing');
  assert.equal(last.status, 1);
  assert.match(last.stderr, /^pageowner: missing: 1 that the night before had: web1\n$/);
  assert.deepEqual((summary(join(nights, 'last')) as unknown as { missing: string[] }).missing, ['web1']);
});

test('the pages of a machine compare with the night before, and the page of a night shows how it went', () => {
  const nights = join(folder, 'growing');
  for (const i of [0, 1, 2]) night(nights, i, '--run', 'report -o page.html');
  const html = readFileSync(join(nights, 'n2/dumps/web1/page.html'), 'utf8');
  const packed = /id="data">([^<]*)/.exec(html)?.[1] ?? '';
  const { snapshots, title } = JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString());
  assert.deepEqual(
    snapshots.map(({ path }: { path: string }) => path),
    [join(nights, 'n1/dumps/web1/aggregate.parquet'), LEAK[2]],
  );
  assert.equal(title, 'Memory of t2.txt.gz');
  const pages = [0, 1, 2].map((i) => {
    const record = JSON.parse(readFileSync(join(nights, `n${i}/dumps/web1/dump.json`), 'utf8'));
    return record.counts.pages as number;
  });
  const summaryPage = readFileSync(join(nights, 'n2/summary.html'), 'utf8');
  assert.match(summaryPage, /<th scope="col">pages, 3 nights<\/th>/);
  assert.ok(summaryPage.includes(`<td>${sparkline(pages)}</td>`));
  assert.doesNotMatch(readFileSync(join(nights, 'n0/summary.html'), 'utf8'), /nights<\/th>/);
});

test('the page of a night links to the pages of its dumps, and names that are markup are text', () => {
  const nights = join(folder, 'pages');
  night(nights, 0, '--run', 'report');
  night(nights, 1, '--run', 'report -o page.html');
  const page = readFileSync(join(nights, 'n1/summary.html'), 'utf8');
  const [, href = ''] = /<a href="([^"]*)">web1<\/a>/.exec(page) ?? [];
  assert.equal(href, 'dumps/web1/page.html');
  assert.ok(existsSync(join(nights, 'n1', href)));
  assert.match(page, /<summary>leak_order0<\/summary>/);
  assert.match(page, /Content-Security-Policy" content="default-src 'none'; style-src 'sha256-/);
  const name = '<b>&"\u202e';
  const manifest = `${JSON.stringify({ path: LEAK[0], name })}\n${JSON.stringify({ path: 'absent', name: '<i>' })}\n`;
  run('pageowner', ['batch', '-', '--out', join(nights, 'hostile')], { input: manifest });
  const hostile = readFileSync(join(nights, 'hostile/summary.html'), 'utf8');
  assert.doesNotMatch(hostile, /<b>|<i>|\u202e/);
  const [, encoded = ''] = /<a href="([^"]*)">&#60;b&#62;/.exec(hostile) ?? [];
  assert.ok(existsSync(join(nights, 'hostile', decodeURIComponent(encoded))));
  assert.doesNotMatch(hostile, /<a[^>]*>&#60;i/);
});

test('a night that is resumed is compared with the one before it, not with a later one', () => {
  const nights = join(folder, 'resumed');
  for (const i of [0, 1, 2]) night(nights, i);
  assert.equal(night(nights, 1, '--resume').status, 0);
  const told = summary(join(nights, 'n1')) as unknown as { previous: string; dumps: { reused: number } };
  assert.equal(told.previous, join(nights, 'n0'));
  assert.equal(told.dumps.reused, 1);
  writeInto(nights, 'README', 'no night');
  night(nights, 0, '--resume');
  const manifest = JSON.stringify({ path: LEAK[2], name: 'web1' });
  const next = run('pageowner', ['batch', '-', '--out', join(nights, 'next'), '--previous', nights, '--keep', '9'], {
    input: manifest,
  });
  assert.equal(next.status, 0);
  assert.equal((summary(join(nights, 'next')) as unknown as { previous: string }).previous, join(nights, 'n2'));
});

test('a night without a dump is not fine', () => {
  const out = join(folder, 'no-dumps');
  const { status, stdout } = run('pageowner', ['batch', '-', '--out', out], { input: '# nothing\n' });
  assert.equal(status, 1);
  assert.match(stdout, /UTC: no dumps\n/);
});

test('only nights that came to their end are removed, the oldest first', () => {
  const nights = join(folder, 'kept');
  for (const i of [0, 1, 2]) night(nights, i);
  for (const name of ['other', '.hidden']) mkdirSync(join(nights, name));
  cpSync(join(nights, 'n0'), join(nights, 'unfinished'), { recursive: true });
  rmSync(join(nights, 'unfinished/summary.json'));
  renameSync(join(nights, 'n0'), join(nights, 'z0'));
  const { status } = batch(LEAK[0], '--out', join(nights, 'now'), '--keep', '2');
  assert.equal(status, 0);
  assert.deepEqual(readdirSync(nights).sort(), ['.hidden', 'n2', 'now', 'other', 'unfinished']);
});

test('mixed pageblocks raise an alarm', () => {
  const dump = join(ROOT, 'fixtures/6.12-mixed/pageblocks.txt.gz');
  const { status, stderr } = batch(dump, '--out', join(folder, 'frag-alarm'), '--fail-on', 'frag:26');
  assert.equal(status, 1);
  assert.match(stderr, /: frag: 26 mixed pageblocks\n$/);
  assert.equal(batch(dump, '--out', join(folder, 'frag-fine'), '--fail-on', 'frag:27').status, 0);
});
