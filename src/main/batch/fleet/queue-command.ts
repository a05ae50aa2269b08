import { Argument, Command, Option } from 'commander';
import { anyOf, takesWords } from '../../command-line/value-words.js';
import { QUEUE_ACTIONS } from './queue-actions.js';

/** The command by which operators look at a queue and steer it. */
export function queueCommand(): Command {
  const command = new Command('queue')
    .description('Shows and steers the queue between batches and workers.')
    .usage(`<${Object.keys(QUEUE_ACTIONS).join('|')}> --queue URL`)
    .addArgument(
      takesWords(
        new Argument(
          '<action>',
          Object.entries(QUEUE_ACTIONS)
            .map(([name, what]) => `${name}: ${what}`)
            .join('; '),
        ),
        anyOf(Object.keys(QUEUE_ACTIONS)),
      ),
    )
    .helpOption('-h, --help', 'show this help')
    .addOption(new Option('--queue <URL>', 'redis://HOST/DB, rediss://… or postgres://HOST/DATABASE; @FILE has it'))
    .addOption(new Option('--format <FORM>', 'of status').choices(['text', 'json', 'openmetrics']).default('text'))
    .addHelpText(
      'after',
      `
Examples:
  pageowner queue status --queue redis://queue.example/0
  pageowner queue pause --queue @/etc/pageowner/queue
`,
    );
  command.action(async (action: string) => {
    const { runQueue } = await import('./run-queue.js');
    await runQueue(action, command.opts() as { queue?: string; format: string });
  });
  return command;
}
