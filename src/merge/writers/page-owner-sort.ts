import { allocatorText } from '../../format/allocator.js';
import { at, type Table } from '../group-table.js';
import type { Selection } from '../grouping.js';
import { hasFreeTs } from '../sort-keys.js';
import { appendModule, appendStack, appendString, appendText, TextBuffer } from '../text-writer.js';

/** Text is handed on in pieces of about this size. */
const PIECE_BYTES = 1 << 20;

/** What the text of page_owner_sort shows of a group beside its counts. */
export interface Shown {
  readonly cull: readonly string[];
  readonly selection: Selection;
}

/** Writes groups as page_owner_sort does (tools/mm/page_owner_sort.c), byte for byte. Each piece is valid until the next but one. */
export function* writePageOwnerSort(table: Table, order: Uint32Array, shown: Shown): Generator<Uint8Array> {
  const isCulled = shown.cull.length > 0;
  const isStackOnly = isCulled && showsStackOnly(shown);
  let out = new TextBuffer();
  let other = new TextBuffer();
  for (let place = 0; place < order.length; place++) {
    const written = isCulled && !isStackOnly ? undefined : table.writeGroups?.(order, place, isStackOnly);
    if (written && written.count > 0) {
      yield written.text;
      place += written.count - 1;
      continue;
    }
    const group = order[place] as number;
    appendCounts(out, at(table.columns.times, group), at(table.columns.pages, group));
    if (isCulled) appendCulled(out, table, group, shown);
    else {
      appendAllocator(out, table, group);
      appendText(out, table, group);
      out.ascii('\n');
    }
    // What writeGroups cannot write goes out at once, so that all stays in order.
    if (out.length < PIECE_BYTES && !written) continue;
    yield out.contents();
    [out, other] = [other, out];
    out.clear();
  }
  if (out.length > 0) yield out.contents();
}

function showsStackOnly({ cull, selection: { pids, tgids, names, modules } }: Shown): boolean {
  return cull.every((key) => key === 'stack') && !(pids ?? tgids ?? names ?? modules);
}

export function appendCounts(out: TextBuffer, times: number, pages: number): void {
  out.ascii(`${whole(times)} times, ${whole(pages)} pages`);
}

/** What stands between the counts and the text of a block. */
export function appendAllocator(out: TextBuffer, { columns }: Table, group: number): void {
  out.ascii(`, allocated by ${allocatorText(at(columns.allocator, group))}:\n`);
}

/** What stands behind the counts where groups are culled. */
export function appendCulled(out: TextBuffer, table: Table, group: number, { cull, selection }: Shown): void {
  const { columns, tasks } = table;
  const task = at(columns.task, group);
  if (cull.includes('pid') || selection.pids) out.ascii(`, PID ${at(tasks.pid, task)}`);
  if (cull.includes('tgid') || selection.tgids) out.ascii(`, TGID ${at(tasks.tgid, task)}`);
  if (cull.includes('name') || selection.names) {
    out.ascii(', task_comm_name: ');
    appendString(out, tasks.names, at(tasks.name, task));
  }
  if (cull.includes('module') || selection.modules) {
    out.ascii(', module: ');
    appendModule(out, table, group);
  }
  if (cull.includes('allocator')) out.ascii(`, allocated by ${allocatorText(at(columns.allocator, group))}`);
  if (cull.includes('free')) {
    // The C tool's words: a page whose predecessor's release is on record counts as UNRELEASED.
    out.ascii(
      hasFreeTs(at(columns.freeSeconds, group), at(columns.freeNanos, group)) ? ' (UNRELEASED)' : ' (RELEASED)',
    );
  }
  if (cull.includes('stack')) {
    out.ascii(':\n');
    appendStack(out, table, group);
  }
  out.ascii('\n');
}

/** Digits of a whole number, also beyond 2^53 where String() rounds. */
function whole(value: number): string {
  return Number.isSafeInteger(value) ? String(value) : String(BigInt(value));
}
