import { type CommandDefinition, type OptionDefinition, type Takes, withCommands } from '../definition.js';

/** A script for fish 3 or later. */
export function fishCompletion(programs: readonly CommandDefinition[]): string {
  const all = programs.flatMap(withCommands);
  const paths = all.filter(({ path }) => path.length > 1).map(({ path }) => quote(path.join(' ')));
  const implied = programs.find((program) => program.implied !== undefined);
  const [impliedBy = '', impliedName = ''] = [implied?.path.join(' '), implied?.implied];
  return `# Completes ${programs.map(({ path }) => path.join(' ')).join(' and ')} in fish. Made by: pageowner completion fish

# The command that is typed: a program, and names of commands behind it.
function __pageowner_command
    set -l typed (commandline -opc)
    set -l name (string replace -r '.*/' '' -- $typed[1])
    for word in $typed[2..-1]
        contains -- "$name $word" ${paths.join(' ')}; or break
        set name "$name $word"
    end
    test "$name" = ${quote(impliedBy)} -a (count $typed) -gt 1; and set name "$name "${quote(impliedName)}
    echo $name
end

function __pageowner_is
    test (__pageowner_command) = "$argv"
end

# A list of the words, with commas between: signs that may stand before each (or ''), then word and help in turn.
function __pageowner_list
    set -l value (string replace -r '^--[^=]*=' '' -- (commandline -ct))
    set -l before (string match -r '^.*,' -- $value; or echo '')
    set -l last (string replace -r '^.*,' '' -- $value)
    set -l sign ''
    test -n "$argv[1]"; and set sign (string match -r "^[$argv[1]]" -- $last; or echo '')
    for i in (seq 2 2 (count $argv))
        printf '%s%s%s\\t%s\\n' $before $sign $argv[$i] $argv[(math $i + 1)]
    end
end

${all.map(commandLines).join('\n')}`;
}

function commandLines(definition: CommandDefinition): string {
  const { path, commands, operands, options, implied } = definition;
  const [program = ''] = path;
  const start = `complete -c ${program} -n ${quote(`__pageowner_is ${path.join(' ')}`)}`;
  const takes = operands[0]?.takes;
  const subcommands = commands.map(
    (command) => `${start} -f -a ${quote(command.path.at(-1) as string)} -d ${quote(command.description)}`,
  );
  const operand = takes && takes.kind !== 'file' ? [`${start} ${argumentsOf(takes)}`] : [];
  // fish completes files unless it is told not to; -F asks for them where commands stand too.
  const files = commands.length > 0 && implied !== undefined ? [`${start} -F`] : [];
  return `${[...subcommands, ...operand, ...files, ...options.map((option) => `${start} ${optionText(option)}`)].join('\n')}\n`;
}

function optionText({ short, long, value, valueIsOptional, takes, help }: OptionDefinition): string {
  const flags = [short && `-s ${short.slice(1)}`, long && `-l ${long.slice(2)}`].filter(Boolean).join(' ');
  const taken = value === undefined ? '' : ` ${argumentsOf(takes).replace(/^-x/, valueIsOptional ? '-f' : '-x')}`;
  return `${flags}${taken} -d ${quote(help)}`;
}

/** -r: a value, which may be a file; -x: a value that is none. */
function argumentsOf(takes: Takes): string {
  if (takes.kind === 'file') return '-r -F';
  if (takes.kind === 'folder')
    return `-x -a '(__fish_complete_directories (commandline -ct | string replace -r "^--[^=]*=" ""))'`;
  if (takes.kind === 'text') return '-x';
  if (!takes.isList) return `-x -a ${quote(takes.words.map(({ word }) => word).join(' '))}`;
  const words = takes.words.flatMap(({ word, help }) => [inner(word), inner(help)]).join(' ');
  return `-x -a ${quote(`(__pageowner_list ${inner(takes.hasSigns ? '+-' : '')} ${words})`)}`;
}

/** A word of a command that stands in quotes itself. */
function inner(text: string): string {
  return `"${text.replace(/[\\"$]/g, '\\$&')}"`;
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
