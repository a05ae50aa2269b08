import { visible } from '../../../merge/writers/escape.js';
import { stackLine } from '../../../merge/writers/stack-line.js';
import { quoted, usageError } from '../../base/errors.js';
import { type DumpRecord, grownPages } from './dump-record.js';

/** Columns of a stack in an alarm, which is one line. */
const STACK_WIDTH = 70;

/** What raises an alarm. */
export const ALARMS = ['leak', 'frag', 'malformed', 'missing'] as const;

export interface Alarm {
  readonly what: (typeof ALARMS)[number];
  /** Pages of one stack, mixed pageblocks, blocks, or dumps. */
  readonly least: number;
}

/** Reads what stands after --fail-on. Throws a usage error. */
export function parseAlarm(typed: string): Alarm {
  const [, name, digits] = /^([a-z]+)(?::(\d{1,15}))?$/.exec(typed) ?? [];
  const what = ALARMS.find((known) => known === name);
  if (!what || (what === 'frag' && digits === undefined))
    throw usageError(
      `--fail-on takes leak[:PAGES], frag:BLOCKS, malformed[:BLOCKS] or missing[:DUMPS], not ${quoted(typed)}`,
    );
  return { what, least: Math.max(1, Number(digits ?? 1)) };
}

/** A line if a dump raises the alarm. */
export function raised({ what, least }: Alarm, record: DumpRecord): string | undefined {
  switch (what) {
    case 'leak': {
      const { diff } = record;
      if (!diff || diff.most_leaked_pages < least) return undefined;
      const [worst] = [...diff.suspects].sort((a, b) => grownPages(b) - grownPages(a));
      const stack = worst ? stackLine(worst.stack, STACK_WIDTH) : '';
      return `leak: ${diff.most_leaked_pages} pages since the night before: ${stack}`;
    }
    case 'frag': {
      const mixed = mixedPageblocks(record) ?? 0;
      return mixed < least ? undefined : `frag: ${mixed} mixed pageblocks`;
    }
    case 'malformed': {
      const { malformed, foreign } = record.counts;
      if (malformed < least) return undefined;
      return `malformed: ${malformed} blocks damaged or cut off, of which ${foreign} are no page_owner text`;
    }
    case 'missing':
      // The matter of a whole night.
      return undefined;
  }
}

/** A line if a night raises the alarm: `missing` are names of dumps that the night before had. */
export function raisedByNight({ what, least }: Alarm, missing: readonly string[]): string | undefined {
  if (what !== 'missing' || missing.length < least) return undefined;
  return `missing: ${missing.length} that the night before had: ${some(missing)}`;
}

/** `a, b and 3 more` */
export function some(names: readonly string[]): string {
  const shown = names.slice(0, 10).map(visible).join(', ');
  return names.length <= 10 ? shown : `${shown} and ${names.length - 10} more`;
}

export function mixedPageblocks({ mixed }: Pick<DumpRecord, 'mixed'>): number | null {
  return mixed && Object.values(mixed).reduce((sum, blocks) => sum + blocks, 0);
}
