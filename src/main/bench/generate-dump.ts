import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { type SyntheticDumpOptions, syntheticDump } from '../../format/synthetic-dump.js';
import { cannotWrite } from '../base/errors.js';
import { formatBytes } from '../command-line/byte-units.js';

/** A dump to measure with. */
export interface DumpFile {
  readonly path: string;
  readonly bytes: number;
  /** For the report. */
  readonly description: string;
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
