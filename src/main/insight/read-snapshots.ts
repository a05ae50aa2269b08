import { hasHandles } from '../../merge/aggregate/stacks-aggregate.js';
import { damageOf } from '../../merge/insight/damage-lines.js';
import { misplacedBlocks } from '../../merge/insight/pageblocks.js';
import type { SitesSnapshot } from '../../merge/insight/sites.js';
import { newestOf, type Snapshot } from '../../merge/insight/snapshot.js';
import { mixedForms, quoted, usageError } from '../base/errors.js';
import { Progress } from '../command-line/progress.js';
import { type Loaded, type LoadOptions, loadAny, onlySnapshot } from '../reading/load-snapshot.js';
import { loadOptions, type Values } from './insight-options.js';

/** `withoutTasks`: where no one asks for them. */
export type ReadOptions = Pick<LoadOptions, 'withoutTasks'>;

/** Reads snapshots one after the other; each is asked for what was born since the one before. */
export async function readSnapshots(
  paths: readonly string[],
  values: Values,
  options?: ReadOptions,
): Promise<Snapshot[]> {
  return (await readInputs(paths, values, options)).map(onlySnapshot);
}

/** The same, or all are of allocinfo. */
export async function readInputs(
  paths: readonly string[],
  values: Values,
  options: ReadOptions = {},
): Promise<Loaded[]> {
  const all: Loaded[] = [];
  let before: Snapshot | undefined;
  for await (const loaded of inputs(paths, values, options, () => (before ? newestOf(before.aggregate) : null))) {
    if (!('sites' in loaded)) {
      if (paths.length > 1) warnOfTimes(loaded, before);
      before = loaded;
    }
    all.push(loaded);
  }
  return all;
}

function warnOfTimes({ path, aggregate }: Snapshot, before: Snapshot | undefined): void {
  const newest = newestOf(aggregate);
  const since = before ? newestOf(before.aggregate) : null;
  if (newest === null) warn(`${path} does not say when pages were allocated: what was born and freed is not known`);
  else if (since !== null && newest < since)
    warn(`${path} was taken before ${before?.path}, or after another boot: nothing counts as born`);
}

/** Reads inputs one after the other, for callers that keep none of them. All are snapshots, or all are of allocinfo. */
export async function* eachInput(
  paths: readonly string[],
  values: Values,
  options: ReadOptions = {},
): AsyncGenerator<Loaded> {
  yield* inputs(paths, values, options, () => null);
}

async function* inputs(
  paths: readonly string[],
  values: Values,
  { withoutTasks = false }: ReadOptions,
  since: () => bigint | null,
): AsyncGenerator<Loaded> {
  if (paths.filter((path) => path === '-').length > 1) throw usageError('standard input can be read only once');
  const options = { ...(await loadOptions(values)), withoutTasks };
  let first: Loaded | undefined;
  for (const path of paths) {
    // What has no list of stacks has handles for stacks.
    const loaded = await readAny(path, { ...options, handles: options.handles ?? new Map(), since: since() }, values);
    if (options.handles === undefined && 'aggregate' in loaded) warnAboutHandles(loaded);
    first ??= loaded;
    if ('sites' in loaded !== 'sites' in first) throw mixedForms(first.path, loaded.path);
    yield loaded;
  }
}

/** Reads what allocinfo said. Throws a PageownerError for anything else. */
export async function loadSites(path: string, values: Values): Promise<SitesSnapshot> {
  const loaded = await readAny(path, await loadOptions(values), values);
  if ('sites' in loaded) return loaded;
  throw usageError(`--allocinfo takes the text of /proc/allocinfo, and ${quoted(path)} is none`);
}

/** Reads one, and says on stderr what is wrong with it. */
export async function readSnapshot(path: string, options: LoadOptions, values: Values): Promise<Snapshot> {
  return onlySnapshot(await readAny(path, options, values));
}

async function readAny(path: string, options: LoadOptions, values: Values): Promise<Loaded> {
  const progress = new Progress(values.progress === false ? undefined : Progress.terminal(), undefined);
  const onProgress = (bytes: number): void => progress.advance(bytes);
  const loaded = await loadAny(path, { ...options, onProgress }).finally(() => progress.end());
  if ('sites' in loaded) for (const line of damageOfSites(loaded.sites)) warn(`${loaded.path}: ${line}`);
  else warnAbout(loaded);
  return loaded;
}

/** The same for allocinfo. */
export function damageOfSites({ malformed, malformedAt }: SitesSnapshot['sites']): string[] {
  return malformed > 0 ? [`${malformed} lines cannot be read and were left out, the first at byte ${malformedAt}`] : [];
}

/** Says on stderr if stacks have no names. Returns whether it did. */
export function warnAboutHandles({ path, aggregate }: Snapshot): boolean {
  if (!hasHandles(aggregate)) return false;
  warn(
    `${path}: stacks are told by handles only; --stacks takes the show_stacks_handles of the same boot, which names them`,
  );
  return true;
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
