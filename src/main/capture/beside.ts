import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Zone } from '../../workers/record-filter.js';

/** What the kernel tells of its memory besides, and what one wants to know when a dump is read elsewhere. */
const PROC_FILES = [
  'meminfo',
  'pagetypeinfo',
  'buddyinfo',
  'zoneinfo',
  'vmstat',
  'slabinfo',
  'cmdline',
  'version',
  'allocinfo',
] as const;
/** In debugfs; from Linux 6.9 on, and later. */
const STACKS_HANDLES = 'page_owner_stacks/show_stacks_handles';
const STACK_FILES = ['page_owner_stacks/show_stacks', 'page_owner_stacks/show_handles', STACKS_HANDLES] as const;

/** Copies what there is of it into a folder. Returns the names of the files: those of /proc and /sys have no size, so their content is read. */
export function copyBeside(folder: string, debugfs: string): string[] {
  const paths = [...PROC_FILES.map((name) => `/proc/${name}`), ...STACK_FILES.map((name) => join(debugfs, name))];
  const copied = paths.filter(existsSync).flatMap((path) => {
    const name = `${basename(path)}.txt`;
    try {
      writeFileSync(join(folder, name), readFileSync(path));
      return [name];
    } catch (error) {
      // Not each is for everyone, and some are there but refuse.
      if ((error as NodeJS.ErrnoException).path === path || (error as NodeJS.ErrnoException).syscall === 'read')
        return [];
      throw error;
    }
  });
  const config = `/boot/config-${release()}`;
  if (!existsSync(config)) return copied;
  copyFileSync(config, join(folder, 'config.txt'));
  return [...copied, 'config.txt'];
}

/** What the handles of this boot stand for: text that `--stacks` takes. */
export function stacksOfHandles(debugfs: string): string | undefined {
  return textOf(join(debugfs, STACKS_HANDLES));
}

/** Of /proc/zoneinfo. */
export function zonesHere(): Zone[] {
  return zonesOf(textOf('/proc/zoneinfo') ?? '');
}

/** Text of a file, unpacked if its name says so; undefined: it cannot be read. */
export function textOf(path: string): string | undefined {
  try {
    const bytes = readFileSync(path);
    return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1');
  } catch {
    return undefined;
  }
}

/** Zones that have memory, by the text of /proc/zoneinfo. */
export function zonesOf(text: string): Zone[] {
  const zones: Zone[] = [];
  let node = 0;
  let spanned = 0;
  for (const line of text.split('\n')) {
    const [, field, digits] = /^\s*(Node|spanned|start_pfn:)\s+(\d+)/.exec(line) ?? [];
    const value = Number(digits);
    if (field === 'Node') node = value;
    else if (field === 'spanned') spanned = value;
    else if (field !== undefined && spanned > 0) zones.push({ node, from: value, to: value + spanned });
  }
  return zones;
}

/** The PFN behind the last one of the memory; undefined: it is not known. */
export function endOfMemory(zones: readonly Zone[]): number | undefined {
  return zones.length > 0 ? Math.max(...zones.map(({ to }) => to)) : undefined;
}
