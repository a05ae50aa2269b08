import type { Cell, ReportTable } from '../writers/report.js';
import type { InputInfo } from './info.js';
import { ageText, column } from './tables.js';

const MOST_MODULES = 20;

/** An input as a table of two columns, for people. */
export function infoTable(info: InputInfo): ReportTable {
  const { path, is, kernel, packed, stored_bytes, bytes, blocks, pages, is_estimate: isEstimate } = info;
  const about = isEstimate ? 'about ' : '';
  const known: readonly (readonly [string, Cell])[] = [
    ['form', is],
    ['kernel', kernel === null ? null : `${kernel}, by the shape of its lines`],
    ['packed', packed ?? 'no'],
    ['size', stored_bytes === null ? null : `${stored_bytes} bytes`],
    ['text', bytes === null ? null : `${bytes} bytes`],
    ['blocks', blocks === null ? null : `${about}${blocks}`],
    ['pages', pages === null ? null : `${about}${pages}`],
    ['times', spanOf(info)],
    ['nodes', list(info.nodes)],
    ['zones', list(info.zones)],
    ['modules', list(info.modules)],
    ['damage', info.form === null ? null : info.damage.join('; ') || 'none'],
    ['commands', list(info.commands)],
  ];
  return {
    title: path,
    columns: [column('', 'text'), column(' ', 'text')],
    rows: known.filter(([, value]) => value !== null).map((row) => [...row]),
    notes: isEstimate ? ['only the beginning, the middle and the end were read: counts are guessed from these'] : [],
  };
}

function spanOf({ oldest_ns, newest_ns }: InputInfo): string | null {
  if (oldest_ns === null || newest_ns === null) return null;
  return `${ageText(oldest_ns)} to ${ageText(newest_ns)} since boot`;
}

function list(values: readonly (string | number)[]): string | null {
  if (values.length === 0) return null;
  const shown = values.slice(0, MOST_MODULES).join(', ');
  return values.length > MOST_MODULES ? `${shown} and ${values.length - MOST_MODULES} more` : shown;
}
