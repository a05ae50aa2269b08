import { Argument, Command } from 'commander';
import type { CommandDefinition } from '../definition.js';
import { print } from '../print.js';
import { bashCompletion } from './bash-completion.js';
import { fishCompletion } from './fish-completion.js';
import { zshCompletion } from './zsh-completion.js';

/** A script for each shell, of both programs. */
const SHELLS: Readonly<Record<string, (programs: readonly CommandDefinition[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

export function completionCommand(programs: () => readonly CommandDefinition[]): Command {
  return new Command('completion')
    .description('Prints a script that completes commands, options and their values in a shell, for both programs.')
    .usage('<shell>')
    .addArgument(new Argument('<shell>', 'the shell that reads it').choices(Object.keys(SHELLS)))
    .helpOption('-h, --help', 'show this help')
    .addHelpText(
      'after',
      `
Examples:
  source <(pageowner completion bash)                                    in ~/.bashrc
  source <(pageowner completion zsh)                                     in ~/.zshrc, behind compinit
  pageowner completion fish > ~/.config/fish/completions/pageowner.fish  for fish; also as page_owner_sort.fish
`,
    )
    .action((shell: string) => print(SHELLS[shell]?.(programs()) ?? ''));
}
