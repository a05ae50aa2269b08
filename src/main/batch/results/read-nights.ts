import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AGGREGATE_FILE, DUMPS_FOLDER, type DumpRecord, RECORD_FILE } from './dump-record.js';

/** A dump's folder that is there whole. */
export interface SavedDump {
  readonly record: DumpRecord;
  /** Of its saved aggregate. */
  readonly aggregate: string;
}

/** Whether a path is a folder that a batch wrote, or writes, and that can be looked into. */
export function isNight(folder: string): boolean {
  try {
    return statSync(join(folder, DUMPS_FOLDER)).isDirectory();
  } catch {
    return false;
  }
}

/** The nights in a folder, by name. */
export function nightsIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith('.') && isNight(join(folder, entry.name)))
    .map(({ name }) => join(folder, name))
    .sort();
}

/** Names of the dumps of a night. */
export function namesOf(night: string): string[] {
  return readdirSync(join(night, DUMPS_FOLDER))
    .filter((name) => !name.startsWith('.'))
    .sort();
}

/** The dumps of a night, by name. */
export function dumpsOf(night: string): SavedDump[] {
  return namesOf(night).flatMap((name) => savedDump(join(night, DUMPS_FOLDER, name)) ?? []);
}

/** undefined: the folder is not that of a dump. */
export function savedDump(folder: string): SavedDump | undefined {
  try {
    const record = JSON.parse(readFileSync(join(folder, RECORD_FILE), 'utf8')) as DumpRecord;
    return record.schema === 'pageowner.dump/1' ? { record, aggregate: join(folder, AGGREGATE_FILE) } : undefined;
  } catch {
    return undefined;
  }
}
