import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { missing, ROOT } from './helpers.js';

/** Whole dumps and what the C tool printed for them, some 100 MB, which are not in the repository: dumps/SET/page_owner_full.txt.zst, golden/SET/. */
export const LARGE: string = join(ROOT, '../shared');

/** Why tests that need a folder of LARGE are skipped; false where they run. */
export function missingLarge(folder: string): string | false {
  const isThere = existsSync(join(LARGE, folder));
  return isThere ? missing('zstd', 'zstd') : 'needs the large dumps, which are not here';
}

export function unpacked(path: string): Buffer {
  return spawnSync('zstd', ['-dcq', '--long=27', path], { maxBuffer: 2 ** 31 }).stdout;
}

export function largeDump(set: string): Buffer {
  return unpacked(join(LARGE, 'dumps', set, 'page_owner_full.txt.zst'));
}
