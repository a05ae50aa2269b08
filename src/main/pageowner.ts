#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { batchCommand } from './batch/batch-command.js';
import { queueCommand } from './batch/fleet/queue-command.js';
import { workerCommand } from './batch/fleet/worker-command.js';
import { benchCommand } from './bench/bench-command.js';
import { captureCommand } from './capture/capture-command.js';
import { doctorCommand } from './capture/doctor-command.js';
import { watchCommand } from './capture/watch-command.js';
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
  .addCommand(batchCommand())
  .addCommand(captureCommand())
  .addCommand(watchCommand())
  .addCommand(doctorCommand())
  .addCommand(workerCommand())
  .addCommand(queueCommand());
for (const command of insightCommands()) program.addCommand(command);

/** Only sort takes its options as the kernel's tool does. Dumps without a command are for the overview. */
function argumentsOf(typed: readonly string[]): string[] {
  const [first = ''] = typed;
  if (first === 'sort') return expandArguments(typed, OPTIONS);
  return isDump(first) || isOption(first) ? ['overview', ...typed] : [...typed];
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
