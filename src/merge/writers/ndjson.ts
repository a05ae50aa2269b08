import { jsonParts } from './json.js';
import { pieces } from './pieces.js';

/** One JSON value a line. */
export function writeNdjson(rows: Iterable<unknown>): Iterable<string> {
  return pieces(lines(rows));
}

function* lines(rows: Iterable<unknown>): Generator<string> {
  for (const row of rows) yield `${[...jsonParts(row, '')].join('')}\n`;
}
