import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { basename, join } from 'node:path';

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
const STACK_FILES = ['page_owner_stacks/show_stacks', 'page_owner_stacks/show_handles'] as const;

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

/** The PFN behind the last one of the memory, by /proc/zoneinfo; undefined: it does not tell. */
export function endOfMemory(zoneinfo: string): number | undefined {
  let last: number | undefined;
  let spanned = 0;
  for (const line of zoneinfo.split('\n')) {
    const [, field, digits] = /^\s+(spanned|start_pfn:)\s+(\d+)/.exec(line) ?? [];
    if (field === 'spanned') spanned = Number(digits);
    else if (field !== undefined && spanned > 0) last = Math.max(last ?? 0, Number(digits) + spanned);
  }
  return last;
}
