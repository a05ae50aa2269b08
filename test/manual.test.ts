import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { withCommands } from '../src/main/command-line/definition.js';
import { pageName } from '../src/main/command-line/manual/man-page.js';
import { escaped, filled } from '../src/main/command-line/manual/roff.js';
import { definitions } from '../src/main/pageowner-program.js';
import { missing, ROOT } from './helpers.js';

const MANUAL = join(ROOT, 'dist/man');
const all = definitions().flatMap(withCommands);

/** The words of a page as man shows them. */
function shown(name: string): string {
  const { stdout, stderr } = spawnSync('man', ['-l', join(MANUAL, `${name}.1`)], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C.UTF-8', MANWIDTH: '1000', MANROFFOPT: '', MAN_KEEP_FORMATTING: '' },
  });
  assert.equal(stderr, '');
  return stdout.replace(/\s+/g, ' ');
}

test('there is a page for each program and each command, and no other', () => {
  assert.deepEqual(readdirSync(MANUAL).sort(), all.map((definition) => `${pageName(definition)}.1`).sort());
});

test('no page has anything that mandoc warns of', { skip: missing('mandoc', 'mandoc') }, () => {
  const { stdout, stderr } = spawnSync('mandoc', ['-Tlint', '-Wall', ...readdirSync(MANUAL)], {
    cwd: MANUAL,
    encoding: 'utf8',
  });
  assert.deepEqual([stdout, stderr], ['', '']);
});

test('no page has anything that groff warns of', { skip: missing('groff', 'groff-base') }, () => {
  for (const name of readdirSync(MANUAL)) {
    const { stderr } = spawnSync('groff', ['-ww', '-Tutf8', '-man', '-z', name], { cwd: MANUAL, encoding: 'utf8' });
    assert.equal(stderr, '', name);
  }
});

test('a page has all that the help has, and the parts of a manual', { skip: missing('man', 'man-db') }, () => {
  for (const definition of all) {
    const { path, options, operands, sections } = definition;
    const text = shown(pageName(definition));
    for (const { short, long, help } of options) {
      assert.ok(text.includes(` ${[short, long].filter(Boolean).join(', ')}`), `${path}: ${long ?? short}`);
      assert.ok(text.includes(help), `${path}: ${help}`);
    }
    for (const { name } of operands) assert.ok(text.includes(` ${name} `), `${path}: ${name}`);
    for (const { rows } of sections)
      for (const cell of rows.flat()) assert.ok(text.includes(cell.replace(/\s+/g, ' ')), `${path}: ${cell}`);
    for (const heading of [
      'NAME',
      'SYNOPSIS',
      'OPTIONS',
      'EXIT STATUS',
      'ENVIRONMENT',
      'FILES',
      'EXAMPLES',
      'SEE ALSO',
    ])
      if (heading !== 'EXAMPLES' || sections.some((section) => section.heading === 'Examples'))
        assert.ok(text.includes(` ${heading} `), `${path}: ${heading}`);
  }
});

test('a command that finds things says that it exits with 1 then', () => {
  const exits = (name: string): string =>
    /\.SH EXIT STATUS\n([\s\S]*?)\.SH/.exec(readFileSync(join(MANUAL, `${name}.1`), 'utf8'))?.[1] ?? '';
  assert.match(exits('pageowner-diff'), /fB1\\fR\nwhat \\-\\-fail\\-on/);
  assert.doesNotMatch(exits('pageowner-top'), /fB1\\fR/);
  assert.match(exits('page_owner_sort'), /fB1\\fR\nan error/);
});

test('every environment variable that the programs read is in the manual', () => {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(ROOT, 'src', name), 'utf8'));
  const named = sources.flatMap((text) => [
    ...[...text.matchAll(/process\.env\.(\w+)/g)].map(([, name = '']) => name),
    ...[...text.matchAll(/\{ ([\w, ]+) \} = process\.env/g)].flatMap(([, names = '']) => names.split(', ')),
  ]);
  assert.ok(named.length >= 5);
  const pages = readdirSync(MANUAL).map((name) => readFileSync(join(MANUAL, name), 'utf8'));
  for (const name of named)
    assert.ok(
      pages.some((page) => page.includes(name)),
      name,
    );
});

test('text that roff would take for requests or escapes stays text', { skip: missing('groff', 'groff-base') }, () => {
  const words = String.raw`.so 'no \n(ab \fB "q" ^~ -- … 'x' .`.split(' ');
  for (const word of words) {
    const source = ['.TH X 1', '.SH Y', ...filled(escaped(word)), ''].join('\n');
    const { stdout, stderr } = spawnSync('groff', ['-ww', '-Tutf8', '-man'], { input: source, encoding: 'utf8' });
    assert.equal(stderr, '', word);
    assert.ok(stdout.includes(`  ${word}\n`), word);
  }
});
