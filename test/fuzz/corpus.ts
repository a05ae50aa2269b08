import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ROOT } from '../helpers.js';

/** Real blocks of the dumps in fixtures/, one character a byte, each with its empty line. */
export function realBlocks(): string[] {
  const folder = join(ROOT, 'fixtures');
  const files = readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => path.endsWith('.txt.gz') && statSync(path).isFile());
  return files.flatMap((path) => {
    const text = gunzipSync(readFileSync(path)).toString('latin1');
    return text.startsWith('Page allocated') ? (text.match(/[\s\S]+?\n\n/g) ?? []).slice(0, 2000) : [];
  });
}
