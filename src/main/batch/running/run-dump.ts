import { createHash, type Hash, randomUUID } from 'node:crypto';
import { closeSync, fstatSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { AggregatePartial } from '../../../merge/aggregate/aggregate-partial.js';
import { AggregateJoiner } from '../../../merge/aggregate/join.js';
import type { Table } from '../../../merge/group-table.js';
import { newestOf, type Snapshot } from '../../../merge/insight/snapshot.js';
import { ReadError } from '../../../workers/read-error.js';
import type { Spilled } from '../../../workers/task.js';
import { cannotWrite, failureOf, noBlocks, scanFailed, usageError } from '../../base/errors.js';
import { CHUNKS_FOR_HELP } from '../../base/limits.js';
import { parquetOf } from '../../insight/export-command.js';
import { giveUp, type Input, openInput } from '../../io/input.js';
import { loadAggregate, loadSnapshot, readFound } from '../../reading/load-snapshot.js';
import { type Scanned, scanDump } from '../../reading/scan-dump.js';
import type { workerPool } from '../../reading/worker-pool.js';
import type { FileIdentity } from '../results/dump-record.js';
import type { DumpProgress } from './dump-progress.js';
import { type Found, fillFolder } from './fill-folder.js';
import { HashingRunner, hashFile } from './hashing-runner.js';
import type { PreparedRun } from './prepared-runs.js';
import { dumpPlans } from './scan-plans.js';
import { type Job, type Outcome, type Setup, sourceOf } from './thread-messages.js';

/** What a thread has besides the job. */
export interface Surroundings {
  readonly setup: Setup;
  readonly runs: readonly PreparedRun[];
  /** Other threads. */
  readonly help: typeof workerPool;
  readonly progress: DumpProgress;
}

/** Reads one dump, once, and fills its folder. If it fails, what is in the folder is of no use. */
export async function runDump(job: Job, around: Surroundings): Promise<Outcome> {
  let isRead = false;
  try {
    if (job.part) return await mapPart(job, job.part, around);
    return await readOpened(job, around, () => {
      isRead = true;
    });
  } catch (error) {
    return { status: 'failed', error: failureOf(error), isRead };
  }
}

async function readOpened(job: Job, around: Surroundings, onOpened: () => void): Promise<Outcome> {
  const hash = createHash('sha256');
  let stored = 0;
  const onStored = (bytes: Uint8Array): void => {
    hash.update(bytes);
    stored += bytes.length;
  };
  const input = await openInput(sourceOf(job), { onStored, name: job.path, remote: job.remote });
  onOpened();
  try {
    const file = identityOf(input);
    if (isKnown(job, file)) return { status: 'unchanged', file };
    const before = await previousOf(job);
    const found = job.parts
      ? await joinParts(input, job.parts, hash)
      : await readDump(job, input, hash, before, around);
    input.close();
    const sha256 = hash.digest('hex');
    if (job.known?.sha256 === sha256 && isWhole(job.known)) return { status: 'unchanged', file };
    const record = await fillFolder(job, around, before.snapshot, found, {
      input: { bytes: input.size ?? stored, sha256 },
      takenAt: job.takenAt ?? timeOf(input),
    });
    const { milliseconds, threads } = found.scanned ?? { milliseconds: new Float64Array(0), threads: 1 };
    return { status: 'done', folder: job.folder, record, file, milliseconds, threads, warnings: before.warnings };
  } catch (error) {
    giveUp(input);
    throw error instanceof ReadError ? scanFailed(job.path, error.failure) : error;
  }
}

/** Writes the aggregate of a part into its file, which is there whole or not at all. */
async function mapPart(job: Job, { file, ...part }: NonNullable<Job['part']>, around: Surroundings): Promise<Outcome> {
  const { progress, setup } = around;
  const { snapshot } = await previousOf(job);
  const { aggregate } = await loadSnapshot(sourceOf(job), {
    name: job.path,
    remote: job.remote,
    part,
    since: snapshot ? newestOf(snapshot.aggregate) : null,
    threads: 1,
    chunkBytes: setup.chunkBytes,
    onProgress: (bytes) => {
      progress.bytes = bytes;
      progress.check();
    },
  });
  const temporary = `${file}.${randomUUID()}`;
  try {
    writeFileSync(temporary, await parquetOf(aggregate));
    renameSync(temporary, file);
  } catch (error) {
    throw cannotWrite(file, error);
  }
  return { status: 'mapped' };
}

/** What was found in the parts of a dump. Its text is read for its hash only. */
async function joinParts(input: Input, files: readonly string[], hash: Hash): Promise<Found> {
  const joiner = new AggregateJoiner();
  for (const file of files) joiner.add((await loadSnapshot(file)).aggregate, file);
  const aggregate = joiner.joined();
  if (aggregate.facts.blocks - aggregate.facts.malformed <= 0) throw noBlocks(input.name);
  if ('fd' in input) hashFile(hash, input.fd, input.size);
  else for await (const _ of input.pieces);
  return { aggregate, withoutReleased: aggregate, scanned: undefined, sorts: [] };
}

/** When a dump was last written; now, for what does not tell. */
function timeOf({ stats, ...input }: Input): string {
  const modified = 'remote' in input ? input.remote?.facts.modified : undefined;
  return modified ?? new Date(stats?.isFile() ? stats.mtimeMs : Date.now()).toISOString();
}

function identityOf({ name, stats, ...input }: Input): FileIdentity | null {
  if ('remote' in input && input.remote) {
    const { tag, size } = input.remote.facts;
    return tag !== null && size !== null ? { url: name, tag, size } : null;
  }
  if (!stats?.isFile() || stats.size === 0) return null;
  const { dev, ino, size, mtimeMs, ctimeMs } = stats;
  return { dev, ino, size, mtime_ms: mtimeMs, ctime_ms: ctimeMs };
}

/** Whether an earlier run has read the same bytes. The time of the last change to a file cannot be set back, so if all is the same they are. */
function isKnown({ known, url, cwd, path }: Job, file: FileIdentity | null): boolean {
  if (!known || !file || !isWhole(known)) return false;
  if (JSON.stringify(known.file) === JSON.stringify(file)) return true;
  // To hash it would be to read it.
  if (url !== undefined) return false;
  try {
    return sha256Of(resolve(cwd, path)) === known.sha256;
  } catch {
    // The next reader reports why.
    return false;
  }
}

/** What stands on the disk may be less than what was written, after a power cut. */
function isWhole({ folder, outputs }: NonNullable<Job['known']>): boolean {
  try {
    return Object.entries(outputs).every(([file, sha256]) => sha256Of(join(folder, file)) === sha256);
  } catch {
    return false;
  }
}

function sha256Of(path: string): string {
  const hash = createHash('sha256');
  const fd = openSync(path, 'r');
  try {
    hashFile(hash, fd, fstatSync(fd).size);
  } finally {
    closeSync(fd);
  }
  return hash.digest('hex');
}

interface Before {
  readonly snapshot: Snapshot | undefined;
  readonly warnings: readonly string[];
}

/** The night before, if it is there. What is damaged there is no reason to fail today. */
async function previousOf({ cwd, previous }: Job): Promise<Before> {
  if (!previous) return { snapshot: undefined, warnings: [] };
  try {
    return {
      snapshot: await loadSnapshot(resolve(cwd, previous.aggregate), { name: previous.aggregate }),
      warnings: [],
    };
  } catch (error) {
    return { snapshot: undefined, warnings: [`no diff: ${(error as Error).message}`] };
  }
}

async function readDump(job: Job, input: Input, hash: Hash, before: Before, around: Surroundings): Promise<Found> {
  const { setup, runs, help, progress } = around;
  const onScanned = (bytes: number): void => {
    progress.bytes = bytes;
    progress.check();
  };
  const since = before.snapshot ? newestOf(before.snapshot.aggregate) : null;
  const { aggregates, sorts, all } = dumpPlans(runs, since, job.folder, setup.shareBytes);
  let scanned: Scanned<readonly unknown[]> | undefined;
  let isHashed = !('fd' in input);
  const aggregate = await loadAggregate(input, async (dump) => {
    const { threads, chunkBytes } = setup;
    const options = { scan: { plans: all }, threads, chunkBytes, aloneBytes: chunkBytes * CHUNKS_FOR_HELP };
    isHashed ||= 'fd' in dump;
    scanned = await scanDump(dump, options, new HashingRunner(all, hash), onScanned, help);
    return readFound(input.name, scanned.found[0] as AggregatePartial, since);
  });
  const found = (scanned as Scanned<readonly unknown[]> | undefined)?.found;
  if (!found) {
    if (sorts.length > 0) throw usageError(`${job.path} is no dump but what was made of one, which cannot be sorted`);
  }
  // Of what is not scanned as it stands, no one has hashed the file.
  if (!isHashed && 'fd' in input) hashFile(hash, input.fd, input.size);
  return {
    aggregate,
    withoutReleased:
      found && aggregates.length > 1 ? readFound(input.name, found[1] as AggregatePartial, since) : aggregate,
    scanned,
    sorts: sorts.map((plan, i) => ({ plan, found: found?.[aggregates.length + i] as Table | Spilled })),
  };
}
