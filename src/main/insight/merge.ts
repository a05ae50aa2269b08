import { joinAggregates } from '../../merge/aggregate/join.js';
import { selectAggregate } from '../../merge/insight/selection.js';
import { usageError } from '../errors.js';
import { parquetOf } from './export.js';
import { inputsOf, loadOptions, selectionOf, type Values } from './options.js';
import { readSnapshot } from './read-snapshots.js';
import { writePieces } from './write-report.js';

/** `pageowner merge`. */
export async function run(paths: string[], values: Values): Promise<void> {
  const output = values.output as string | undefined;
  if (output === undefined) throw usageError('merge needs -o FILE (- for standard output)');
  const selection = selectionOf(values);
  const load = await loadOptions(values);
  const all = [];
  for (const path of paths) all.push((await readSnapshot(path, load, values)).aggregate);
  await writePieces(
    [await parquetOf(selectAggregate(joinAggregates(all), selection))],
    output,
    inputsOf(paths, values),
  );
}
