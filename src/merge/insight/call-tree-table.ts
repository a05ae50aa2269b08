import { VMLINUX } from '../../format/frame.js';
import { formatBytes } from '../writers/format-bytes.js';
import type { ReportTable } from '../writers/report.js';
import type { CallTree, TreeRow } from './call-tree.js';
import { column, nothing, titleOf } from './tables.js';

/** The call tree as lines, each as far to the right as it is deep. */
export function callTreeTables({ dump, inverted, by, totals, rows }: CallTree): ReportTable[] {
  const branches = branchesOf(rows);
  return [
    {
      title: `${titleOf(dump)}; ${inverted ? 'a function, then its callers' : 'a function, then what it calls'}`,
      columns: [column('held', 'text'), column('share', 'percent'), column('calls', 'text')],
      rows: rows.map((row, i) => [formatBytes(row.bytes), 100 * row.share, `${branches[i]}${textOf(row, by)}`]),
      notes: [
        ...nothing(rows),
        ...(totals.pages === dump.pages ? [] : [`shares are of the ${formatBytes(totals.bytes)} that are selected`]),
      ],
    },
  ];
}

function textOf({ key, frames, summed }: TreeRow, by: readonly string[]): string {
  if (summed > 0) return `(${summed} more)`;
  if (!key) return frames.join(' → ');
  return key.map((value, i) => `${by[i] ?? ''} ${value === null ? noneOf(by[i]) : String(value)}`.trim()).join(', ');
}

function noneOf(name: string | undefined): string {
  return name === 'module' ? VMLINUX : 'none';
}

/** For each row, the lines that lead to it from the branch that it is below. */
function branchesOf(rows: readonly TreeRow[]): string[] {
  // Levels at which another branch follows before their parent ends, seen from the last row.
  const follows: boolean[] = [];
  const branches = rows.toReversed().map(({ level }) => {
    const lines = Array.from({ length: Math.max(level - 1, 0) }, (_, i) => (follows[i + 1] ? '│ ' : '  '));
    const last = level === 0 ? '' : follows[level] ? '├─' : '└─';
    follows.length = level + 1;
    follows[level] = true;
    return lines.join('') + last;
  });
  return branches.reverse();
}
