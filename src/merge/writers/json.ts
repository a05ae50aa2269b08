import { jsonString } from './escape.js';
import { plainNumber } from './number-text.js';

/**
 * JSON with an indent of two spaces. Whatever can be iterated is an array, and is never held whole. Integers are plain digits, bigint too; null is what
 * JSON has no word for.
 */
export function writeJson(value: unknown): Iterable<string> {
  return document(value);
}

function* document(value: unknown): Generator<string> {
  yield* jsonParts(value, '\n');
  yield '\n';
}

/** `line` begins a line of the value's own depth; if it is empty, all is on one line. */
export function* jsonParts(value: unknown, line: string): Generator<string> {
  if (typeof value !== 'object' || value === null) return yield scalar(value);
  const [open, close] = Symbol.iterator in value ? '[]' : '{}';
  const deeper = line && `${line}  `;
  let before = `${open}${deeper}`;
  for (const [name, member] of members(value)) {
    const start = name === undefined ? before : `${before}${jsonString(name)}:${line && ' '}`;
    before = `,${deeper}`;
    if (typeof member !== 'object') yield start + scalar(member);
    else {
      yield start;
      yield* jsonParts(member, deeper);
    }
  }
  yield before.startsWith(',') ? `${line}${close}` : `${open}${close}`;
}

/** The items of an array, which have no name, or the properties of an object that are defined. */
function* members(value: object): Generator<[name: string | undefined, member: unknown]> {
  if (Symbol.iterator in value) for (const item of value as Iterable<unknown>) yield [undefined, item];
  else for (const [name, member] of Object.entries(value)) if (member !== undefined) yield [name, member];
}

function scalar(value: unknown): string {
  if (typeof value === 'string') return jsonString(value);
  if (typeof value === 'number' || typeof value === 'bigint') return plainNumber(value) ?? 'null';
  return typeof value === 'boolean' ? String(value) : 'null';
}
