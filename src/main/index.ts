/** The library: what `import 'pageowner'` gives. The command line tools are thin users of it. */

export type { Place } from '../format/pfn-line.js';
export type {
  Aggregate,
  AggregateRow,
  Allocation,
  Counted,
  Facts,
  Reported,
  Task,
} from '../merge/aggregate/aggregate.js';
export { joinAggregates } from '../merge/aggregate/join.js';
export type { PartRange } from '../merge/aggregate/parts.js';
export { type ManyFiles, readParquet } from '../merge/aggregate/read-parquet.js';
export type { Handles } from '../merge/aggregate/stacks-aggregate.js';
export type { FormId } from '../merge/forms/form.js';
export type { Age, AgeRow, Trend } from '../merge/insight/age.js';
export type { CallTree, TreeRow, TreeShape } from '../merge/insight/call-tree.js';
export type { Diff, DiffRow } from '../merge/insight/diff.js';
export type { Frag, MixedCounts, Offender, Run, Zone } from '../merge/insight/frag.js';
export type { KeyValue } from '../merge/insight/insight-keys.js';
export type { Interval } from '../merge/insight/interval.js';
export type { CallerRow, MixedBlocks, OfflineMemcgs, Overview, Recent } from '../merge/insight/overview.js';
export type { RowSelection } from '../merge/insight/selection.js';
export { newestOf, type Snapshot, type SnapshotFacts } from '../merge/insight/snapshot.js';
export type { Top, TopRow } from '../merge/insight/top.js';
export type { NightDump, TrendDump, TrendRow, Trends } from '../merge/insight/trend.js';
export type { TrendClass } from '../merge/insight/trend-class.js';
export { writeParquet } from '../merge/writers/parquet.js';
export { type ErrorCode, PageownerError } from './base/errors.js';
export {
  ageOf,
  type CallTreeOptions,
  callTreeOf,
  diffOf,
  fragOf,
  overviewOf,
  type ReportOptions,
  topOf,
  trendOf,
} from './insight/library-reports.js';
export type { Source } from './io/input.js';
export type { RemoteFacts } from './io/remote.js';
export { type LoadOptions, loadSnapshot } from './reading/load-snapshot.js';
export type { Part } from './reading/part.js';
export type { Percentiles } from './reading/percentiles.js';
export type { OnScanned } from './reading/scan-dump.js';
export type { RunSummary, Stages } from './sorting/run-summary.js';
export { sortDump } from './sorting/sort-dump.js';
export { COMPATS, type Compat, type SortOptions } from './sorting/sort-options.js';
