import { gzipSync } from 'node:zlib';
import { toColumns } from '../../merge/aggregate/aggregate-columns.js';
import { distinctRows } from '../../merge/aggregate/builder.js';
import { stacksBySize, summedPages, withoutTasks, withStacks } from '../../merge/insight/smaller.js';
import type { Snapshot } from '../../merge/insight/snapshot.js';
import type { ReportTable } from '../../merge/writers/report.js';
import type { PageData } from '../../page/page-data.js';
import { shippedFile } from '../../workers/shipped-file.js';
import { usageError } from '../base/errors.js';
import { version } from '../command-line/version.js';
import { htmlPage } from '../io/html-page.js';
import { PAGE_SCRIPT, PAGE_STYLE } from '../places.js';

export interface PageOptions {
  readonly title: string;
  readonly pageBytes: number;
  readonly meminfo: ReportTable | null;
  /** The file is no larger, in bytes: else the smallest stacks are summed. */
  readonly maxBytes: number;
}

/** The report as one HTML file. Nothing in it makes a request: its Content-Security-Policy forbids any. */
export function pageFile(snapshots: readonly Snapshot[], { maxBytes, ...facts }: PageOptions): string {
  const script = shippedFile(PAGE_SCRIPT).toString();
  const style = shippedFile(PAGE_STYLE).toString();
  const generator = `pageowner ${version()}`;
  const withData = (data: string): string =>
    htmlPage({ title: facts.title, generator, style, script, body: bodyOf(data) });
  const room = maxBytes - withData('').length;
  const packed = fitted(snapshots, { ...facts, version: version() }, room);
  if (packed === undefined)
    throw usageError(`--max-size is too small: the page alone takes ${maxBytes - room} bytes, and the data do not fit`);
  return withData(packed);
}

/** The data in at most `room` characters; undefined: there is too little. */
function fitted(
  snapshots: readonly Snapshot[],
  facts: Omit<PageData, 'summed' | 'snapshots'>,
  room: number,
): string | undefined {
  const packedOf = (some: readonly Snapshot[], summed: PageData['summed']): string =>
    gzipSync(
      JSON.stringify({
        ...facts,
        summed,
        snapshots: some.map(({ path, aggregate }) => ({ path, columns: toColumns(aggregate) })),
      } satisfies PageData),
    ).toString('base64');
  // In the order of a saved aggregate, so that a dump and what was saved of it give the same file.
  const sorted = snapshots.map(({ path, aggregate }) => ({
    path,
    aggregate: { ...aggregate, rows: distinctRows(aggregate) },
  }));
  const whole = packedOf(sorted, null);
  if (whole.length <= room) return whole;
  const untold = withoutTasks(sorted);
  const stacks = stacksBySize(untold);
  for (let count = stacks.length; ; count = Math.floor(count / 2)) {
    const kept = new Set(stacks.slice(0, count));
    const pages = summedPages((untold.at(-1) as Snapshot).aggregate, kept);
    const packed = packedOf(withStacks(untold, kept), { stacks: stacks.length - count, pages });
    if (packed.length <= room) return packed;
    if (count === 0) return undefined;
  }
}

function bodyOf(data: string): string {
  return `<noscript>This report needs JavaScript. It sends and fetches nothing.</noscript>
<script type="application/octet-stream" id="data">${data}</script>`;
}
