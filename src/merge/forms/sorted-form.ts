import { NOWHERE } from '../../format/pfn-line.js';
import { isSortedReport, parseSortedReport, type SortedGroup } from '../../format/sorted-report.js';
import { decodeText } from '../../format/text.js';
import { type Aggregate, type AggregateRow, NO_COUNTED } from '../aggregate/aggregate.js';
import { AggregateBuilder } from '../aggregate/builder.js';
import type { Form } from './form.js';

/** What page_owner_sort printed: a snapshot without times and places. */
export const SORTED: Form = {
  id: 'sorted',
  title: 'a report of page_owner_sort',
  answers: { blocks: true, pages: true, times: false, tasks: true, places: false },
  isIt: isSortedReport,
  reading: { kind: 'whole', read: (content) => aggregateOfSorted(decodeText(content), content.length) },
};

function aggregateOfSorted(text: string, bytes: number): Aggregate {
  const { groups, malformed, malformedAt } = parseSortedReport(text);
  const builder = new AggregateBuilder();
  let blocks = malformed;
  for (const group of groups) {
    blocks += group.blocks;
    builder.add(rowOf(group));
  }
  return builder.build({
    bytes,
    blocks,
    malformed,
    malformedAt,
    foreign: 0,
    pageblockOrders: [],
    since: null,
    knowsBlocks: true,
  });
}

function rowOf(group: SortedGroup): AggregateRow {
  const { order, gfpMask, gfpFlags, pid, tgid, command, stack, tails, blocks, pages } = group;
  return {
    allocation: { order, gfpMask, gfpFlags },
    task: { pid, tgid, command: command ?? '' },
    place: NOWHERE,
    stack,
    tails,
    report: null,
    blocks,
    pages,
    oldest: null,
    newest: null,
    born: null,
    times: NO_COUNTED,
    pageblocks: NO_COUNTED,
  };
}
