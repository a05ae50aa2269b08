import { statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { type SyntheticDumpOptions, syntheticDump } from '../src/format/synthetic-dump.js';
import { cannotRead, cannotWrite } from '../src/main/errors.js';
import { formatBytes } from '../src/main/units.js';

/** A dump to measure with. */
export interface DumpFile {
  readonly path: string;
  readonly bytes: number;
  /** For the report. */
  readonly description: string;
}

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

/** Writes a generated dump into `folder`. Piece by piece, so that signals have their turn. */
export async function generateDump(folder: string, options: SyntheticDumpOptions): Promise<DumpFile> {
  const { bytes: size, dialect, stacks, skew, run, tails, seed } = options;
  const path = join(folder, `dump-${dialect}-${size}.txt`);
  let bytes = 0;
  try {
    const file = await open(path, 'w');
    for (const piece of syntheticDump(options)) {
      await file.writeFile(piece);
      bytes += piece.length;
    }
    await file.close();
  } catch (error) {
    throw cannotWrite(path, error);
  }
  const shape = `${stacks} stacks, skew ${skew}, runs of ${run}, tails ${tails}, seed ${seed}`;
  return { path, bytes, description: `dump: generated, ${dialect}, ${formatBytes(bytes)}, ${shape}` };
}
