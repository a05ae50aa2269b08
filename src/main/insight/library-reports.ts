import { type Age, ageOf as ageBy } from '../../merge/insight/age.js';
import { type CallTree, callTreeOf as callTreeBy, type TreeShape } from '../../merge/insight/call-tree.js';
import { type Diff, diffOf as diffBy } from '../../merge/insight/diff.js';
import { type Frag, fragOf as fragBy } from '../../merge/insight/frag.js';
import { type Overview, overviewOf as overviewBy } from '../../merge/insight/overview.js';
import type { RowSelection } from '../../merge/insight/selection.js';
import type { Snapshot } from '../../merge/insight/snapshot.js';
import { type Top, topOf as topBy } from '../../merge/insight/top.js';
import { type NightDump, type Trends, trendOf as trendBy } from '../../merge/insight/trend.js';
import { DEFAULT_PAGE_BYTES, keysNamed } from './insight-options.js';

/** What the reports of the library take. All may be left out. */
export interface ReportOptions {
  /** Keys to group by, named as after --by. Default: `kind` for top and age, `stack` for diff and trend. */
  readonly by?: readonly string[];
  /** Which memory counts. Default: all. */
  readonly selection?: RowSelection;
  /** Whether frames are equal that differ in their place in the function only, as after an update of the kernel. Default: no. */
  readonly ignoreOffsets?: boolean;
}

type Filled = Required<Omit<ReportOptions, 'by'>>;

const filled = ({ selection = {}, ignoreOffsets = false }: ReportOptions): Filled => ({ selection, ignoreOffsets });

/** Who holds the memory. @throws PageownerError for a key that there is not */
export function topOf(snapshot: Snapshot, options: ReportOptions & { readonly pageBytes?: number } = {}): Top {
  const { by = ['kind'], pageBytes = DEFAULT_PAGE_BYTES } = options;
  return topBy(snapshot, { ...filled(options), by: keysNamed(by), pageBytes });
}

/** The first answers of a dump; of several, the earliest first, what grows in them too. */
export function overviewOf(
  snapshots: readonly [Snapshot, ...Snapshot[]],
  options: Omit<ReportOptions, 'by'> & { readonly pageBytes?: number } = {},
): Overview {
  return overviewBy(snapshots, { ...filled(options), pageBytes: options.pageBytes ?? DEFAULT_PAGE_BYTES });
}

/** What the call tree takes beside the options of all reports. All may be left out. */
export interface CallTreeOptions extends ReportOptions, Partial<TreeShape> {}

/** Through which calls memory was allocated. Without `by` there is one tree. @throws PageownerError for a key that there is not */
export function callTreeOf(snapshot: Snapshot, options: CallTreeOptions = {}): CallTree {
  const { by = [], pageBytes = DEFAULT_PAGE_BYTES, inverted = false, minShare = 0, depth = Infinity } = options;
  return callTreeBy(snapshot, { ...filled(options), by: keysNamed(by), pageBytes, inverted, minShare, depth });
}

/** What changed between snapshots of one machine, the earliest first. @throws PageownerError for a key that there is not */
export function diffOf(snapshots: readonly Snapshot[], options: ReportOptions = {}): Diff {
  return diffBy(snapshots, { ...filled(options), by: keysNamed(options.by ?? ['stack']) });
}

/** How old the memory is. @throws PageownerError for a key that there is not */
export function ageOf(snapshot: Snapshot, options: ReportOptions = {}): Age {
  return ageBy(snapshot, { ...filled(options), by: keysNamed(options.by ?? ['kind']) });
}

/** What keeps huge pages from forming. */
export function fragOf(snapshot: Snapshot, options: Omit<ReportOptions, 'by'> = {}): Frag {
  return fragBy(snapshot, filled(options));
}

/**
 * What grows over nights. Aggregates are read one at a time, and not kept.
 * @throws PageownerError for a key that there is not
 */
export function trendOf(
  dumps: Iterable<NightDump> | AsyncIterable<NightDump>,
  options: ReportOptions & { readonly together?: boolean } = {},
): Promise<Trends> {
  const { by = ['stack'], together = false } = options;
  return trendBy(dumps, { ...filled(options), by: keysNamed(by), together });
}
