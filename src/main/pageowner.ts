#!/usr/bin/env node
import { Command } from 'commander';
import { batchCommand } from './batch/batch-command.js';
import { benchCommand } from './bench/bench-command.js';
import { expandArguments } from './command-line/abbreviations.js';
import { runProgram } from './command-line/program.js';
import { insightCommands } from './insight/insight-commands.js';
import { PAGEOWNER_SORT, sortCommand } from './sorting/sort-command.js';
import { OPTIONS } from './sorting/sort-option-table.js';

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
