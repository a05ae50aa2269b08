import { Command, Option } from 'commander';
import type { WatchValues } from './run-watch.js';

/** The command that looks at a running kernel again and again. */
export function watchCommand(): Command {
  const command = new Command('watch')
    .description(
      'Shows what holds the memory of this machine, and what was born and freed since the last look and since the first.',
    )
    .usage('[OPTIONS] [FILE]')
    .argument('[file]', "what to read in place of the kernel's file: whatever is a snapshot")
    .helpOption('-h, --help', 'show this help')
    .addOption(new Option('--every <TIME>', 'look so often: 30s, 10m').default('30s'))
    .addOption(new Option('--by <KEY,…>', 'group by these keys, as in top').default('caller'))
    .addOption(new Option('--limit <N>', 'groups to show').default('20'))
    .addOption(new Option('--count <N>', 'end after so many looks (default: go on)'))
    .addOption(
      new Option('--stacks-only', 'read page_owner_stacks/show_stacks (Linux 6.9): quick, but only pages by stack'),
    )
    .addOption(new Option('--debugfs <FOLDER>', 'where debugfs is mounted (default: /sys/kernel/debug)'))
    .addOption(new Option('--force', 'also on a kernel of which it is known that reading page_owner crashes it'))
    .addHelpText(
      'after',
      `
On a terminal, keys choose the order (growth, pages, born, freed), space pauses, q ends. Elsewhere each look is a line of JSON.

Examples:
  sudo pageowner watch --every 10s --by kind
  sudo pageowner watch --stacks-only --count 60 > watch.ndjson
`,
    );
  command.action(async (input: string | undefined) => {
    const { runWatch } = await import('./run-watch.js');
    await runWatch(input, command.opts() as WatchValues);
  });
  return command;
}
