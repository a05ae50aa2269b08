import { type CommandDefinition, type OptionDefinition, type Takes, withCommands } from '../definition.js';

type Words = Takes & { readonly kind: 'words' };

/** Functions that complete lists, each by its name. In an action of _arguments colons would end the action. */
type Lists = Map<Words['words'], { readonly name: string; readonly takes: Words }>;

/** A script for zsh's completion system: to be sourced, or as a file _pageowner in $fpath. */
export function zshCompletion(programs: readonly CommandDefinition[]): string {
  const names = programs.map(({ path }) => path.join(' '));
  const lists: Lists = new Map();
  const functions = programs.flatMap(withCommands).map((definition) => commandFunction(definition, lists));
  return `#compdef ${names.join(' ')}
# Completes ${names.join(' and ')} in zsh. Made by: pageowner completion zsh

${[...lists.values()].map(({ name, takes }) => listFunction(name, takes)).join('\n')}
${functions.join('\n')}
${entryFunction(programs)}
# Sourced, it is registered; as a file in $fpath, it is called.
if [[ $funcstack[1] == _pageowner ]]; then
  _pageowner "$@"
else
  compdef _pageowner ${names.join(' ')}
fi
`;
}

function entryFunction(programs: readonly CommandDefinition[]): string {
  const cases = programs.map((program) => `    ${program.path.join(' ')}) ${functionName(program.path)} ;;`);
  return `_pageowner() {
  local curcontext=$curcontext
  case $service in
${cases.join('\n')}
  esac
}
`;
}

function functionName(path: readonly string[]): string {
  return `_pageowner__${path.join('__')}`;
}

function commandFunction(definition: CommandDefinition, lists: Lists): string {
  const name = functionName(definition.path);
  const specs = [
    ...definition.options.flatMap((option) => optionSpecs(option, lists)),
    ...operandSpecs(definition, lists),
  ].map((spec) => `    ${spec}`);
  if (definition.commands.length === 0) return `${name}() {\n  _arguments -s -S : \\\n${specs.join(' \\\n')}\n}\n`;
  const { path, commands, implied } = definition;
  const rows = commands.map((command) => {
    const last = command.path.at(-1) as string;
    return `    ${quote(`${last.replaceAll(':', '\\:')}:${command.description}`)}`;
  });
  const cases = commands.map((command) => {
    return `      ${command.path.at(-1)}) shift words; (( CURRENT-- )); ${functionName(command.path)}; return ;;`;
  });
  const other = implied === undefined ? '' : functionName([...path, implied]);
  return `${name}() {
  local -a commands=(
${rows.join('\n')}
  )
  if (( CURRENT > 2 )); then
    case $words[2] in
${cases.join('\n')}
    esac
    ${other || 'return 1'}
  elif [[ $PREFIX == -* ]]; then
    _arguments -s -S : \\
  ${specs.join(' \\\n  ')}
    ${other}
  else
    _describe -t commands command commands
    ${implied === undefined ? '' : '_files'}
  fi
}
`;
}

/** As _arguments has them: -o and --output are two that exclude each other. */
function optionSpecs(
  { short, long, value, valueIsOptional, repeats, takes, help }: OptionDefinition,
  lists: Lists,
): string[] {
  const flags = [short, long].filter((flag) => flag !== undefined);
  const others = repeats ? '*' : `(${flags.join(' ')})`;
  const action = value === undefined ? '' : `:${escaped(value)}:${actionOf(takes, lists)}`;
  return flags.map((flag) => {
    const form = value === undefined ? '' : flag.startsWith('--') ? (valueIsOptional ? '=-' : '=') : '+';
    return quote(`${others}${flag}${form}[${escaped(help)}]${valueIsOptional ? ':' : ''}${action}`);
  });
}

function operandSpecs({ operands, commands }: CommandDefinition, lists: Lists): string[] {
  if (commands.length > 0) return [];
  return operands.map(({ name, takes }) => quote(`*:${escaped(name)}:${actionOf(takes, lists)}`)).slice(0, 1);
}

function actionOf(takes: Takes, lists: Lists): string {
  if (takes.kind === 'file') return '_files';
  if (takes.kind === 'folder') return '_files -/';
  if (takes.kind === 'text') return ' ';
  if (!takes.isList) return `(${takes.words.map(({ word }) => word).join(' ')})`;
  const { name } = lists.get(takes.words) ?? { name: `_pageowner_list_${lists.size + 1}` };
  lists.set(takes.words, { name, takes });
  return name;
}

function listFunction(name: string, { words, hasSigns }: Words): string {
  const rows = words.map(({ word, help }) => `    ${quote(`${word}:${help}`)}`);
  return `${name}() {
  local -a words=(
${rows.join('\n')}
  )
  compset -P '*,'${hasSigns ? "\n  compset -P '[+-]'" : ''}
  _describe -t keys key words -S ''
}
`;
}

/** Within a spec of _arguments. */
function escaped(text: string): string {
  return text.replace(/[\\:[\]]/g, '\\$&');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
