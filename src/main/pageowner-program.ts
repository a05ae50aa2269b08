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
import { insightCommands } from './insight/insight-commands.js';
import { PAGE_OWNER_SORT, PAGEOWNER_SORT, sortCommand } from './sorting/sort-command.js';

/** What is meant by dumps without a command. */
export const IMPLIED_COMMAND = 'overview';

/** `pageowner` and all its commands: what stands here is also in its manual and its completions. */
export function pageownerProgram(): Command {
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
    .addCommand(queueCommand())
    .addCommand(completionCommand(definitions));
  for (const command of insightCommands()) program.addCommand(command);
  return withVersion(program);
}

/** Both programs, as their manual and their completions need them. */
export function definitions(): CommandDefinition[] {
  return [definitionOf(withVersion(sortCommand(PAGE_OWNER_SORT))), definitionOf(pageownerProgram(), IMPLIED_COMMAND)];
}
