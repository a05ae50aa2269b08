import { type CommandDefinition, type OptionDefinition, type Takes, withCommands } from '../definition.js';

/** Lines of a case statement that do the same for several patterns. */
type Cases = Map<string, string[]>;

/**
 * A script for bash 4 or later. It needs no other package: where = splits words (COMP_WORDBREAKS), it puts them together itself.
 * What is a file, bash completes.
 */
export function bashCompletion(programs: readonly CommandDefinition[]): string {
  const all = programs.flatMap(withCommands);
  const values: Cases = new Map();
  const flags: Cases = new Map();
  const operands: Cases = new Map();
  for (const definition of all) {
    const name = definition.path.join(' ');
    for (const option of definition.options) addValue(values, name, option);
    add(flags, `_pageowner_words '${flagsOf(definition).join(' ')}'`, name);
    const takes = definition.operands[0]?.takes;
    if (takes?.kind === 'words') add(operands, wordsCall(takes), name);
  }
  const commands = all.filter(({ path }) => path.length > 1).map(({ path }) => path.join(' '));
  const withSubcommands = all.filter((definition) => definition.commands.length > 0);
  const implied = programs.find((program) => program.implied !== undefined);
  const [impliedBy = '', impliedName = ''] = [implied?.path.join(' '), implied?.implied];
  return `# Completes ${programs.map(({ path }) => path.join(' ')).join(' and ')} in bash. Made by: pageowner completion bash

# One of the words.
_pageowner_words() {
  compopt +o default
  mapfile -t COMPREPLY < <(compgen -P "$prefix" -W "$1" -- "$value")
}

# A list of the words, with commas between; what is there already is left out. $2: signs that may stand before each.
_pageowner_list() {
  local before= last=$value word words=
  [[ $value == *,* ]] && before=\${value%,*}, last=\${value##*,}
  [[ -n $2 && $last == [$2]* ]] && before+=\${last:0:1} last=\${last:1}
  for word in $1; do
    [[ ,$before == *[,+-]$word,* ]] || words+=" $word"
  done
  compopt +o default -o nospace
  mapfile -t COMPREPLY < <(compgen -P "$prefix$before" -W "$words" -- "$last")
}

_pageowner() {
  local value=$2 previous=$3 option='' prefix='' name=\${1##*/} i before
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$name \${COMP_WORDS[i]}" in
      ${patterns(commands)}) name+=" \${COMP_WORDS[i]}" ;;
      *) break ;;
    esac
  done
  for before in "\${COMP_WORDS[@]:i:COMP_CWORD-i}"; do
    [[ $before == -- ]] && return
  done
  value=\${COMP_WORDS[COMP_CWORD]}
  [[ $name == '${impliedBy}' && $COMP_CWORD -gt 1 ]] && name+=' ${impliedName}'
  if [[ $value == = ]]; then
    option=$previous value=
  elif [[ $previous == = ]]; then
    option=\${COMP_WORDS[COMP_CWORD - 2]}
  elif [[ $value == --*=* ]]; then
    option=\${value%%=*} prefix=\${value%%=*}= value=\${value#*=}
  elif [[ $previous == -* ]]; then
    option=$previous
  fi
  case "$name $option" in
${caseLines(values)}
  esac
  if [[ $value == -* ]]; then
    case $name in
${caseLines(flags)}
    esac
    return
  fi
  case $name in
${caseLines(operands)}
${withSubcommands.map((definition) => commandsCase(definition)).join('\n')}
  esac
}

complete -o default -F _pageowner ${programs.map(({ path }) => path.join(' ')).join(' ')}
`;
}

function add(cases: Cases, call: string, pattern: string): void {
  cases.set(call, [...(cases.get(call) ?? []), pattern]);
}

/** A flag without a value is no case: what follows it is another word. */
function addValue(cases: Cases, name: string, { short, long, value, valueIsOptional, takes }: OptionDefinition): void {
  if (value === undefined) return;
  const names = [short, long].filter((flag) => flag !== undefined);
  for (const flag of names) {
    const pattern = `${name} ${flag}`;
    add(
      cases,
      valueIsOptional
        ? `[[ $3 == = || $2 == = || -n $prefix ]] && { ${callOf(takes)}; return; }`
        : `${callOf(takes)}; return`,
      pattern,
    );
  }
}

function callOf(takes: Takes): string {
  if (takes.kind === 'words') return wordsCall(takes);
  if (takes.kind === 'folder') return 'compopt +o default -o dirnames';
  return takes.kind === 'file' ? ':' : 'compopt +o default';
}

function wordsCall(takes: Takes & { kind: 'words' }): string {
  const words = takes.words.map(({ word }) => word).join(' ');
  if (!takes.isList) return `_pageowner_words '${words}'`;
  return `_pageowner_list '${words}'${takes.hasSigns ? " '+-'" : ''}`;
}

function flagsOf({ options }: CommandDefinition): string[] {
  return options.flatMap(({ short, long }) => [short, long].filter((flag) => flag !== undefined));
}

/** Commands; with files where those may stand in their place. */
function commandsCase({ path, commands, implied }: CommandDefinition): string {
  const names = commands.map((command) => command.path.at(-1)).join(' ');
  const files = implied === undefined ? '' : '; compopt -o default';
  return `    '${path.join(' ')}') _pageowner_words '${names}'${files} ;;`;
}

function patterns(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(' | ');
}

function caseLines(cases: Cases): string {
  return [...cases].map(([call, names]) => `    ${patterns(names)}) ${call} ;;`).join('\n');
}
