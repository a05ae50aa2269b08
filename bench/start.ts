import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { textTable } from '../src/main/bench/bench-table.js';
import { median } from '../src/main/bench/median.js';
import { runRounds } from './rounds.js';
import type { Command } from './run-process.js';

/**
 * `npm run bench:start`: how long short runs take, from start to end, of the executable (npm run build:binary) beside the scripts under this Node and under
 * the Node 24 that is in the executable. `npm run bench:start -- 40`: so many rounds.
 */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DUMP = join(ROOT, 'dist/sample.txt');
const ROUNDS = 25;

const node24 = execFileSync('sh', ['src/packaging/node-24', process.arch], { cwd: ROOT, encoding: 'utf8' }).trim();
const script = join(ROOT, 'dist/bundle/main/pageowner.js');
const executable = join(ROOT, `dist/executable/pageowner-linux-${process.arch}`);

const WAYS: readonly (readonly [name: string, program: string, ...args: string[]])[] = [
  [`script, Node ${process.versions.node}`, process.execPath, script],
  [
    `script, Node ${/[\d.]+/.exec(
      dirname(dirname(dirname(node24)))
        .split('/')
        .at(-1) as string,
    )}`,
    node24,
    script,
  ],
  ['executable', executable],
];

const RUNS: readonly (readonly string[])[] = [
  ['--version'],
  ['sort', '--cull=st', DUMP, '/dev/null'],
  ['top', DUMP, '-o', '/dev/null'],
];

const rounds = Number(process.argv[2] ?? ROUNDS);
const commands = RUNS.flatMap((run) =>
  WAYS.map(([, program, ...args]): Command => ({ program, args: [...args, ...run] })),
);
const costs = (await runRounds(commands, rounds)).map((all) => all.map(({ seconds }) => seconds * 1000));
const rows = RUNS.flatMap((run, i) => {
  const own = median(costs[i * WAYS.length + WAYS.length - 1] as number[]);
  return WAYS.map(([name], j) => {
    const times = costs[i * WAYS.length + j] as number[];
    const [command = ''] = run;
    return [
      `${command}: ${name}`,
      median(times).toFixed(0),
      Math.min(...times).toFixed(0),
      (median(times) / own).toFixed(2),
    ];
  });
});
console.log(`${rounds} rounds, sample of 0.6 MB\n`);
console.log(textTable([['', 'median ms', 'min ms', 'of executable'], ...rows]));
