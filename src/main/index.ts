/** The library: what `import 'pageowner'` gives. The command line tools are thin users of it. */

export type { Aggregate, AggregateRow } from '../merge/aggregate/aggregate.js';
export { joinAggregates } from '../merge/aggregate/join.js';
export { readParquet } from '../merge/aggregate/read-parquet.js';
export { type Age, type AgeRow, ageOf, type Trend } from '../merge/insight/age.js';
export { type Diff, type DiffRow, diffOf } from '../merge/insight/diff.js';
export { type Frag, fragOf, type MixedCounts, type Offender, type Run, type Zone } from '../merge/insight/frag.js';
export { INSIGHT_KEYS, type InsightKey } from '../merge/insight/insight-keys.js';
export { newestOf, type Snapshot } from '../merge/insight/snapshot.js';
export { type Top, type TopRow, topOf } from '../merge/insight/top.js';
export {
  type NightDump,
  type TrendDump,
  type TrendOptions,
  type TrendRow,
  type Trends,
  trendOf,
} from '../merge/insight/trend.js';
export type { TrendClass } from '../merge/insight/trend-class.js';
export { writeParquet } from '../merge/writers/parquet.js';
export { type ErrorCode, PageownerError } from './base/errors.js';
export { type LoadOptions, loadSnapshot } from './reading/load-snapshot.js';
export type { Percentiles } from './reading/percentiles.js';
export type { RunSummary } from './sorting/run-summary.js';
export { sortDump } from './sorting/sort-dump.js';
export type { Compat, SortOptions } from './sorting/sort-options.js';
