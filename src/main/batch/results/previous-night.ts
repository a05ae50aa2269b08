import { existsSync, lstatSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { cannotRead, cannotWrite, usageError } from '../../base/errors.js';
import { SUMMARY_FILE, SUMMARY_SCHEMA, type Summary } from './batch-summary.js';
import { AGGREGATE_FILE, DUMPS_FOLDER, type DumpRecord, type PreviousDump } from './dump-record.js';
import { isLockedNow } from './night-lock.js';
import { isNight, namesOf, nightsIn, savedDump } from './read-nights.js';
import { resultsIn } from './results-file.js';

/**
 * The night that another is compared with.
 * @param folder a night, or a folder of nights: then the last that began before `startedAt`, of those that came to their end
 * @returns undefined: there is none yet
 * @throws PageownerError if there is no such folder
 */
export function previousNight(folder: string, own: string, startedAt: string): string | undefined {
  // The first night of all makes that folder.
  if (resolve(folder) === dirname(own) && !existsSync(folder)) return undefined;
  try {
    const self = existsSync(own) ? realpathSync(own) : own;
    if (!isNight(folder))
      return endedNights(folder, self)
        .filter(({ started }) => started < startedAt)
        .at(-1)?.night;
    if (realpathSync(folder) !== self) return folder;
  } catch (error) {
    throw cannotRead(folder, error);
  }
  throw usageError('--previous names the folder of --out, which would be compared with itself');
}

/**
 * The nights before one that began at `startedAt`, the earliest first, at most `most`.
 * @param folder that of --previous: a night, or a folder of nights
 */
export function nightsBefore(folder: string, own: string, startedAt: string, most: number): string[] {
  return endedNights(isNight(folder) ? dirname(folder) : folder, realpathSync(own))
    .filter(({ started }) => started < startedAt)
    .slice(-most)
    .map(({ night }) => night);
}

/** The dump of this name in a night. */
export function previousDump(night: string, name: string): PreviousDump | null {
  const saved = savedDump(join(night, DUMPS_FOLDER, name));
  // Of other nights nothing is certain.
  const { outputs, extra }: Partial<DumpRecord> = saved?.record ?? {};
  const sha256 = outputs?.[AGGREGATE_FILE];
  return saved && sha256 !== undefined ? { aggregate: saved.aggregate, sha256, bootId: extra?.boot_id } : null;
}

/** Names of dumps that a night had, also of those that failed then, and that are not among these. */
export function missingDumps(night: string, names: ReadonlySet<string>): string[] {
  const told = resultsIn(night).flatMap(({ name, path }) => (path === '' ? [] : [name]));
  return [...new Set([...namesOf(night), ...told])].filter((name) => !names.has(name)).sort();
}

/** When a night began; undefined: it has not. */
export function startOf(night: string): string | undefined {
  return readSummary(night)?.started_at;
}

/** Removes the oldest nights beside one that is complete, so that `keep` are left. Returns those removed. */
export function prune(own: string, keep: number): string[] {
  const self = realpathSync(own);
  const others = endedNights(dirname(self), self).filter(({ night }) => !isLockedNow(night));
  const old = others.slice(0, Math.max(0, others.length - (keep - 1))).map(({ night }) => night);
  for (const night of old) {
    try {
      rmSync(night, { recursive: true, force: true });
    } catch (error) {
      throw cannotWrite(night, error);
    }
  }
  return old;
}

/** In the order in which they began, without unfinished nights, links, and `self`. */
function endedNights(folder: string, self: string): { readonly night: string; readonly started: string }[] {
  return nightsIn(folder)
    .filter((night) => lstatSync(night).isDirectory() && realpathSync(night) !== self)
    .flatMap((night) => {
      const summary = readSummary(night);
      return summary?.ended_by === null ? [{ night, started: summary.started_at }] : [];
    })
    .sort((a, b) => (a.started < b.started ? -1 : 1));
}

function readSummary(night: string): Summary | undefined {
  try {
    const summary = JSON.parse(readFileSync(join(night, SUMMARY_FILE), 'utf8')) as Summary;
    return summary.schema === SUMMARY_SCHEMA ? summary : undefined;
  } catch {
    return undefined;
  }
}
