#!/usr/bin/env node
import { expandArguments } from './command-line/abbreviations.js';
import { runProgram } from './command-line/program.js';
import { withVersion } from './command-line/version.js';
import { PAGE_OWNER_SORT, sortCommand } from './sorting/sort-command.js';
import { OPTIONS } from './sorting/sort-option-table.js';

/** The C tool exits 1 for every error. */
const EXIT_ERROR = 1;

const program = withVersion(sortCommand(PAGE_OWNER_SORT));
void runProgram(program, () => expandArguments(process.argv.slice(2), OPTIONS), EXIT_ERROR);
