#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { expandArguments } from './command-line/abbreviations.js';
import { runProgram } from './command-line/program.js';
import { IMPLIED_COMMAND, pageownerProgram } from './pageowner-program.js';
import { OPTIONS } from './sorting/sort-option-table.js';

const EXIT_ERROR = 2;

const program = pageownerProgram();

/** Only sort takes its options as the kernel's tool does. Dumps without a command are for the overview. */
function argumentsOf(typed: readonly string[]): string[] {
  const [first = ''] = typed;
  if (first === 'sort') return expandArguments(typed, OPTIONS);
  return isDump(first) || isOption(first) ? [IMPLIED_COMMAND, ...typed] : [...typed];
}

/** A command is meant by what is neither a file nor looks like a path. */
function isDump(first: string): boolean {
  if (program.commands.some((command) => command.name() === first)) return false;
  return first === '-' || /[./]/.test(first) || existsSync(first);
}

function isOption(first: string): boolean {
  return /^-./.test(first) && !['-h', '--help', '--version'].includes(first);
}

void runProgram(program, () => argumentsOf(process.argv.slice(2)), EXIT_ERROR);
