import type { NumberRange, RecordSelection } from '../../workers/record-filter.js';

/** A kernel that takes process ids takes so many of each kind, one by one. */
const MOST_IDS = 16;

/** What a selection is in the words of Linux 7.3: `nid=0,2-3`, and `pid=1,2`, `tgid=7` of the kernel behind it. A list that is too long for it has no word. */
export function filterWords({ nodes, pids, tgids }: RecordSelection): string[] {
  return [
    ...(nodes ? [`nid=${nodes.map(([first, last]) => (first === last ? first : `${first}-${last}`)).join(',')}`] : []),
    ...idWord('pid', pids),
    ...idWord('tgid', tgids),
  ];
}

function idWord(name: string, ranges: readonly NumberRange[] | undefined): string[] {
  if (!ranges || ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0) > MOST_IDS) return [];
  const ids = ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
  return [`${name}=${ids.join(',')}`];
}
