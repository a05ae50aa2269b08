import { statSync } from 'node:fs';
import { type NightDump, type Trends, trendOf } from '../../merge/insight/trend.js';
import { trendCsv, trendTables } from '../../merge/insight/trend-tables.js';
import { PageownerError, quoted, usageError } from '../base/errors.js';
import { isoTime } from '../command-line/iso-time.js';
import { Progress } from '../command-line/progress.js';
import { type LoadOptions, loadSnapshot } from '../reading/load-snapshot.js';
import {
  destinationOf,
  formatOf,
  keyRule,
  keysOf,
  limitOf,
  loadOptions,
  selectionOf,
  type Values,
} from './insight-options.js';
import { warn, warnAbout, warnAboutHandles } from './read-snapshots.js';
import { type DumpPlace, dumpPlaces, isSeries } from './trend-places.js';
import { writeReport } from './write-report.js';

/** `pageowner trend`. */
export async function run(paths: string[], values: Values): Promise<void> {
  const options = { by: keysOf(values, 'stack', 'dump'), selection: selectionOf(values), ...keyRule(values) };
  const limit = limitOf(values);
  const load = await loadOptions(values);
  const times = timesOf(values.at as string | undefined);
  const places = takenOnce(named(dumpPlaces(paths, times), values.dump as string | undefined));
  const together = values.together === true || isSeries(places);
  const trends = await trendOf(readEach(places, load, values), { ...options, together });
  refuseTooFew(trends);
  const rows = trends.rows.slice(0, limit);
  const report = {
    document: { ...trends, rows },
    rows,
    csv: () => trendCsv(trends, limit),
    tables: () => trendTables(trends, limit),
  };
  const inputs = places.map(({ path }) => path);
  await writeReport(report, formatOf(values), destinationOf(inputs, values));
}

function timesOf(typed: string | undefined): number[] | undefined {
  return typed?.split(',').map((text) => {
    const time = isoTime(text);
    if (time === undefined)
      throw usageError(`--at: ${quoted(text)} is no time of ISO 8601 (like 2026-11-24T01:30:00Z)`);
    return Date.parse(time);
  });
}

/** The dumps with these names. */
function named(places: readonly DumpPlace[], typed: string | undefined): DumpPlace[] {
  if (typed === undefined) return [...places];
  const names = new Set(typed.split(','));
  const found = places.filter(({ name }) => names.has(name));
  for (const { name } of found) names.delete(name);
  if (names.size === 0) return found;
  const known = [...new Set(places.map(({ name }) => name))].sort().join(', ');
  throw usageError(`--dump: no dump is named ${quoted([...names].join(', '))} (there are: ${quoted(known)})`);
}

/** A machine that sent no new dump has its old one in two nights, which says nothing of the second. */
function takenOnce(places: readonly DumpPlace[]): DumpPlace[] {
  const known = new Map<string, DumpPlace>();
  return places.filter((place) => {
    const id = `${place.takenAt} ${place.name}`;
    const before = known.get(id);
    if (!before) return known.set(id, place);
    warn(`${quoted(place.path)} was taken at the same time as ${quoted(before.path)}: left out`);
    return false;
  });
}

/** Reads dumps one after the other, and leaves out what is damaged. */
async function* readEach(places: readonly DumpPlace[], load: LoadOptions, values: Values): AsyncGenerator<NightDump> {
  const sizes = places.map(({ path }) => statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const progress = new Progress(values.progress === false ? undefined : Progress.terminal(), all);
  const many = { ...load, handles: load.handles ?? new Map(), many: { stacks: new Map() } };
  let done = 0;
  // One line for all of a series.
  let areNamed = load.handles !== undefined;
  try {
    for (const [i, { path, isNamed, ...place }] of places.entries()) {
      try {
        const snapshot = await loadSnapshot(path, many);
        // Of the others their batch has said it.
        if (isNamed) warnAbout(snapshot);
        if (!areNamed) areNamed = warnAboutHandles(snapshot);
        yield { ...place, aggregate: snapshot.aggregate };
      } catch (error) {
        if (isNamed || !(error instanceof PageownerError) || error.code !== 'input') throw error;
        progress.end();
        warn(`${error.message}: left out`);
      }
      done += sizes[i] as number;
      progress.advance(done);
    }
  } finally {
    progress.end();
  }
}

function refuseTooFew({ nights, dumps }: Trends): void {
  if (dumps.some(({ taken_at }) => taken_at.filter((time) => time !== null).length > 1)) return;
  throw usageError(
    nights.length < 2
      ? `trend takes two nights or more, and ${nights.length === 1 ? `there is one, ${quoted(nights[0]?.night ?? '')}` : 'there is no dump that can be read'}`
      : 'trend takes a dump that is in two nights or more, by its name, and there is none (--together takes all for one machine)',
  );
}
