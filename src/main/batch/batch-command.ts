import { Command, Option } from 'commander';
import { anyOf, takesWords } from '../command-line/value-words.js';
import { BATCH_OPTIONS } from './batch-option-table.js';
import type { Typed } from './config-file.js';

/** The command that makes reports on many dumps. */
export function batchCommand(): Command {
  const command = new Command('batch')
    .description('Makes reports on many dumps, unattended: each is read once, and has a folder of its own.')
    .usage('[OPTIONS] <manifest|folder|glob|dump|-> --out FOLDER')
    .argument(
      '[dumps...]',
      'a list of dumps (a path a line, or JSON), - for standard input; a folder, a glob, or dumps; a dump may be a URL (http, https)',
    )
    .helpOption('-h, --help', 'show this help');
  for (const { name, value, isList, choices, words, group, help } of BATCH_OPTIONS) {
    const option = new Option(value ? `--${name} <${value}>` : `--${name}`, help).helpGroup(group);
    option.attributeName = () => name;
    // commander sets what begins with no- to false, and its opposite to true by default.
    option.negate = false;
    if (words) takesWords(option, anyOf(words));
    if (choices) option.choices(choices);
    else if (isList) option.argParser((typed, before: readonly string[] = []) => [...before, typed]);
    command.addOption(option);
  }
  command.addHelpText(
    'after',
    `
Examples:
  pageowner batch dumps/ --out night --run 'top --by kind' --run 'sort --cull=st -o stacks.txt'
  pageowner batch 'dumps/*.zst' --out nights/tue --previous nights --fail-on leak:1000 --keep 30
  find /srv/dumps -name '*.zst' | pageowner batch - --out night --resume --log json
`,
  );
  command.action(async (operands: string[]) => {
    const { runBatch } = await import('./run-batch.js');
    await runBatch(operands, command.opts() as Typed);
  });
  return command;
}
