import { type Diff, diffOf } from '../../merge/insight/diff.js';
import type { Snapshot } from '../../merge/insight/snapshot.js';
import { diffTables } from '../../merge/insight/tables.js';
import { VERDICTS, type Verdict } from '../../merge/insight/verdict.js';
import { visible } from '../../merge/writers/escape.js';
import { quoted, usageError } from '../base/errors.js';
import { areSiteKeys, sitesDiffReport } from './allocinfo-reports.js';
import { asksForTasks, keyRule, keysOf, limitOf, selectionOf, type Values } from './insight-options.js';
import { readInputs } from './read-snapshots.js';
import { type ReportOf, write } from './run-report.js';

const EXIT_FOUND = 1;

/** Throws a usage error for options that have no meaning. `onDiff` is told what is found. */
export function diffReport(values: Values, onDiff: (diff: Diff) => void = () => {}): ReportOf {
  const options = { by: keysOf(values, 'stack', 'dump'), selection: selectionOf(values), ...keyRule(values) };
  const limit = limitOf(values);
  return (...snapshots) => {
    const diff = diffOf(snapshots, options);
    onDiff(diff);
    const rows = diff.rows.slice(0, limit);
    return { document: { ...diff, rows }, rows, tables: () => diffTables(diff, limit) };
  };
}

/** `pageowner diff`. */
export async function run(paths: string[], values: Values): Promise<void> {
  if (paths.length < 2) throw usageError('diff takes two dumps or more');
  const alarms = alarmsOf(values);
  // What is wrong with the options is said before anything is read.
  if (!areSiteKeys(values)) diffReport(values);
  const inputs = await readInputs(paths, values, { withoutTasks: !asksForTasks(values) });
  const sites = inputs.filter((input) => 'sites' in input);
  if (sites.length > 0) {
    if (alarms.length > 0) throw usageError('--fail-on: allocinfo has no verdicts');
    return write(sitesDiffReport(sites, values), paths, values);
  }
  let lines: string[] = [];
  const reportOf = diffReport(values, (diff) => {
    lines = alarms.flatMap((alarm) => raised(alarm, diff));
  });
  await write(reportOf(...(inputs as [Snapshot, ...Snapshot[]])), paths, values);
  for (const line of lines) {
    process.stderr.write(`pageowner: ${line}\n`);
    process.exitCode = EXIT_FOUND;
  }
}

interface Alarm {
  readonly verdict: Verdict;
  readonly pages: number;
}

function alarmsOf(values: Values): Alarm[] {
  return ((values.failOn as string[] | undefined) ?? []).map((typed) => {
    const [, name = '', pages = '1'] = /^([a-z]+)(?::(\d{1,15}))?$/.exec(typed) ?? [];
    const verdict = VERDICTS.find((known) => known === name);
    if (!verdict)
      throw usageError(`--fail-on takes one of ${VERDICTS.join(', ')}, and :PAGES behind it, not ${quoted(typed)}`);
    return { verdict, pages: Number(pages) };
  });
}

/** A line if a group has the verdict, and changed by so many pages. */
function raised({ verdict, pages: least }: Alarm, { rows }: Diff): string[] {
  const found = rows
    .map((row) => ({ row, change: Math.abs((row.pages.at(-1) as number) - (row.pages[0] as number)) }))
    .filter(({ row, change }) => row.verdict === verdict && change >= least);
  const [first] = found.sort((a, b) => b.change - a.change);
  if (!first) return [];
  const key = Object.values(first.row.key).flat().map(String).join(' <- ');
  const name = visible(key).slice(0, 200);
  return [`${verdict}: ${found.length} groups with ${least} pages or more; the largest has ${first.change}: ${name}`];
}
