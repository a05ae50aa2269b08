import type { Command } from './run-process.js';

/** What someone at a prompt would write: groups by stack, does not sort, and knows one form of block. */
const SCRIPT = `
BEGIN { RS = "" }
{
  lines = substr($0, index($0, "\\nPFN ") + 1)
  stack = substr(lines, index(lines, "\\n") + 1)
  times[stack]++
  pages[stack] += 2 ^ (substr($0, length("Page allocated via order ") + 1) + 0)
}
END { for (stack in times) printf "%d times, %d pages:\\n%s\\n\\n", times[stack], pages[stack], stack }
`;

/** The arguments of page_owner_sort whose answer the script gives. */
export function mawkAnswers(args: readonly string[]): boolean {
  return /^--cull=(st|stacktrace)$/.test(args.join(' '));
}

export function mawkCommand(dump: string, output: string): Command {
  return { program: 'mawk', args: [SCRIPT, dump], stdout: output };
}
