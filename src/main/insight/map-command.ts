import { selectAggregate } from '../../merge/insight/selection.js';
import { usageError } from '../base/errors.js';
import { parsePart } from '../reading/part.js';
import { parquetOf, sinceOf } from './export-command.js';
import { inputsOf, loadOptions, selectionOf, type Values } from './insight-options.js';
import { readSnapshot } from './read-snapshots.js';
import { writePieces } from './write-report.js';

/** `pageowner map`. */
export async function run(paths: string[], values: Values): Promise<void> {
  const [path = '-'] = paths;
  const output = values.output as string | undefined;
  if (output === undefined) throw usageError('map needs -o FILE (- for standard output)');
  const part = parsePart(values.part as string | undefined);
  const selection = selectionOf(values);
  const load = await loadOptions(values);
  const since = await sinceOf(values.since as string | undefined, load);
  const { aggregate } = await readSnapshot(path, { ...load, since, part }, values);
  await writePieces([await parquetOf(selectAggregate(aggregate, selection))], output, inputsOf(paths, values));
}
