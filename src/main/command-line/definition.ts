import type { EventEmitter } from 'node:events';
import type { Argument, Command, Option } from 'commander';
import { anyOf, type WordList, wordListOf } from './value-words.js';

/** What a value is, for completions. */
export type Takes =
  | { readonly kind: 'file' }
  | { readonly kind: 'folder' }
  | { readonly kind: 'text' }
  | ({ readonly kind: 'words' } & WordList);

export interface OptionDefinition {
  /** `-o` */
  readonly short?: string;
  /** `--output` */
  readonly long?: string;
  /** Placeholder of its value; absent: it takes none. */
  readonly value?: string;
  /** Whether the value may be left out; it stands after = then. */
  readonly valueIsOptional: boolean;
  readonly repeats: boolean;
  readonly takes: Takes;
  readonly help: string;
  /** Heading in the help, with its colon; empty: none. */
  readonly group: string;
}

interface OperandDefinition {
  readonly name: string;
  readonly help: string;
  readonly takes: Takes;
}

/** A part of the help behind the options: a heading, and rows whose columns stand at least two spaces apart. Text without a heading is a note. */
export interface HelpSection {
  readonly heading: string;
  readonly rows: readonly (readonly string[])[];
}

/** What a program or one of its commands takes: plain data, of which manual pages and completions are made. */
export interface CommandDefinition {
  /** From the program on: `pageowner`, `top`. */
  readonly path: readonly string[];
  readonly description: string;
  readonly usage: string;
  readonly operands: readonly OperandDefinition[];
  readonly options: readonly OptionDefinition[];
  readonly sections: readonly HelpSection[];
  readonly commands: readonly CommandDefinition[];
  /** The command that is meant where none is named. */
  readonly implied?: string;
}

/** Reads what the parser knows, so that nothing need be said twice. What the help hides stays hidden. */
export function definitionOf(command: Command, implied?: string, above: readonly string[] = []): CommandDefinition {
  const help = command.createHelp();
  const path = [...above, command.name()];
  return {
    path,
    description: command.description(),
    usage: command.usage(),
    operands: command.registeredArguments.map(operandOf),
    options: help.visibleOptions(command).map(optionOf),
    sections: sectionsOf(command),
    commands: help
      .visibleCommands(command)
      .filter((sub) => sub.name() !== 'help')
      .map((sub) => definitionOf(sub, undefined, path)),
    ...(implied !== undefined && { implied }),
  };
}

/** A definition and those of all its commands. */
export function withCommands(definition: CommandDefinition): CommandDefinition[] {
  return [definition, ...definition.commands.flatMap(withCommands)];
}

function operandOf(argument: Argument): OperandDefinition {
  const list = argument.argChoices ? anyOf(argument.argChoices) : wordListOf(argument);
  const takes: Takes = list ? { kind: 'words', ...list } : { kind: 'file' };
  return { name: argument.name(), help: argument.description, takes };
}

function optionOf(option: Option): OptionDefinition {
  const [, value] = /[<[](.*)[>\]]/.exec(option.flags) ?? [];
  const byDefault = option.defaultValue === undefined ? '' : ` (default: ${option.defaultValue})`;
  return {
    ...(option.short && { short: option.short }),
    ...(option.long && { long: option.long }),
    ...(value !== undefined && { value }),
    valueIsOptional: option.optional && !option.required,
    repeats: option.parseArg !== undefined && !option.argChoices,
    takes: takesOf(option, value ?? ''),
    help: `${option.description}${byDefault}`,
    group: option.helpGroupHeading ?? '',
  };
}

function takesOf(option: Option, placeholder: string): Takes {
  const list = wordListOf(option);
  if (list) return { kind: 'words', ...list };
  if (option.argChoices) return { kind: 'words', ...anyOf(option.argChoices) };
  if (/\bFILE\b/.test(placeholder)) return { kind: 'file' };
  return /\bFOLDER\b/.test(placeholder) ? { kind: 'folder' } : { kind: 'text' };
}

function sectionsOf(command: Command): HelpSection[] {
  let text = '';
  const write = (part: string): void => {
    text += part;
  };
  // commander's types leave out that it is one.
  (command as unknown as EventEmitter).emit('afterHelp', { error: false, command, write });
  return text.split(/^(?=\S)/m).flatMap((part) => {
    const [first = '', ...lines] = part.trim().split('\n');
    if (first === '') return [];
    if (!first.endsWith(':')) return [{ heading: 'Notes', rows: [[[first, ...lines].join(' ')]] }];
    const rows = lines.filter((line) => line.trim()).map((line) => line.trim().split(/ {2,}/));
    return [{ heading: first.slice(0, -1), rows }];
  });
}
