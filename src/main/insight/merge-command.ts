import { selectAggregate } from '../../merge/insight/selection.js';
import { usageError } from '../base/errors.js';
import { joined, parquetOf } from './export-command.js';
import { inputsOf, loadOptions, selectionOf, type Values } from './insight-options.js';
import { readSnapshot } from './read-snapshots.js';
import { writePieces } from './write-report.js';

/** `pageowner merge`. */
export async function run(paths: string[], values: Values): Promise<void> {
  const output = values.output as string | undefined;
  if (output === undefined) throw usageError('merge needs -o FILE (- for standard output)');
  const selection = selectionOf(values);
  const load = await loadOptions(values);
  const whole = await joined(paths, async (path) => (await readSnapshot(path, load, values)).aggregate);
  await writePieces([await parquetOf(selectAggregate(whole, selection))], output, inputsOf(paths, values));
}
