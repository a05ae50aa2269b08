import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { ROOT, run, temporaryFolder } from './helpers.js';

/** Dumps by night and host. */
const FLEET: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '2026-11-23': { web1: '6.12-leak/t0.txt.gz', db1: '6.12-mixed/dump.txt.gz' },
  '2026-11-24': {
    web1: '6.12-leak/t2.txt.gz',
    db1: '6.12-mixed/pageblocks.txt.gz',
    db2: '6.1-mixed/pageblocks.txt.gz',
  },
};
const [EARLIER = '', LATER = ''] = Object.keys(FLEET);

const [views = '', topStacks = '', mixed = '', kindGrowth = '', stackGrowth = '', offline = '', module = ''] = [
  ...readFileSync(join(ROOT, 'docs/fleet-sql.md'), 'utf8').matchAll(/^```sql\n([\s\S]*?)^```$/gm),
].map(([, sql = '']) => sql);

type Line = Readonly<Record<string, string | number>>;
let query: (sql: string) => Promise<Line[]>;

// biome-ignore lint/suspicious/noExplicitAny: documents of many shapes, looked into field by field
function report(night: string, host: string, ...args: string[]): any {
  const dump = join(ROOT, 'fixtures', FLEET[night]?.[host] as string);
  const { stdout } = run('pageowner', [...args, dump, '--format', 'json']);
  return JSON.parse(Buffer.from(stdout, 'latin1').toString());
}

/** Pages by host and what a report is grouped by, of a night. */
function pagesBy(
  night: string,
  by: string,
): { host: string; key: Record<string, unknown>; pages: number; blocks: number }[] {
  return Object.keys(FLEET[night] as object).flatMap((host) =>
    report(night, host, 'top', '--by', by).rows.map((row: object) => ({ host, ...row })),
  );
}

function sumsOf(pairs: readonly (readonly [string, number])[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [key, value] of pairs) sums.set(key, (sums.get(key) ?? 0) + value);
  return sums;
}

/** By the largest number, then by name. */
function sorted(sums: ReadonlyMap<string, number>): [string, number][] {
  return [...sums].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}

/** What grew on the host that both nights have dumps of. */
function growth(by: string, name: (key: Record<string, unknown>) => string): [string, number][] {
  const hosts = Object.keys(FLEET[EARLIER] as object);
  const signed = (night: string, sign: number): (readonly [string, number])[] =>
    pagesBy(night, by)
      .filter(({ host }) => hosts.includes(host))
      .map(({ host, key, pages }) => [`${host}\n${name(key)}`, sign * pages]);
  return sorted(sumsOf([...signed(LATER, 1), ...signed(EARLIER, -1)])).filter(([, pages]) => pages > 0);
}

before(async () => {
  const folder = temporaryFolder();
  for (const [night, hosts] of Object.entries(FLEET))
    for (const [host, dump] of Object.entries(hosts)) {
      const own = join(folder, 'nights', night, 'dumps', host);
      mkdirSync(own, { recursive: true });
      const made = run('pageowner', ['export', join(ROOT, 'fixtures', dump), '-o', join(own, 'aggregate.parquet')]);
      assert.equal(made.status, 0);
      const kinds = report(night, host, 'top', '--by', 'kind').rows.map(
        ({ key, pages }: { key: { kind: string }; pages: number }) => [key.kind, pages],
      );
      const record = { schema: 'pageowner.dump/1', name: host, kinds: Object.fromEntries(kinds), top: [] };
      writeFileSync(join(own, 'dump.json'), JSON.stringify(record));
    }
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`set file_search_path = '${folder}'`);
  query = async (sql) => {
    const rows = (await connection.runAndReadAll(sql)).getRowObjectsJson();
    return rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, /^\d+$/.test(String(value)) ? Number(value) : String(value)]),
      ),
    );
  };
  for (const statement of views.split(';').filter((text) => text.trim() !== '')) await connection.run(statement);
});

test('the stacks with the most pages are those of all reports together', async () => {
  const lines = await query(topStacks);
  const rows = pagesBy(LATER, 'stack').map(({ host, key, pages }) => {
    const stack = (key.stack as string[]).join('\n').replace(/\+0x[0-9a-f]+\/0x[0-9a-f]+/g, '');
    return { host, stack, pages };
  });
  const expected = sorted(sumsOf(rows.map(({ stack, pages }) => [stack, pages]))).slice(0, 20);
  assert.deepEqual(
    lines.map(({ stack, pages }) => [stack, pages]),
    expected,
  );
  for (const { stack, hosts } of lines)
    assert.equal(hosts, new Set(rows.filter((row) => row.stack === stack).map(({ host }) => host)).size);
  assert.ok(lines.some(({ hosts }) => hosts === 2));
});

test('mixed pageblocks of hosts are those of frag', async () => {
  const sums = ['web1', 'db1', 'db2'].map((host): [string, number] => {
    const counts = Object.values(report(LATER, host, 'frag').mixed) as number[];
    return [host, counts.reduce((sum, count) => sum + count, 0)];
  });
  const expected = sorted(new Map(sums)).filter(([, count]) => count > 0);
  assert.ok(expected.length >= 2);
  assert.deepEqual(
    (await query(mixed)).map(({ host, mixed_pageblocks }) => [host, mixed_pageblocks]),
    expected,
  );
});

test('growth by kind is the difference of two reports', async () => {
  const expected = growth('kind', ({ kind }) => String(kind));
  assert.ok(expected.length > 5);
  assert.deepEqual(
    (await query(kindGrowth)).map(({ host, kind, growth }) => [`${host}\n${kind}`, growth]),
    expected,
  );
});

test('growth by stack is the difference of two reports', async () => {
  const expected = growth('stack', ({ stack }) => (stack as string[]).join('\n')).slice(0, 50);
  assert.deepEqual(
    (await query(stackGrowth)).map(({ host, stack, growth }) => [`${host}\n${stack}`, growth]),
    expected,
  );
});

test('pages of removed memory cgroups are those of --by memcg', async () => {
  const removed = pagesBy(LATER, 'memcg').filter(({ key }) => key.memcg_offline === true);
  assert.ok(removed.length > 3);
  assert.deepEqual(
    (await query(offline)).map(({ host, memcg, pages }) => [`${host}\n${memcg}`, pages]),
    sorted(new Map(removed.map(({ host, key, pages }) => [`${host}\n${key.memcg}`, pages]))),
  );
});

test('pages of a module are those of --by module', async () => {
  const held = pagesBy(LATER, 'module').filter(({ key }) => key.module === 'polleak');
  assert.equal(held.length, 2);
  assert.deepEqual(
    (await query(module)).map(({ host, pages, blocks }) => [host, pages, blocks]),
    held.sort((a, b) => b.pages - a.pages).map(({ host, pages, blocks }) => [host, pages, blocks]),
  );
});
