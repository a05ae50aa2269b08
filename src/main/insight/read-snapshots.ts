import { newestOf, type Snapshot } from '../../merge/insight/snapshot.js';
import { type LoadOptions, loadSnapshot } from '../load-snapshot.js';
import { Progress } from '../progress.js';
import { loadOptions, type Values } from './options.js';

/** Reads snapshots one after the other; each is asked for what was born since the one before. */
export async function readSnapshots(paths: readonly string[], values: Values): Promise<Snapshot[]> {
  const options = await loadOptions(values);
  const snapshots: Snapshot[] = [];
  for (const path of paths) {
    const before = snapshots.at(-1);
    const since = before ? newestOf(before.aggregate) : null;
    snapshots.push(await readSnapshot(path, { ...options, since }, values));
  }
  return snapshots;
}

/** Reads one, and says on stderr what is wrong with it. */
export async function readSnapshot(path: string, options: LoadOptions, values: Values): Promise<Snapshot> {
  const progress = new Progress(values.progress === false ? undefined : Progress.terminal(), undefined);
  const onScanned = (bytes: number): void => progress.advance(bytes);
  const snapshot = await loadSnapshot(path, { ...options, onScanned }).finally(() => progress.end());
  const { malformed, foreign } = snapshot.aggregate.facts;
  if (malformed > 0)
    warn(`${snapshot.path}: the last block has no empty line behind it and was left out; the dump may be cut off`);
  if (foreign > 0) warn(`${snapshot.path}: ${foreign} blocks are no page_owner text`);
  return snapshot;
}

function warn(line: string): void {
  process.stderr.write(`pageowner: ${line}\n`);
}
