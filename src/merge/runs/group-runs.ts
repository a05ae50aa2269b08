import { at, type Table } from '../group-table.js';
import type { Grouping } from '../grouping.js';
import { identityOf, type OrderSpec, order } from '../order.js';
import { keyOf } from '../sort-keys.js';
import { TextBuffer } from '../text-writer.js';
import { appendAllocator, appendCulled } from '../writers/page-owner-sort.js';
import { runPath } from './merged-runs.js';
import { type RunGroup, RunWriter } from './run-file.js';

/** What is asked of groups that are sorted out of memory. Plain data: it crosses to the workers. */
export interface RunPlan {
  readonly grouping: Grouping;
  readonly order: OrderSpec;
  /** Where runs are written. */
  readonly folder: string;
}

/**
 * Writes all groups of a table as a run, in the order of what tells them apart. Where that is the text, it is not written again as what is printed.
 * @returns the run's path
 */
export function writeGroupRun(table: Table, { grouping, order: spec, folder }: RunPlan): string {
  const identity = identityOf(grouping.cull);
  const asked = spec.map(({ key }) => keyOf(key));
  const [key, asks, text] = [new TextBuffer(), new TextBuffer(), new TextBuffer()];
  const group: RunGroup = {
    times: 0,
    pages: 0,
    first: 0,
    key: key.contents(),
    order: key.contents(),
    text: key.contents(),
  };
  const run = new RunWriter(runPath(folder));
  for (const number of order(table, [], grouping.cull)) {
    for (const buffer of [key, asks, text]) buffer.clear();
    for (const { bytes } of identity) bytes?.(key, table, number);
    for (const { bytes } of asked) if (bytes) appendPart(asks, (part) => bytes(part, table, number));
    if (grouping.cull.length > 0) appendCulled(text, table, number, grouping);
    else appendAllocator(text, table, number);
    group.times = at(table.columns.times, number);
    group.pages = at(table.columns.pages, number);
    group.first = at(table.columns.first, number);
    group.key = key.contents();
    group.order = asks.contents();
    group.text = text.contents();
    run.add(group);
  }
  run.close();
  return run.path;
}

const scratch = new TextBuffer();

/** Appends what `write` writes, behind its length. */
function appendPart(out: TextBuffer, write: (part: TextBuffer) => void): void {
  scratch.clear();
  write(scratch);
  out.number(scratch.length);
  out.append(scratch.contents(), 0, scratch.length);
}

/** Appends the bytes by which a group is sorted in the end: the parts of the order spec, and then its place in the order of what tells groups apart. */
export function appendOrderKey(out: TextBuffer, spec: OrderSpec, group: RunGroup, place: number): void {
  const view = new DataView(group.order.buffer, group.order.byteOffset, group.order.length);
  let read = 0;
  for (const { key, descending } of spec) {
    const from = out.length;
    const { count } = keyOf(key);
    if (count) out.number(group[count]);
    else {
      const length = view.getFloat64(read);
      out.append(group.order, read + 8, read + 8 + length);
      read += 8 + length;
    }
    if (descending) out.invert(from);
  }
  out.number(place);
}
