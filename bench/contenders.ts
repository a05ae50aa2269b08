import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CTool } from './c-tool.js';
import { mawkAnswers, mawkCommand } from './mawk.js';
import type { Command } from './run-process.js';

/** How a contender's output relates to ours: the same bytes, the same sums over all groups, or no answer at all. */
type AnswerKind = 'bytes' | 'sums' | 'none';

export interface Contender {
  readonly name: string;
  readonly answer: AnswerKind;
  readonly command: (dump: string, output: string) => Command;
}

/** Where a built checkout has a program that it ships. */
export function programOf(checkout: string, name: 'page_owner_sort' | 'pageowner'): string {
  const { bin } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8'));
  return join(checkout, bin[name]);
}

/** Our program in this checkout, seen from dist/bench. */
const PROGRAM = programOf(fileURLToPath(new URL('../../', import.meta.url)), 'page_owner_sort');

/** page_owner_sort as a whole process with these arguments. */
export function ours(name: string, args: readonly string[], program: string = PROGRAM): Contender {
  return {
    name,
    answer: 'bytes',
    command: (dump, output) => ({
      program: process.execPath,
      args: [program, ...args, '--no-progress', dump, output],
    }),
  };
}

/** The ways in which we run; the last one is what the others are compared to. Another scan is another line here. */
export function ourWays(args: readonly string[]): Contender[] {
  const threads = availableParallelism();
  const way = (name: string, ...more: string[]): Contender => ours(name, [...args, ...more]);
  const single = way('ours, 1 thread', '--threads=1');
  const plain = { ...single, name: 'ours, 1 thread, TypeScript scan', command: plainCommand(single) };
  return threads > 1 ? [plain, single, way(`ours, ${threads} threads`)] : [plain, single];
}

/** The same without the SIMD kernel. */
function plainCommand({ command }: Contender): Contender['command'] {
  return (dump, output) => {
    const { program, args } = command(dump, output);
    return { program: 'env', args: ['PAGEOWNER_SCANNER=typescript', program, ...args] };
  };
}

/** Those that take part beside us, and a line for each one that cannot. */
export function otherContenders(
  args: readonly string[],
  cTool: CTool,
): { readonly present: Contender[]; readonly skipped: string[] } {
  const present: Contender[] = [
    { name: 'cat', answer: 'none', command: (dump) => ({ program: 'cat', args: [dump] }) },
    { name: 'wc -l', answer: 'none', command: (dump) => ({ program: 'wc', args: ['-l', dump] }) },
  ];
  const skipped: string[] = [];
  if ('missing' in cTool) skipped.push(`skipped: the C tool (${cTool.missing})`);
  else
    present.push({
      name: 'C tool',
      answer: 'bytes',
      command: (dump, output) => ({ program: cTool.path, args: [...args, dump, output] }),
    });
  const mawkProblem = noMawk(args);
  if (mawkProblem) skipped.push(`skipped: mawk (${mawkProblem})`);
  else present.push({ name: 'mawk script', answer: 'sums', command: mawkCommand });
  return { present, skipped };
}

function noMawk(args: readonly string[]): string | undefined {
  if (!mawkAnswers(args)) return 'its script answers --cull=st only';
  return spawnSync('mawk', ['-W', 'version']).error ? 'not there: install the package mawk' : undefined;
}
