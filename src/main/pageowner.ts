#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { expandArguments } from './command-line/abbreviations.js';
import { runProgram } from './command-line/program.js';
import { IMPLIED_COMMAND, isCommand, pageownerProgram } from './pageowner-program.js';
import { OPTIONS } from './sorting/sort-option-table.js';

const EXIT_ERROR = 2;

const typed = process.argv.slice(2);
const command = commandOf(typed);

/** The command that is typed, or meant: dumps without one are for the overview. */
function commandOf([first = '']: readonly string[]): string | undefined {
  if (isCommand(first)) return first;
  return isDump(first) || isOption(first) ? IMPLIED_COMMAND : undefined;
}

/** Only sort takes its options as the kernel's tool does. */
function argumentsOf(): string[] {
  if (command === 'sort') return expandArguments(typed, OPTIONS);
  return command === undefined || command === typed[0] ? typed : [command, ...typed];
}

function isDump(first: string): boolean {
  return first === '-' || /[./]/.test(first) || existsSync(first);
}

function isOption(first: string): boolean {
  return /^-./.test(first) && !['-h', '--help', '--version'].includes(first);
}

void runProgram(pageownerProgram(command), argumentsOf, EXIT_ERROR);
