import { type CommandDefinition, type HelpSection, type OptionDefinition, withCommands } from '../definition.js';
import { ENVIRONMENT, exitStatus, FILES } from './common-sections.js';
import { bold, escaped, filled, italic, literal, tagged } from './roff.js';

/** What stands at the foot of each page. */
export interface PageFacts {
  readonly version: string;
  /** Of the sources, as 2026-11-27. */
  readonly date: string;
}

const SECTION = 1;
const EXAMPLES = 'Examples';

/** Name of the page, and of its file without the section: `pageowner-top`. */
export function pageName({ path }: CommandDefinition): string {
  return path.join('-');
}

/** The manual page of a program or a command, in man(7). `programs`: all that have pages. */
export function manPage(
  definition: CommandDefinition,
  { version, date }: PageFacts,
  programs: readonly CommandDefinition[],
): string {
  const { path, description, commands, operands, options } = definition;
  const name = pageName(definition);
  const [program = ''] = path;
  const own = definition.sections;
  const common = [
    exitStatus(
      program,
      options.some(({ long }) => long === '--fail-on'),
    ),
    ENVIRONMENT,
    FILES,
  ];
  const examples = own.filter(({ heading }) => heading === EXAMPLES);
  const others = own.filter(({ heading }) => heading !== EXAMPLES && !common.some((of) => of.heading === heading));
  const lines = [
    `.TH ${escaped(name.toUpperCase())} ${SECTION} ${date} "pageowner ${version}" "User Commands"`,
    '.SH NAME',
    ...filled(`${escaped(name)} \\- ${escaped(summary(description))}`),
    '.SH SYNOPSIS',
    '.nh',
    ...filled(`${bold(path.join(' '))} ${escaped(definition.usage)}`),
    '.hy',
    '.SH DESCRIPTION',
    ...filled(escaped(description)),
    ...operands.flatMap(({ name, help }) => tagged(italic(name), escaped(help))),
    ...(commands.length > 0 ? ['.SH COMMANDS', ...commands.flatMap(commandRow)] : []),
    ...impliedText(definition),
    '.SH OPTIONS',
    ...optionLines(options),
    ...others.flatMap(sectionLines),
    ...common.flatMap((section) => sectionLines(own.find(({ heading }) => heading === section.heading) ?? section)),
    ...(examples.length > 0 ? ['.SH EXAMPLES', ...examples.flatMap(exampleLines)] : []),
    '.SH SEE ALSO',
    ...filled(seeAlso(definition, programs)),
  ];
  // A heading is followed by a paragraph anyway.
  return `${lines.join('\n')}\n`.replace(/^(\.S[HS] .*)\n\.PP$/gm, '$1');
}

/** Without a full stop, as lists of pages have it. */
function summary(description: string): string {
  return description.replace(/\.$/, '');
}

function commandRow(command: CommandDefinition): string[] {
  return tagged(bold(command.path.slice(1).join(' ')), escaped(command.description));
}

function impliedText({ path: [program = ''], implied }: CommandDefinition): string[] {
  if (implied === undefined) return [];
  const text = `${bold(`${program} `)}${italic('dumps')} without a command means ${bold(`${program} ${implied} `)}${italic('dumps')}.`;
  return ['.PP', ...filled(text)];
}

/** As in the help, options without a heading come first. */
function optionLines(options: readonly OptionDefinition[]): string[] {
  const groups = ['', ...new Set(options.map(({ group }) => group).filter(Boolean))];
  return groups.flatMap((group) => [
    ...(group === '' ? [] : [`.SS ${escaped(group.replace(/:$/, ''))}`]),
    ...options
      .filter((option) => option.group === group)
      .flatMap((option) => tagged(optionTerm(option), escaped(optionHelp(option)))),
  ]);
}

function optionTerm({ short, long, value, valueIsOptional }: OptionDefinition): string {
  const names = [short, long].filter((name) => name !== undefined);
  const term = names.map(bold).join(', ');
  if (value === undefined) return term;
  return valueIsOptional ? `${term}[=${italic(value)}]` : `${term} ${italic(value)}`;
}

function optionHelp({ takes, help }: OptionDefinition): string {
  if (takes.kind !== 'words' || takes.isList || takes.words.every(({ word }) => help.includes(word))) return help;
  return `${help}; one of ${takes.words.map(({ word }) => word).join(', ')}`;
}

/** A row is a term and what it means; what stands in columns between is part of what it means. */
function sectionLines({ heading, rows }: HelpSection): string[] {
  return [
    `.SH ${escaped(heading.toUpperCase())}`,
    ...rows.flatMap(([term = '', ...rest]) =>
      rest.length > 0 ? tagged(bold(term), escaped(rest.join(': '))) : ['.PP', ...filled(escaped(term))],
    ),
  ];
}

function exampleLines({ rows }: HelpSection): string[] {
  return rows.flatMap(([command = '', ...rest]) => [
    '.PP',
    ...(rest.length > 0 ? filled(escaped(`${rest.join(' ')}:`)) : []),
    ...literal([`  ${command}`]),
  ]);
}

function seeAlso(definition: CommandDefinition, programs: readonly CommandDefinition[]): string {
  const isProgram = definition.path.length === 1;
  const pages = isProgram ? [...programs, ...withCommands(definition)] : programs;
  const names = [...new Set(pages.filter((page) => page !== definition).map(pageName))];
  return names.map((name) => `${bold(name)}(${SECTION})`).join(', ');
}
