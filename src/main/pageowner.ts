#!/usr/bin/env node
import { Command } from 'commander';
import { expandArguments } from './abbreviations.js';
import { benchCommand } from './bench/bench-command.js';
import { OPTIONS } from './option-table.js';
import { runProgram } from './program.js';
import { PAGEOWNER_SORT, sortCommand } from './sort-command.js';

const EXIT_ERROR = 2;

const program = new Command('pageowner')
  .description("Tells who holds a Linux machine's memory, from dumps of /sys/kernel/debug/page_owner.")
  .helpOption('-h, --help', 'show this help')
  .addCommand(sortCommand(PAGEOWNER_SORT))
  .addCommand(benchCommand());
void runProgram(program, () => expandArguments(process.argv.slice(2), OPTIONS), EXIT_ERROR);
