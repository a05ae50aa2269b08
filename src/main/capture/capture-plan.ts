import { join } from 'node:path';
import type { NumberRange, RecordSelection } from '../../workers/record-filter.js';
import { quoted, usageError } from '../base/errors.js';
import { parseBytes } from '../command-line/byte-units.js';
import { parseThreads } from '../command-line/parse-values.js';
import { zonesHere } from './beside.js';
import type { CaptureOptions } from './captured-text.js';
import { DEBUGFS } from './debugfs.js';

/** As commander gives them. */
export interface CaptureValues {
  readonly output?: string;
  readonly bundle?: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly node?: string;
  readonly pid?: string;
  readonly tgid?: string;
  readonly mode?: Mode;
  readonly threads?: string;
  readonly aggregateOnly?: boolean;
  readonly every?: string;
  readonly count?: string;
  readonly nice?: string;
  readonly rate?: string;
  readonly debugfs?: string;
  readonly keepPartial?: boolean;
  readonly force?: boolean;
  readonly progress?: boolean;
}

/** What stands in each record: in the words of the kernel. */
type Mode = 'stack' | 'handle' | 'stack_handle';

/** Options of a capture, filled and checked. */
export interface CapturePlan {
  /** Where debugfs is mounted. */
  readonly debugfs: string;
  /** The kernel's file. */
  readonly path: string;
  /** A file, a folder, or `-`. */
  readonly output: string;
  readonly makes: 'text' | 'aggregate' | 'bundle';
  readonly from: number;
  /** The first PFN that is not read; Infinity: to the end. */
  readonly to: number;
  readonly selection: RecordSelection;
  /** The lists as typed; null: all. */
  readonly selected: Readonly<Record<'node' | 'pid' | 'tgid', string | null>>;
  readonly form: NonNullable<CaptureOptions['form']>;
  /** Whether it was typed: then it is an error where the kernel does not have it. */
  readonly isFormNeeded: boolean;
  readonly threads: number;
  /** Bytes of text in a second; Infinity: no limit. */
  readonly rate: number;
  readonly nice: number;
  /** Captures, one after the other, begun so many ms apart. */
  readonly count: number;
  readonly everyMs: number;
  readonly keepPartial: boolean;
  readonly force: boolean;
  readonly progress: boolean;
}

/** Throws a usage error that names the option. */
export function planCapture(values: CaptureValues): CapturePlan {
  const { output, debugfs = DEBUGFS } = values;
  if (output === undefined)
    throw usageError('where to? Give -o FILE (.zst and .gz are packed), -o FOLDER/, or - for standard output');
  const isFolder = output.endsWith('/') || values.bundle === true;
  const count = countOf(values);
  if (isFolder && values.aggregateOnly) throw usageError('a folder has the text too: give --aggregate-only a file');
  if (output === '-' && count > 1) throw usageError('--every needs -o FOLDER/ or -o FILE');
  const from = pfnOf('from', values.from, 0);
  const to = pfnOf('to', values.to, Infinity);
  if (from >= to) throw usageError(`--from ${from} is not below --to ${to}`);
  return {
    debugfs,
    path: join(debugfs, 'page_owner'),
    output,
    makes: isFolder ? 'bundle' : values.aggregateOnly ? 'aggregate' : 'text',
    from,
    to,
    selection: selectionOf(values),
    selected: { node: values.node ?? null, pid: values.pid ?? null, tgid: values.tgid ?? null },
    form: formOf(values.mode, isFolder || values.aggregateOnly === true),
    isFormNeeded: values.mode !== undefined,
    threads: parseThreads(values.threads),
    rate: rateOf(values.rate),
    nice: niceOf(values.nice),
    count,
    everyMs: everyOf(values.every),
    keepPartial: values.keepPartial === true,
    force: values.force === true,
    progress: values.progress !== false,
  };
}

/** In files each record has what the kernel gives; bundles and aggregates have stacks, read the fastest way, and --mode says the way. */
function formOf(mode: Mode | undefined, hasStacks: boolean): CapturePlan['form'] {
  if (!hasStacks) return mode ?? 'stack';
  if (mode === 'stack_handle')
    throw usageError('bundles and --aggregate-only have stacks, no handles: --mode stack_handle is for a file');
  return mode === 'stack' ? 'stack' : 'stack-by-handle';
}

function selectionOf({ node, pid, tgid }: CaptureValues): RecordSelection {
  return {
    ...(node !== undefined && { nodes: rangesOf('node', node) }),
    ...(pid !== undefined && { pids: rangesOf('pid', pid) }),
    ...(tgid !== undefined && { tgids: rangesOf('tgid', tgid) }),
    zones: node === undefined ? [] : zonesHere(),
  };
}

/** `0,2-3` */
function rangesOf(option: string, typed: string): NumberRange[] {
  return typed.split(',').map((item) => {
    const [, first, last = first] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(item) ?? [];
    if (first !== undefined && Number(first) <= Number(last)) return [Number(first), Number(last)];
    throw usageError(`--${option} takes numbers and ranges of them, as 0,2-3, not ${quoted(typed)}`);
  });
}

function pfnOf(option: string, typed: string | undefined, byDefault: number): number {
  if (typed === undefined) return byDefault;
  if (/^(0x[\da-f]{1,13}|\d{1,15})$/i.test(typed)) return Number(typed);
  throw usageError(`--${option} takes a PFN, as 262144 or 0x40000, not ${quoted(typed)}`);
}

function rateOf(typed: string | undefined): number {
  if (typed === undefined) return Infinity;
  const bytes = parseBytes(typed);
  if (bytes) return bytes;
  throw usageError(`--rate takes bytes of text in a second (1000000, 4M), not ${quoted(typed)}`);
}

function niceOf(typed: string | undefined): number {
  if (typed === undefined) return 0;
  if (/^1?\d$/.test(typed)) return Number(typed);
  throw usageError(`--nice takes a whole number from 0 to 19, not ${quoted(typed)}`);
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** In ms: `30s`, `10m`, `1h`. */
export function everyOf(typed: string | undefined): number {
  if (typed === undefined) return 0;
  const [, digits, unit = 's'] = /^(\d{1,6})([smhd]?)$/.exec(typed) ?? [];
  const seconds = Number(digits ?? 0) * (UNITS[unit || 's'] ?? 1);
  if (seconds > 0) return seconds * 1000;
  throw usageError(`--every takes a time, as 30s, 10m or 1h, not ${quoted(typed)}`);
}

function countOf({ every, count }: CaptureValues): number {
  if (count === undefined && every === undefined) return 1;
  if (count === undefined || every === undefined)
    throw usageError('--every and --count are given together: --every 10m --count 6');
  if (/^[1-9]\d{0,3}$/.test(count) && count !== '1') return Number(count);
  throw usageError(`--count takes a whole number from 2 to 9999, not ${quoted(count)}`);
}
