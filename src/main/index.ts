/** The library: what `import 'pageowner'` gives. The command line tools are thin users of it. */

export type { Aggregate, AggregateRow } from '../merge/aggregate/aggregate.js';
export { joinAggregates } from '../merge/aggregate/join.js';
export { readParquet } from '../merge/aggregate/read-parquet.js';
export type { Age, AgeRow, Trend } from '../merge/insight/age.js';
export type { Diff, DiffRow } from '../merge/insight/diff.js';
export type { Frag, MixedCounts, Offender, Run, Zone } from '../merge/insight/frag.js';
export type { RowSelection } from '../merge/insight/selection.js';
export { newestOf, type Snapshot } from '../merge/insight/snapshot.js';
export type { Top, TopRow } from '../merge/insight/top.js';
export type { NightDump, TrendDump, TrendRow, Trends } from '../merge/insight/trend.js';
export type { TrendClass } from '../merge/insight/trend-class.js';
export { writeParquet } from '../merge/writers/parquet.js';
export { type ErrorCode, PageownerError } from './base/errors.js';
export {
  ageOf,
  diffOf,
  fragOf,
  type ReportOptions,
  topOf,
  trendOf,
} from './insight/library-reports.js';
export { type LoadOptions, loadSnapshot } from './reading/load-snapshot.js';
export type { Percentiles } from './reading/percentiles.js';
export type { RunSummary } from './sorting/run-summary.js';
export { sortDump } from './sorting/sort-dump.js';
export type { Compat, SortOptions } from './sorting/sort-options.js';
