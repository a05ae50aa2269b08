import { readFileSync } from 'node:fs';
import { cannotRead, quoted, usageError } from '../base/errors.js';
import { BATCH_OPTIONS, type BatchOption } from './batch-option-table.js';

/** Options by name: a text, a list of texts, or true. */
export type Typed = Readonly<Record<string, string | readonly string[] | true>>;

const MANIFEST = 'manifest';

/** Reads the options of a config file, and its `manifest`. Throws a PageownerError that names the file, and the key that is wrong. */
export function readConfig(path: string): { typed: Typed; operands: readonly string[] } {
  const typed: Record<string, Typed[string]> = {};
  let operands: readonly string[] = [];
  for (const [key, value] of Object.entries(parsed(path))) {
    const option = BATCH_OPTIONS.find(({ name }) => name === key && name !== 'config');
    if (key === MANIFEST) operands = texts(path, key, value);
    else if (option) {
      const read = optionValue(path, option, value);
      if (read !== undefined) typed[key] = read;
    } else {
      const known = [MANIFEST, ...BATCH_OPTIONS.map(({ name }) => name).filter((name) => name !== 'config')];
      throw configError(path, `no option "${quoted(key)}"; known are ${known.join(', ')}`);
    }
  }
  return { typed, operands };
}

function parsed(path: string): object {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw cannotRead(path, error);
  }
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw configError(path, `no JSON: ${quoted((error as Error).message)}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw configError(path, 'it holds no object: { "out": "…", "run": ["top --by kind"] }');
}

function optionValue(path: string, option: BatchOption, value: unknown): Typed[string] | undefined {
  if (option.isList) return texts(path, option.name, value);
  if (option.value === undefined) {
    if (typeof value !== 'boolean') throw configError(path, `"${option.name}" takes true or false`);
    return value || undefined;
  }
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') throw configError(path, `"${option.name}" takes a text or a number`);
  if (option.choices && !option.choices.includes(text))
    throw configError(path, `"${option.name}" takes ${option.choices.join(' or ')}, not "${quoted(text)}"`);
  return text;
}

/** A list of texts, or one. */
function texts(path: string, key: string, value: unknown): readonly string[] {
  const list = Array.isArray(value) ? value : [value];
  if (list.every((text) => typeof text === 'string')) return list;
  throw configError(path, `"${key}" takes a text or a list of texts`);
}

function configError(path: string, message: string): Error {
  return usageError(`--config ${quoted(path)}: ${message}`);
}
