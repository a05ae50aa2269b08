import { plainFrame } from '../../format/frame.js';
import type { PageReport } from '../../format/page-report.js';
import { type Aggregate, type AggregateRow, NO_COUNTED, pagesOf } from './aggregate.js';
import { AggregateBuilder } from './builder.js';
import { bucketOf, bucketStart } from './time-buckets.js';

/** The page reports of a log, each as a block. Pages of one whose order is not known are not counted. */
export function aggregateOfPageReports(reports: readonly PageReport[], bytes: number): Aggregate {
  const builder = new AggregateBuilder();
  for (const report of reports) builder.add(rowOf(report));
  const blocks = reports.length;
  return builder.build({
    bytes,
    blocks,
    malformed: 0,
    foreign: 0,
    pageblockOrders: [],
    since: null,
    knowsBlocks: true,
  });
}

function rowOf(report: PageReport): AggregateRow {
  const { order, gfpMask, gfpFlags, pid, tgid, command, migratetype, node, zone, tails, reason, state, ts } = report;
  const allocation = { order, gfpMask, gfpFlags };
  return {
    allocation,
    task: { pid, tgid, command: command ?? '' },
    place: { migratetype, pageblockType: '', node, zone },
    stack: report.stack.map(plainFrame),
    tails,
    report: { reason, state, freedStack: report.freedStack.map(plainFrame) },
    blocks: 1,
    pages: pagesOf(allocation),
    oldest: ts,
    newest: ts,
    born: null,
    times: ts === null ? NO_COUNTED : { numbers: [bucketStart(bucketOf(Number(ts)))], blocks: [1] },
    pageblocks: NO_COUNTED,
  };
}
