import { rmSync } from 'node:fs';
import type { Aggregate } from '../../../merge/aggregate/aggregate.js';
import type { Table } from '../../../merge/group-table.js';
import type { Snapshot } from '../../../merge/insight/snapshot.js';
import type { ScanPlan, Spilled } from '../../../workers/task.js';
import { PageownerError } from '../../base/errors.js';
import { parquetOf } from '../../insight/export-command.js';
import type { Scanned } from '../../reading/scan-dump.js';
import { sortedReport } from '../../sorting/sort-dump.js';
import { AGGREGATE_FILE, type DumpRecord, RECORD_FILE } from '../results/dump-record.js';
import { diffFacts, factsOf } from '../results/make-dump-record.js';
import type { DumpProgress } from './dump-progress.js';
import { FolderWriter } from './folder-writer.js';
import { type PreparedRun, withStacks } from './prepared-runs.js';
import type { Job } from './thread-messages.js';

/** What was read of a dump. */
export interface Found {
  readonly aggregate: Aggregate;
  /** The same without blocks that were released, where a run wants it. */
  readonly withoutReleased: Aggregate;
  readonly scanned: Scanned<readonly unknown[]> | undefined;
  /** What each sort found, and its plan. */
  readonly sorts: readonly { readonly found: Table | Spilled; readonly plan: ScanPlan }[];
}

/**
 * Fills the folder of a dump: a file for each run, the saved aggregate, and the record, which is returned.
 * @param before the same machine's dump of the night before
 * @param stored the dump as it is stored, and when it was taken (ISO 8601)
 * @throws PageownerError if a run can make nothing of it, or there is no room; GivenUp
 */
export async function fillFolder(
  job: Job,
  { runs, progress }: { readonly runs: readonly PreparedRun[]; readonly progress: DumpProgress },
  before: Snapshot | undefined,
  found: Found,
  { input, takenAt }: { readonly input: DumpRecord['input']; readonly takenAt: string },
): Promise<DumpRecord> {
  const { name, path, host, extra, folder, previous } = job;
  const snapshot: Snapshot = { path, aggregate: found.aggregate };
  // Where there are handles instead of stacks, they are what tells stacks apart.
  const told = withStacks(snapshot, new Map());
  const facts = factsOf(told.aggregate);
  const diff =
    before && previous
      ? diffFacts(withStacks(before, new Map()), told, previous.sha256, [previous.bootId, extra.boot_id])
      : null;
  const writer = new FolderWriter(folder);
  const sorts = found.sorts.values();
  for (const run of runs) {
    progress.check();
    const pieces = await piecesOf(run, snapshot, found, sorts, diff?.rebooted ? undefined : before);
    if (pieces) writer.write(run.file, pieces);
  }
  for (const { plan } of found.sorts) rmSync(plan.folder, { recursive: true, force: true });
  progress.check();
  writer.write(AGGREGATE_FILE, [await parquetOf(found.aggregate)]);
  const record: DumpRecord = {
    schema: 'pageowner.dump/1',
    name,
    path,
    host,
    taken_at: takenAt,
    extra,
    input,
    options_sha256: job.optionsSha256,
    ...facts,
    diff,
    outputs: { ...writer.hashes },
  };
  writer.write(RECORD_FILE, [Buffer.from(`${JSON.stringify(record, null, 1)}\n`)]);
  return record;
}

/** What a run makes of a dump; undefined: a diff, where there is nothing to compare with. Throws a PageownerError that names the run if it cannot. */
async function piecesOf(
  run: PreparedRun,
  { path, aggregate }: Snapshot,
  { withoutReleased }: Found,
  sorts: Iterator<Found['sorts'][number]>,
  before: Snapshot | undefined,
): Promise<Iterable<Uint8Array> | undefined> {
  if (run.kind === 'sort') {
    const { found, plan } = sorts.next().value as Found['sorts'][number];
    return (await sortedReport(found, plan)).pieces;
  }
  const after = withStacks({ path, aggregate: run.withoutReleased ? withoutReleased : aggregate }, run.handles);
  try {
    const earlier = before && run.before !== 'unused' ? withStacks(before, run.handles) : undefined;
    return run.before === 'needed' && !earlier ? undefined : await run.pieces(after, earlier);
  } catch (error) {
    throw error instanceof PageownerError ? new PageownerError('input', `${run.typed}: ${error.message}`) : error;
  }
}
