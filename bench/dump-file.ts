import { statSync } from 'node:fs';
import type { SyntheticDumpOptions } from '../src/format/synthetic-dump.js';
import { cannotRead } from '../src/main/base/errors.js';
import { type DumpFile, generateDump } from '../src/main/bench/generate-dump.js';
import { formatBytes } from '../src/main/command-line/byte-units.js';

/** The user's dump if there is one, else a generated one in `folder`. Throws if it cannot be read. */
export async function dumpFile(
  path: string | undefined,
  folder: string,
  options: SyntheticDumpOptions,
): Promise<DumpFile> {
  if (path === undefined) return generateDump(folder, options);
  try {
    const { size } = statSync(path);
    return { path, bytes: size, description: `dump: ${path}, ${formatBytes(size)}` };
  } catch (error) {
    throw cannotRead(path, error);
  }
}
