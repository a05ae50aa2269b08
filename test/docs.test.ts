import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { ROOT, run } from './helpers.js';

const WIDTH = '118';

interface Page {
  readonly path: string;
  readonly text: string;
}

const isPage = (name: string): boolean => name.endsWith('.md');
const pages: readonly Page[] = ['', 'docs', 'docs/decisions', 'bench', 'fixtures'].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter(isPage)
    .map((name) => {
      const path = join(folder, name);
      return { path, text: readFileSync(join(ROOT, path), 'utf8') };
    }),
);

/** `$ pageowner …`, perhaps `| head -N`, and what stands below it. */
const EXAMPLE = /^```console\n\$ pageowner (.* fixtures\/\S*)(?: \| head -(\d+))?\n([\s\S]*?)\n```$/gm;

const examples = pages.flatMap(({ path, text }) =>
  [...text.matchAll(EXAMPLE)].map(([, command = '', lines, shown = '']) => {
    return { path, command, lines: lines === undefined ? Infinity : Number(lines), shown };
  }),
);

test('README and docs show many commands with their outputs', () => {
  assert.ok(examples.filter(({ path }) => path === 'README.md').length >= 5);
  assert.ok(examples.filter(({ path }) => path !== 'README.md').length >= 6);
});

for (const { path, command, lines, shown } of examples)
  test(`${path} shows what comes of pageowner ${command}`, () => {
    process.env.COLUMNS = WIDTH;
    const { stdout, stderr } = run('pageowner', command.split(' '), { cwd: ROOT });
    assert.equal(stderr, '');
    const printed = Buffer.from(stdout, 'latin1').toString().replace(/ +$/gm, '').trimEnd();
    assert.equal(printed.split('\n').slice(0, lines).join('\n'), shown);
  });

/** As GitHub makes them of headings. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => {
    return heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-');
  });
}

test('no link of README and docs is dead', () => {
  let links = 0;
  for (const { path, text } of pages)
    for (const [link, target = '', anchor] of text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)) {
      links++;
      const file = target === '' ? path : join(dirname(path), target);
      assert.ok(existsSync(join(ROOT, file)), `${path}: ${link}`);
      if (anchor !== undefined)
        assert.ok(anchorsOf(readFileSync(join(ROOT, file), 'utf8')).includes(anchor), `${path}: ${link}`);
    }
  assert.ok(links > 50);
});

test('every page of docs is in their index', () => {
  const index = readFileSync(join(ROOT, 'docs/README.md'), 'utf8');
  for (const name of readdirSync(join(ROOT, 'docs')).filter(isPage))
    assert.ok(name === 'README.md' || index.includes(`](${name})`), name);
});

test('messages that docs/troubleshooting.md explains are messages of the program', () => {
  const sources = readdirSync(join(ROOT, 'src/main'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const code = sources.map((name) => readFileSync(join(ROOT, 'src/main', name), 'utf8')).join('');
  const page = readFileSync(join(ROOT, 'docs/troubleshooting.md'), 'utf8');
  const messages = [...page.matchAll(/^\| `… (.*) …` \|/gm)].map(([, message = '']) => message);
  assert.ok(messages.length > 10);
  for (const message of messages) assert.ok(code.includes(message), message);
});

test('README can be read in two minutes', () => {
  assert.ok(Buffer.byteLength(pages.find(({ path }) => path === 'README.md')?.text ?? '') <= 7000);
});
