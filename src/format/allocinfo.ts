import { safeNumber } from './page-owner-line.js';

/**
 * /proc/allocinfo (CONFIG_MEM_ALLOC_PROFILING, 6.10): what is allocated now, by the place in the source that asked for it. Documentation/mm/allocation-profiling.rst
 *
 *     allocinfo - version: 1.0
 *     #     <size>  <calls> <tag info>
 *          8388608     2048 drivers/net/foo/ring.c:77 [foo] func:foo_ring_fill
 */
export interface Allocinfo {
  readonly version: string | null;
  readonly sites: readonly AllocationSite[];
  /** Lines that cannot be read. */
  readonly malformed: number;
  /** Where the first of them begins, in characters; null: there is none. */
  readonly malformedAt: number | null;
}

export interface AllocationSite {
  readonly bytes: number;
  /** Allocations that are alive. */
  readonly calls: number;
  readonly file: string;
  readonly line: number;
  readonly module: string | null;
  readonly function: string;
}

const VERSION = /^allocinfo - version: (\S+)/m;
const LEGEND = /^# +<size> +<calls> <tag info>/m;
/** Newer versions print more words behind the function: `accurate:no`. */
const SITE = /^ *(\d+) +(\d+) +(\S+):(\d+)(?: \[([^\]]+)\])? func:(\S+)(?: .*)?$/;

/** Whether text that begins so is of this form. Copies often lack the first lines. */
export function isAllocinfo(start: string): boolean {
  return VERSION.test(start) || LEGEND.test(start) || SITE.test(start.trimStart().split(/\r?\n/, 1)[0] ?? '');
}

/** Reads all of it. */
export function parseAllocinfo(text: string): Allocinfo {
  const sites: AllocationSite[] = [];
  let malformed = 0;
  let malformedAt: number | null = null;
  let at = 0;
  for (const raw of text.split('\n')) {
    const line = raw.trimEnd();
    const site = siteOf(line);
    if (site) sites.push(site);
    else if (line !== '' && !line.startsWith('#') && !VERSION.test(line)) {
      malformed++;
      malformedAt ??= at;
    }
    at += raw.length + 1;
  }
  return { version: VERSION.exec(text)?.[1] ?? null, sites, malformed, malformedAt };
}

function siteOf(text: string): AllocationSite | undefined {
  const [, size, count, file = '', place, module = null, name = ''] = SITE.exec(text) ?? [];
  const [bytes, calls, line] = [size, count, place].map(safeNumber);
  if (typeof bytes !== 'number' || typeof calls !== 'number' || typeof line !== 'number') return undefined;
  return { bytes, calls, file, line, module, function: name };
}
