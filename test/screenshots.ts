import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { LEAK, ROOT, run } from './helpers.js';

/** `npm run screenshots`: the picture of README and the sample report, in docs/, made from a fixture. Needs Debian's chromium. */

const SAMPLE = join(ROOT, 'docs/sample-report.html');
const PICTURE = join(ROOT, 'docs/report.png');

function written(path: string, ...dumps: readonly string[]): string {
  const { status, stderr } = run('pageowner', ['report', '--title', 'A module that leaks', ...dumps, '-o', path]);
  if (status !== 0) throw new Error(stderr);
  return pathToFileURL(path).href;
}

const folder = mkdtempSync(join(tmpdir(), 'pageowner-screenshots-'));
written(SAMPLE, LEAK[0], LEAK[2]);
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const page = await browser.newPage({ viewport: { width: 1100, height: 620 } });
await page.goto(`${written(join(folder, 'report.html'), LEAK[0], LEAK[2])}#view=flame`);
await page.waitForSelector('canvas.flame');
await page.waitForTimeout(200);
await page.screenshot({ path: PICTURE });
await browser.close();
rmSync(folder, { recursive: true });
