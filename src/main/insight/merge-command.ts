import { selectAggregate } from '../../merge/insight/selection.js';
import { joined, parquetOf } from './export-command.js';
import { loadOptions, namedDestination, selectionOf, type Values } from './insight-options.js';
import { readSnapshot } from './read-snapshots.js';
import { writePieces } from './write-report.js';

/** `pageowner merge`. */
export async function run(paths: string[], values: Values): Promise<void> {
  const destination = namedDestination('merge', paths, values);
  const selection = selectionOf(values);
  const load = await loadOptions(values);
  const whole = await joined(paths, async (path) => (await readSnapshot(path, load, values)).aggregate);
  await writePieces([await parquetOf(selectAggregate(whole, selection))], destination);
}
