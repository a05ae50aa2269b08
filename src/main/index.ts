/** The library: what `import 'pageowner'` gives. The command line tools are thin users of it. */
export { type ErrorCode, PageownerError } from './errors.js';
export { sortDump } from './sort-dump.js';
export type { Compat, SortOptions } from './sort-options.js';
export type { ChunkLatency, RunSummary } from './summary.js';
