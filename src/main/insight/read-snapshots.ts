import type { Facts } from '../../merge/aggregate/aggregate.js';
import { misplacedBlocks } from '../../merge/insight/pageblocks.js';
import { newestOf, type Snapshot } from '../../merge/insight/snapshot.js';
import { usageError } from '../errors.js';
import { type LoadOptions, loadSnapshot } from '../load-snapshot.js';
import { Progress } from '../progress.js';
import { loadOptions, type Values } from './options.js';

/** Reads snapshots one after the other; each is asked for what was born since the one before. */
export async function readSnapshots(paths: readonly string[], values: Values): Promise<Snapshot[]> {
  if (paths.filter((path) => path === '-').length > 1) throw usageError('standard input can be read only once');
  const loaded = await loadOptions(values);
  // What has no list of stacks has handles for stacks.
  const options = { ...loaded, handles: loaded.handles ?? new Map() };
  const snapshots: Snapshot[] = [];
  for (const path of paths) {
    const before = snapshots.at(-1);
    const since = before ? newestOf(before.aggregate) : null;
    const snapshot = await readSnapshot(path, { ...options, since }, values);
    const newest = newestOf(snapshot.aggregate);
    if (since !== null && newest !== null && newest < since)
      warn(`${snapshot.path} was taken before ${before?.path}, or after another boot: nothing counts as born`);
    snapshots.push(snapshot);
  }
  return snapshots;
}

/** Reads one, and says on stderr what is wrong with it. */
export async function readSnapshot(path: string, options: LoadOptions, values: Values): Promise<Snapshot> {
  const progress = new Progress(values.progress === false ? undefined : Progress.terminal(), undefined);
  const onScanned = (bytes: number): void => progress.advance(bytes);
  const snapshot = await loadSnapshot(path, { ...options, onScanned }).finally(() => progress.end());
  warnAbout(snapshot);
  return snapshot;
}

/** A line for each thing that is wrong with the blocks of a dump. */
export function damageOf({ malformed, foreign }: Pick<Facts, 'malformed' | 'foreign'>): string[] {
  return [
    ...(malformed > 0 ? ['the last block has no empty line behind it and was left out; the dump may be cut off'] : []),
    ...(foreign > 0 ? [`${foreign} blocks are no page_owner text`] : []),
  ];
}

/** Says on stderr what is wrong with a snapshot. */
export function warnAbout(snapshot: Snapshot): void {
  for (const line of damageOf(snapshot.aggregate.facts)) warn(`${snapshot.path}: ${line}`);
  const misplaced = misplacedBlocks(snapshot.aggregate.facts);
  if (misplaced > 0)
    warn(`${snapshot.path}: ${misplaced} blocks have a PFN that is not in the pageblock that they name`);
}

/** A line on stderr. */
export function warn(line: string): void {
  process.stderr.write(`pageowner: ${line}\n`);
}
