import { readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { cannotRead, quoted, usageError } from '../base/errors.js';
import { DUMPS_FOLDER, RECORD_FILE } from '../batch/results/dump-record.js';
import { dumpsOf, isNight, nightsIn, type SavedDump } from '../batch/results/read-nights.js';
import { isUrl, shownUrl } from '../io/url.js';
import { warn } from './read-snapshots.js';

/** Where a dump of a night is, and what is known of it before it is read. */
export interface DumpPlace {
  readonly night: string;
  readonly name: string;
  /** In ms since 1970. */
  readonly takenAt: number;
  readonly path: string;
  /** Named on the command line, so that it must be readable. */
  readonly isNamed: boolean;
}

/**
 * The dumps of nights, of folders of nights, and of files: a file is a night of its own. Each is there once. A folder of a dump that does not say what
 * it is, or when it was taken, is left out with a line on stderr. Throws a PageownerError if a path is none of these.
 * @param times when the files were taken, in ms since 1970 and in their order; undefined: when they were last written
 */
export function dumpPlaces(paths: readonly string[], times?: readonly number[]): DumpPlace[] {
  const all = paths.map((path) => ({ path, stats: statsOf(path) }));
  const files = all.filter(({ stats }) => !stats.isDirectory());
  if (times && times.length !== files.length)
    throw usageError(`--at takes a time for each file: there are ${files.length}, and ${times.length} times`);
  const timeOf = new Map(files.map((file, i) => [file, times?.[i] ?? file.stats.mtimeMs]));
  const places = all.flatMap((place) => {
    const takenAt = timeOf.get(place);
    return takenAt === undefined ? nightsAt(place.path).flatMap(placesOf) : filePlace(place.path, takenAt);
  });
  return [...new Map(places.map((place) => [realPath(place), place])).values()];
}

function realPath({ path }: DumpPlace): string {
  try {
    return realpathSync(path);
  } catch {
    // It is missing: reading it gives the error.
    return path;
  }
}

function statsOf(path: string): Stats {
  if (isUrl(path))
    throw usageError(`trend takes nights and files, not ${quoted(shownUrl(path))}: save it to a file first`);
  try {
    return statSync(path);
  } catch (error) {
    throw cannotRead(path, error);
  }
}

function filePlace(path: string, takenAt: number): DumpPlace {
  return { night: path, name: nameOf(path), takenAt, path, isNamed: true };
}

/** Whether these are files of one machine, each with a name of its own: `handles-01:00.txt`, `handles-01:05.txt`. */
export function isSeries(places: readonly DumpPlace[]): boolean {
  const names = new Set(places.map(({ name }) => name));
  return names.size === places.length && places.every(({ isNamed }) => isNamed);
}

/** `web1` of `saved/web1.parquet`. */
function nameOf(path: string): string {
  return basename(path).replace(/(?<=.)(\.(parquet|pq|txt|gz|zst|xz))+$/, '');
}

function nightsAt(folder: string): string[] {
  try {
    const nights = isNight(folder) ? [folder] : nightsIn(folder);
    if (nights.length > 0) return nights;
  } catch (error) {
    throw cannotRead(folder, error);
  }
  throw usageError(
    `${quoted(folder)} is no night, and has none in it: a night is a folder that batch wrote, with ${DUMPS_FOLDER}/`,
  );
}

function placesOf(night: string): DumpPlace[] {
  return dumpsIn(night).flatMap(({ record, aggregate }) => {
    const takenAt = Date.parse(record.taken_at);
    if (!Number.isNaN(takenAt)) return { night, name: record.name, takenAt, path: aggregate, isNamed: false };
    warn(`${quoted(join(dirname(aggregate), RECORD_FILE))} does not say when the dump was taken: left out`);
    return [];
  });
}

/** Says which folders are none of a dump. */
function dumpsIn(night: string): SavedDump[] {
  const folder = join(night, DUMPS_FOLDER);
  try {
    const dumps = dumpsOf(night);
    const known = new Set(dumps.map(({ aggregate }) => basename(dirname(aggregate))));
    for (const name of readdirSync(folder))
      if (!name.startsWith('.') && !known.has(name))
        warn(`${quoted(join(folder, name))} has no ${RECORD_FILE} that can be read: left out`);
    return dumps;
  } catch (error) {
    throw cannotRead(folder, error);
  }
}
