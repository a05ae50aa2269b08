import { Command } from 'commander';
import { batchCommand } from './batch/batch-command.js';
import { queueCommand } from './batch/fleet/queue-command.js';
import { workerCommand } from './batch/fleet/worker-command.js';
import { benchCommand } from './bench/bench-command.js';
import { captureCommand } from './capture/capture-command.js';
import { doctorCommand } from './capture/doctor-command.js';
import { watchCommand } from './capture/watch-command.js';
import { completionCommand } from './command-line/completion/completion-command.js';
import { type CommandDefinition, definitionOf } from './command-line/definition.js';
import { withVersion } from './command-line/version.js';
import { INSIGHT_COMMANDS } from './insight/insight-commands.js';
import { PAGE_OWNER_SORT, PAGEOWNER_SORT, sortCommand } from './sorting/sort-command.js';

/** What is meant by dumps without a command. */
export const IMPLIED_COMMAND = 'overview';

const COMMANDS: Readonly<Record<string, () => Command>> = {
  sort: () => sortCommand(PAGEOWNER_SORT),
  bench: benchCommand,
  batch: batchCommand,
  capture: captureCommand,
  watch: watchCommand,
  doctor: doctorCommand,
  worker: workerCommand,
  queue: queueCommand,
  completion: () => completionCommand(definitions),
  ...INSIGHT_COMMANDS,
};

export function isCommand(name: string): boolean {
  return Object.hasOwn(COMMANDS, name);
}

/**
 * `pageowner` and its commands: what stands here is also in its manual and its completions.
 * @param only the command that runs: to make the others takes longer than to read a small dump. Default: all
 */
export function pageownerProgram(only?: string): Command {
  const program = new Command('pageowner')
    .description("Tells who holds a Linux machine's memory, from dumps of /sys/kernel/debug/page_owner.")
    .helpOption('-h, --help', 'show this help');
  for (const [name, make] of Object.entries(COMMANDS))
    if (only === undefined || name === only) program.addCommand(make());
  return withVersion(program);
}

/** Both programs, as their manual and their completions need them. */
export function definitions(): CommandDefinition[] {
  return [definitionOf(withVersion(sortCommand(PAGE_OWNER_SORT))), definitionOf(pageownerProgram(), IMPLIED_COMMAND)];
}
