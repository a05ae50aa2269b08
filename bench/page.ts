import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

/** `npm run bench:page`: how fast the report's flame graph of 5,000 random stacks is drawn in Debian's chromium. */

const PROGRAM = fileURLToPath(new URL('../bundle/main/pageowner.js', import.meta.url));
const STACKS = 5000;

let state = 1;
/** Numerical Recipes' generator: the same stacks each time. */
function random(below: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}

function stack(i: number): string {
  const frames = Array.from({ length: 6 + random(8) }, () => `f${random(3000)}`);
  const lines = [...frames, `m${i % 40}`, `n${i % 7}`, 'root'].map((frame) => ` ${frame}+0x1/0x2\n`);
  return `${lines.join('')}nr_base_pages: ${1 + random(400)}\n\n`;
}

const folder = mkdtempSync(join(tmpdir(), 'pageowner-page-'));
const stacks = join(folder, 'random.stacks');
const report = join(folder, 'report.html');
writeFileSync(stacks, Array.from({ length: STACKS }, (_, i) => stack(i)).join(''));
spawnSync(process.execPath, [PROGRAM, 'report', stacks, '-o', report], { stdio: 'inherit' });
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
const began = performance.now();
await page.goto(`${pathToFileURL(report).href}#view=flame`);
await page.waitForSelector('canvas.flame');
const usable = performance.now() - began;
// Code of the page, as text: types of a browser are not known here.
const repaints = await page.evaluate<number[]>(`(async () => {
  const times = [];
  for (let i = 0; i < 60; i++) {
    const canvas = document.querySelector('canvas.flame');
    const clientY = canvas.getBoundingClientRect().top + 30 + (i % 5) * 20;
    const start = performance.now();
    canvas.dispatchEvent(new MouseEvent('mousemove', { clientX: 20 + i * 20, clientY, bubbles: true }));
    times.push(performance.now() - start);
    await new Promise(requestAnimationFrame);
  }
  return times.sort((a, b) => a - b);
})()`);
const zooms = await page.evaluate<number[]>(`(async () => {
  const times = [];
  for (let i = 0; i < 10; i++) {
    const canvas = document.querySelector('canvas.flame');
    const { left, top } = canvas.getBoundingClientRect();
    const start = performance.now();
    canvas.dispatchEvent(new MouseEvent('click', { clientX: left + 100 + i * 60, clientY: top + (i % 2 ? 10 : 50), bubbles: true }));
    await new Promise((done) => setTimeout(done, 0));
    await new Promise(requestAnimationFrame);
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b);
})()`);
await browser.close();
rmSync(folder, { recursive: true });
const at = (times: readonly number[], share: number): string =>
  (times[Math.floor(times.length * share)] as number).toFixed(1);
console.log(`usable after ${usable.toFixed(0)} ms`);
console.log(`repaint: median ${at(repaints, 0.5)} ms, 95th of 100 ${at(repaints, 0.95)} ms`);
console.log(`zoom, with the table: median ${at(zooms, 0.5)} ms, longest ${at(zooms, 0.999)} ms`);
