import { type AggregateColumns, fromColumns } from '../merge/aggregate/aggregate-columns.js';
import type { Snapshot } from '../merge/insight/snapshot.js';
import type { ReportTable } from '../merge/writers/report.js';

/** What a report's file holds, packed by gzip, as base64. */
export interface PageData {
  readonly title: string;
  readonly pageBytes: number;
  readonly version: string;
  /** How the last snapshot and /proc/meminfo of its moment agree; null: it was not given. */
  readonly meminfo: ReportTable | null;
  /** What did not fit: tasks and cgroups are not told apart, and so many stacks, with so many pages, are summed by kind. null: nothing. */
  readonly summed: { readonly stacks: number; readonly pages: number } | null;
  /** The earliest first. */
  readonly snapshots: readonly { readonly path: string; readonly columns: AggregateColumns }[];
}

export interface Unpacked extends Omit<PageData, 'snapshots'> {
  readonly snapshots: readonly [Snapshot, ...Snapshot[]];
}

export async function unpack(base64: string): Promise<Unpacked> {
  const packed = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  const data = JSON.parse(await new Response(stream).text()) as PageData;
  const snapshots = data.snapshots.map(({ path, columns }) => ({ path, aggregate: fromColumns(columns) }));
  return { ...data, snapshots: snapshots as [Snapshot, ...Snapshot[]] };
}
