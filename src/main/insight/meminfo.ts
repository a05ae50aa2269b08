import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pagesOfRows, type Snapshot } from '../../merge/insight/snapshot.js';
import type { ReportTable } from '../../merge/writers/report.js';
import { cannotRead, unreadable } from '../base/errors.js';

/** What becomes of a machine's memory, in bytes: total = accounted + free + untracked. */
export interface Reconciled {
  readonly document: { total_bytes: number; accounted_bytes: number; free_bytes: number; untracked_bytes: number };
  readonly table: ReportTable;
}

/** Compares a snapshot with /proc/meminfo of the same moment; `path` is that file, or a folder with meminfo.txt. */
export function reconcile(path: string, { aggregate }: Snapshot, pageBytes: number): Reconciled {
  const text = readMeminfo(path);
  const total = field(path, text, 'MemTotal');
  const free = field(path, text, 'MemFree');
  const accounted = pagesOfRows(aggregate.rows) * pageBytes;
  const untracked = total - accounted - free;
  const rows = [
    ['MemTotal', total],
    ['accounted for', accounted],
    ['free', free],
    ['untracked', untracked],
  ] as const;
  return {
    document: { total_bytes: total, accounted_bytes: accounted, free_bytes: free, untracked_bytes: untracked },
    table: {
      title: 'MemTotal = accounted for + free + untracked',
      columns: [
        { name: 'what', kind: 'text' },
        { name: 'bytes', kind: 'bytes' },
        { name: 'share', kind: 'percent' },
      ],
      rows: rows.map(([what, bytes]) => [what, bytes, (100 * bytes) / total]),
      notes: [
        'accounted for can be more than MemTotal less MemFree: early pages are in a dump, and not in MemTotal; pages in per-CPU lists are free, and not in MemFree',
      ],
    },
  };
}

function readMeminfo(path: string): string {
  try {
    const file = statSync(path).isDirectory() ? join(path, 'meminfo.txt') : path;
    return readFileSync(file, 'latin1');
  } catch (error) {
    throw cannotRead(path, error);
  }
}

/** In bytes. */
function field(path: string, text: string, name: string): number {
  const [, kib] = new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(text) ?? [];
  if (kib === undefined) throw unreadable(path, 'meminfo', new Error(`it has no ${name}`));
  return Number(kib) * 1024;
}
