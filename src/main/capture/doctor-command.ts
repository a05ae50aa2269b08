import { Command, Option } from 'commander';
import { print } from '../command-line/print.js';
import { DEBUGFS } from './debugfs.js';

const EXIT_MISSING = 1;

/** The command that says whether this machine gives a dump, and what to do if not. */
export function doctorCommand(): Command {
  const command = new Command('doctor')
    .description('Says whether this machine gives a dump, and what to do if not. Exits with 1 if something is missing.')
    .helpOption('-h, --help', 'show this help')
    .addOption(new Option('--debugfs <FOLDER>', 'where debugfs is mounted').default(DEBUGFS))
    .addOption(new Option('-o, --output <FOLDER>', 'where a dump is to go').default('.'))
    .addOption(new Option('--format <FORM>', 'how to print').choices(['text', 'json']).default('text'));
  command.action(async () => {
    const { debugfs, output, format } = command.opts() as { debugfs: string; output: string; format: string };
    const { checksOf } = await import('./checks.js');
    const checks = checksOf({ debugfs, output, root: '/' });
    if (format === 'json') print(`${JSON.stringify({ schema: 'pageowner.doctor/1', checks }, null, 1)}\n`);
    else
      for (const { name, state, found, todo } of checks)
        print(`${name}: ${state}: ${found}${todo === '' ? '' : `\n    ${todo}`}\n`);
    if (checks.some(({ state }) => state === 'missing')) process.exitCode = EXIT_MISSING;
  });
  return command;
}
