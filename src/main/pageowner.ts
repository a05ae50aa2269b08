#!/usr/bin/env node
import { Command } from 'commander';
import { expandArguments } from './abbreviations.js';
import { batchCommand } from './batch/command.js';
import { benchCommand } from './bench/bench-command.js';
import { insightCommands } from './insight/commands.js';
import { OPTIONS } from './option-table.js';
import { runProgram } from './program.js';
import { PAGEOWNER_SORT, sortCommand } from './sort-command.js';

const EXIT_ERROR = 2;

const program = new Command('pageowner')
  .description("Tells who holds a Linux machine's memory, from dumps of /sys/kernel/debug/page_owner.")
  .helpOption('-h, --help', 'show this help')
  .addCommand(sortCommand(PAGEOWNER_SORT))
  .addCommand(benchCommand())
  .addCommand(batchCommand());
for (const command of insightCommands()) program.addCommand(command);
/** Only sort takes its options as the kernel's tool does. */
function argumentsOf(typed: readonly string[]): string[] {
  return typed[0] === 'sort' ? expandArguments(typed, OPTIONS) : [...typed];
}

void runProgram(program, () => argumentsOf(process.argv.slice(2)), EXIT_ERROR);
