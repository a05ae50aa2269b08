import { fragOf } from '../../merge/insight/frag.js';
import { pageblockMap } from '../../merge/insight/pageblock-map.js';
import { selectAggregate } from '../../merge/insight/selection.js';
import { fragTables } from '../../merge/insight/tables.js';
import { quoted, usageError } from '../errors.js';
import { type Format, inputsOf, keyRule, limitOf, selectionOf, type Values } from './options.js';
import { readSnapshots } from './read-snapshots.js';
import { writeReport } from './write-report.js';

/** `pageowner frag`. */
export async function run(paths: string[], values: Values): Promise<void> {
  const format = (values.format ?? 'text') as Format;
  const limit = limitOf(values, format);
  const options = { selection: selectionOf(values), ...keyRule(values) };
  const [snapshot] = await readSnapshots(paths, values);
  if (!snapshot) return;
  if (!snapshot.aggregate.facts.knowsBlocks) throw usageError(`${quoted(snapshot.path)} does not say where pages are`);
  const { nodes } = options.selection;
  const frag = fragOf(snapshot, options);
  const offenders = frag.offenders.slice(0, limit);
  const report = {
    document: { ...frag, offenders },
    rows: offenders,
    tables: () => [
      ...fragTables(frag, limit),
      ...(values.map ? pageblockMap(selectAggregate(snapshot.aggregate, nodes ? { nodes } : {})) : []),
    ],
  };
  await writeReport(report, format, (values.output as string) ?? '-', inputsOf(paths, values));
}
