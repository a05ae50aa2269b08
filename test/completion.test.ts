import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { withCommands } from '../src/main/command-line/definition.js';
import { definitions } from '../src/main/pageowner-program.js';
import { missing, ROOT, run, temporaryFolder, writeInto } from './helpers.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

const folder = temporaryFolder();
mkdirSync(join(folder, 'nights'));
writeInto(folder, 'dump.txt', '');
cpSync(join(ROOT, 'LICENSE'), join(folder, 'stacks.txt'));
const scripts = Object.fromEntries(
  SHELLS.map((shell) => [
    shell,
    writeInto(folder, `.completion.${shell}`, run('pageowner', ['completion', shell]).stdout),
  ]),
) as Record<Shell, string>;

/** What is typed before the Tab key, and the words that come of it. */
const TYPED: readonly (readonly [typed: string, words: string])[] = [
  ['pageowner to', 'pageowner top'],
  ['pageowner completion z', 'pageowner completion zsh'],
  ['pageowner top --form', 'pageowner top --format'],
  ['pageowner top --format nd', 'pageowner top --format ndjson'],
  ['pageowner top --by kin', 'pageowner top --by kind'],
  ['pageowner top --by kind,nod', 'pageowner top --by kind,node'],
  ['pageowner top --by=kind,fre', 'pageowner top --by=kind,freed-by'],
  ['page_owner_sort --cull=st,ator', 'page_owner_sort --cull=st,ator'],
  ['page_owner_sort --sort=-pag', 'page_owner_sort --sort=-pages'],
  ['page_owner_sort --sort=-pid,+tim', 'page_owner_sort --sort=-pid,+times'],
  ['pageowner sort --stats=j', 'pageowner sort --stats=json'],
  ['pageowner dum', 'pageowner dump.txt'],
  ['pageowner top dum', 'pageowner top dump.txt'],
  ['pageowner dump.txt --ign', 'pageowner dump.txt --ignore-offsets'],
  ['pageowner batch --out nig', 'pageowner batch --out nights'],
  ['pageowner top --stacks sta', 'pageowner top --stacks stacks.txt'],
  ['pageowner top --stacks=sta', 'pageowner top --stacks=stacks.txt'],
  ['page_owner_sort dum', 'page_owner_sort dump.txt'],
  // A number is no file.
  ['pageowner top --limit dum', 'pageowner top --limit dum'],
];

/** Shells that a person types into: programs that print their words, and a Tab at the end of each line. */
const INTERACTIVE: Readonly<Record<'bash' | 'zsh', { readonly command: string; readonly start: string }>> = {
  bash: { command: 'bash --norc --noprofile -i', start: `source ${scripts.bash}; bind 'set bell-style none'` },
  zsh: { command: 'zsh -f -i', start: `autoload -Uz compinit; compinit -D -u; source ${scripts.zsh}; unsetopt beep` },
};

function typedInto(shell: 'bash' | 'zsh'): string[] {
  const { command, start } = INTERACTIVE[shell];
  const lines = [
    start,
    'pageowner() { echo "<pageowner $*>"; }; page_owner_sort() { echo "<page_owner_sort $*>"; }',
    ...TYPED.map(([typed]) => `${typed}\t`),
    'exit',
  ];
  const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
    cwd: folder,
    input: lines.map((line) => `${line}\n`).join(''),
    encoding: 'utf8',
    env: { ...process.env, TERM: 'dumb', HISTFILE: '' },
    timeout: 60_000,
  });
  return [...stdout.matchAll(/^<(page.*)>\r?$/gm)].map(([, words = '']) => words.replace(/\/$/, ''));
}

for (const shell of ['bash', 'zsh'] as const)
  test(`${shell} completes what is typed`, { skip: missing(shell, shell) || missing('script', 'bsdutils') }, () => {
    assert.deepEqual(
      typedInto(shell),
      TYPED.map(([, words]) => words),
    );
  });

test('fish completes what is typed', { skip: missing('fish', 'fish') }, () => {
  for (const [typed, words] of TYPED) {
    const { stdout, stderr } = spawnSync('fish', ['-c', `source ${scripts.fish}; complete -C '${typed}'`], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder },
    });
    assert.equal(stderr, '');
    const [first = ''] = stdout.split('\n');
    const completed = first.replace(/\t.*/, '').replace(/\/$/, '');
    // fish also finds words within names, and gives the word alone.
    assert.equal([...typed.split(' ').slice(0, -1), completed || typed.split(' ').at(-1)].join(' '), words);
  }
});

/** Calls the function as bash does, without a terminal. */
function bashReplies(lines: readonly (readonly string[])[]): string[][] {
  const calls = lines.map((words) => {
    const quoted = words.map((word) => `'${word}'`).join(' ');
    return `COMP_WORDS=(${quoted}) COMP_CWORD=${words.length - 1}; _pageowner ${words[0]} '${words.at(-1)}' '${words.at(-2)}'; echo "\${COMPREPLY[*]}"`;
  });
  const script = ['compopt() { :; }', `source ${scripts.bash}`, ...calls].join('\n');
  const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  assert.equal(stderr, '');
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split(' '));
}

test('every option of every command is completed, and every word that it takes', {
  skip: missing('bash', 'bash'),
}, () => {
  const all = definitions().flatMap(withCommands);
  const flags = all.map(({ path, options }) => ({
    typed: [...path, '-'],
    expected: options.flatMap(({ short, long }) => [short, long].filter((flag) => flag !== undefined)),
  }));
  const values = all.flatMap(({ path, options }) =>
    options.flatMap(({ short, long, takes }) =>
      takes.kind === 'words'
        ? [{ typed: [...path, (long ?? short) as string, '=', ''], expected: takes.words.map(({ word }) => word) }]
        : [],
    ),
  );
  const asked = [...flags, ...values];
  assert.ok(values.length > 20);
  const replies = bashReplies(asked.map(({ typed }) => typed));
  for (const [i, { typed, expected }] of asked.entries())
    assert.deepEqual(replies[i]?.sort(), expected.sort(), typed.join(' '));
});

test('commands are completed where one may stand, and nowhere else', { skip: missing('bash', 'bash') }, () => {
  const commands = definitions()[1]?.commands.map(({ path }) => path.at(-1)) ?? [];
  assert.ok(commands.length > 10);
  const [first, second, other] = bashReplies([
    ['pageowner', ''],
    ['pageowner', 'top', ''],
    ['page_owner_sort', ''],
  ]);
  assert.deepEqual(first?.sort(), commands.sort());
  assert.deepEqual([second, other], [[''], ['']]);
});

test('the scripts have no error of syntax', () => {
  for (const shell of SHELLS) {
    if (missing(shell, shell)) continue;
    const { status, stderr } = spawnSync(shell, ['-n', scripts[shell]], { encoding: 'utf8' });
    assert.deepEqual([status, stderr], [0, ''], shell);
  }
});

test('another shell is an error of one line', () => {
  const { status, stdout, stderr } = run('pageowner', ['completion', 'tcsh']);
  assert.deepEqual([status, stdout], [2, '']);
  assert.match(stderr, /^pageowner: .*'tcsh'.*bash, zsh, fish[^\n]*\n$/);
});
