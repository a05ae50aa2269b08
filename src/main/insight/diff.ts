import { type Diff, diffOf } from '../../merge/insight/diff.js';
import { diffTables } from '../../merge/insight/tables.js';
import { VERDICTS, type Verdict } from '../../merge/insight/verdict.js';
import { visible } from '../../merge/writers/escape.js';
import { quoted, usageError } from '../errors.js';
import { type Format, inputsOf, keyRule, keysOf, limitOf, selectionOf, type Values } from './options.js';
import { readSnapshots } from './read-snapshots.js';
import { writeReport } from './write-report.js';

const EXIT_FOUND = 1;

/** `pageowner diff`. */
export async function run(paths: string[], values: Values): Promise<void> {
  if (paths.length < 2) throw usageError('diff takes two dumps or more');
  const format = (values.format ?? 'text') as Format;
  const options = { by: keysOf(values, 'stack'), selection: selectionOf(values), ...keyRule(values) };
  const limit = limitOf(values, format);
  const alarms = alarmsOf(values);
  const diff = diffOf(await readSnapshots(paths, values), options);
  const rows = diff.rows.slice(0, limit);
  const report = { document: { ...diff, rows }, rows, tables: () => diffTables(diff, limit) };
  await writeReport(report, format, (values.output as string) ?? '-', inputsOf(paths, values));
  for (const line of alarms.flatMap((alarm) => raised(alarm, diff))) {
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
