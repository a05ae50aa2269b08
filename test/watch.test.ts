/** `pageowner watch`. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { firstRows, type WatchRound } from '../src/main/capture/watch-rounds.js';
import { LEAK, programFile, RUNNER, run } from './helpers.js';
import { folder, json, T0, T1, T2 } from './snapshots.js';

/** What two dumps differ by, by caller. */
function diffed(
  ...paths: string[]
): Map<string, { pages: number[]; intervals: { born_pages: number; freed_pages: number }[] }> {
  const { rows } = json('diff', '--by', 'caller', '--limit', '0', ...paths);
  return new Map(rows.map((row: { key: { caller: string } }) => [row.key.caller, row]));
}

test('each look tells what was born and freed since the last, and grew since the first, as diff does', async () => {
  const path = join(folder, 'watched');
  copyFileSync(T0, path);
  const args = [programFile('pageowner'), 'watch', path, '--every', '1s', '--count', '3', '--limit', '5'];
  const child = spawn(RUNNER, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const rounds: WatchRound[] = [];
  let text = '';
  for await (const piece of child.stdout) {
    text += piece;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      rounds.push(JSON.parse(text.slice(0, end)));
      text = text.slice(end + 1);
      copyFileSync([T1, T2, T2][rounds.length - 1] as string, path);
    }
  }
  assert.equal(rounds.length, 3);
  const [first, , third] = rounds as [WatchRound, WatchRound, WatchRound];
  assert.deepEqual(
    first.rows.map(({ born, growth }) => [born, growth]),
    Array(5).fill([null, 0]),
  );
  const all = diffed(...LEAK);
  const last = diffed(T1, T2);
  for (const { key, pages, born, freed, growth, recent } of third.rows) {
    const caller = key.caller as string;
    const whole = all.get(caller)?.pages ?? [];
    assert.deepEqual(recent, whole);
    assert.deepEqual([pages, growth], [whole[2], (whole[2] as number) - (whole[0] as number)]);
    const interval = last.get(caller)?.intervals[0];
    assert.deepEqual([born, freed], [interval?.born_pages, interval?.freed_pages]);
  }
  assert.equal(third.rows[0]?.key.caller, 'leak_order0');
  const byPages = firstRows(third, 'p', 2).map(({ pages }) => pages);
  assert.ok((byPages[0] as number) >= (byPages[1] as number));
});

test('what cannot be watched is told in one line', () => {
  for (const [args, message] of [
    [['/nowhere'], /cannot read \/nowhere/],
    [[T0, '--every', 'soon'], /--every takes a time/],
    [[T0, '--by', 'modul'], /--by has no key modul/],
    [[T0, '--count', '0'], /--count takes a whole number/],
    [['--debugfs', '/nowhere'], /pageowner doctor tells all/],
  ] as const) {
    const { status, stderr, stdout } = run('pageowner', ['watch', ...args]);
    assert.equal(status, 2);
    assert.equal(stdout, '');
    assert.match(stderr, message);
    assert.match(stderr, /^[^\n]*\n$/);
  }
});
