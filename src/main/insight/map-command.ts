import { selectAggregate } from '../../merge/insight/selection.js';
import { parsePart } from '../reading/part.js';
import { parquetOf, sinceOf } from './export-command.js';
import { loadOptions, namedDestination, selectionOf, type Values } from './insight-options.js';
import { readSnapshot } from './read-snapshots.js';
import { writePieces } from './write-report.js';

/** `pageowner map`. */
export async function run(paths: string[], values: Values): Promise<void> {
  const [path = '-'] = paths;
  const destination = namedDestination('map', paths, values);
  const part = parsePart(values.part as string | undefined);
  const selection = selectionOf(values);
  const load = await loadOptions(values);
  const since = await sinceOf(values.since as string | undefined, load);
  const { aggregate } = await readSnapshot(path, { ...load, since, part }, values);
  await writePieces([await parquetOf(selectAggregate(aggregate, selection))], destination);
}
