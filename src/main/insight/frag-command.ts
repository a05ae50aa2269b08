import { fragOf, knowsPlaces } from '../../merge/insight/frag.js';
import { pageblockMap } from '../../merge/insight/pageblock-map.js';
import { selectAggregate } from '../../merge/insight/selection.js';
import { fragTables } from '../../merge/insight/tables.js';
import { quoted, usageError } from '../base/errors.js';
import { asksForTasks, keyRule, limitOf, selectionOf, type Values } from './insight-options.js';
import { type ReportOf, runReport } from './run-report.js';

/** Throws a usage error for options that have no meaning. What it gives throws one for a snapshot that does not say where pages are. */
export function fragReport(values: Values): ReportOf {
  const options = { selection: selectionOf(values), ...keyRule(values) };
  const limit = limitOf(values);
  return (snapshot) => {
    if (!knowsPlaces(snapshot.aggregate)) throw usageError(`${quoted(snapshot.path)} does not say where pages are`);
    const { nodes } = options.selection;
    const frag = fragOf(snapshot, options);
    const offenders = frag.offenders.slice(0, limit);
    return {
      document: { ...frag, offenders },
      rows: offenders,
      tables: () => [
        ...fragTables(frag, limit),
        ...(values.map ? pageblockMap(selectAggregate(snapshot.aggregate, nodes ? { nodes } : {})) : []),
      ],
    };
  };
}

/** `pageowner frag`. */
export async function run(paths: string[], values: Values): Promise<void> {
  await runReport(paths, values, fragReport(values), { withoutTasks: !asksForTasks(values) });
}
