import { jsonParts } from './json.js';

/** One JSON value a line. */
export function writeNdjson(rows: Iterable<unknown>): Iterable<string> {
  return lines(rows);
}

function* lines(rows: Iterable<unknown>): Generator<string> {
  for (const row of rows) yield `${[...jsonParts(row, '')].join('')}\n`;
}
