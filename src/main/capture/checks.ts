import { existsSync, statfsSync } from 'node:fs';
import { release, totalmem } from 'node:os';
import { join } from 'node:path';
import { formatBytes } from '../../merge/writers/format-bytes.js';
import { type Opener, openPageOwner, WORDS_OF_HANDLES, wordsTaken } from '../../workers/capture-entry.js';
import { RECORD_BYTES } from '../../workers/page-owner-records.js';
import { textOf, zonesHere } from './beside.js';

/** Something that a capture needs of this machine. */
export interface Check {
  readonly name: string;
  /** `unknown`: it cannot be told here. */
  readonly state: 'ok' | 'missing' | 'unknown';
  /** What was found. */
  readonly found: string;
  /** What to do about it; empty where nothing is to be done. */
  readonly todo: string;
  /** Whether a capture fails, or harms, without it; `--force` goes on over it where it only harms. */
  readonly blocks: 'always' | 'unless forced' | 'never';
}

/** Where debugfs is, and where a dump is to go; for tests `root` in place of `/`, and what opens the kernel's file. */
export interface CheckedPlaces {
  readonly debugfs: string;
  readonly output: string;
  readonly root: string;
  readonly open?: Opener;
}

/** All checks, in the order in which they are to be mended. */
export function checksOf(places: CheckedPlaces): Check[] {
  const { debugfs, open = openPageOwner } = places;
  const path = join(debugfs, 'page_owner');
  const records = file(path, open);
  return [
    root(),
    config(places),
    commandLine(places),
    mount(places),
    lockdown(places),
    records,
    filters(path, open, records),
    kernel(),
    room(places),
    cost(),
  ];
}

function root(): Check {
  const isRoot = process.getuid?.() === 0;
  return {
    name: 'root',
    state: isRoot ? 'ok' : 'missing',
    found: isRoot ? 'this is root' : 'this is not root, and debugfs is for root only',
    todo: isRoot ? '' : 'run it with sudo',
    blocks: 'never',
  };
}

/** The kernel's configuration, where a distribution puts it. */
function config({ root: at }: CheckedPlaces): Check {
  const name = 'CONFIG_PAGE_OWNER';
  const places = [
    join(at, `boot/config-${release()}`),
    join(at, `lib/modules/${release()}/config`),
    join(at, 'proc/config.gz'),
  ];
  const path = places.find((place) => existsSync(place));
  const text = path && textOf(path);
  if (!text)
    return {
      name,
      state: 'unknown',
      found: `neither ${places[0]} nor /proc/config.gz is there`,
      todo: 'if page_owner is missing below, ask who built the kernel',
      blocks: 'never',
    };
  const isSet = /^CONFIG_PAGE_OWNER=y$/m.test(text);
  return {
    name,
    state: isSet ? 'ok' : 'missing',
    found: `${isSet ? 'set' : 'not set'} in ${path}`,
    todo: isSet ? '' : kernelWords(at),
    blocks: isSet ? 'never' : 'always',
  };
}

function kernelWords(at: string): string {
  const id = distribution(at);
  if (id === 'debian')
    return 'Debian builds its kernels without it: build one with CONFIG_PAGE_OWNER=y (docs/kernel.md has the commands)';
  return `boot a kernel of ${id || 'your distribution'} that has it, as its debug kernel may, or build one (docs/kernel.md)`;
}

function commandLine({ root: at }: CheckedPlaces): Check {
  const words = (textOf(join(at, 'proc/cmdline')) ?? '').trim().split(/\s+/);
  const isOn = words.includes('page_owner=on');
  return {
    name: 'page_owner=on',
    state: isOn ? 'ok' : 'missing',
    found: isOn ? "in the kernel's command line" : "not in the kernel's command line (/proc/cmdline)",
    todo: isOn ? '' : `${bootWords(at)}, then boot again: pages that are allocated before are not told`,
    blocks: isOn ? 'never' : 'always',
  };
}

function bootWords(at: string): string {
  switch (distribution(at)) {
    case 'debian':
    case 'ubuntu':
      return 'add page_owner=on to GRUB_CMDLINE_LINUX in /etc/default/grub and run update-grub';
    case 'fedora':
    case 'rhel':
    case 'centos':
    case 'rocky':
    case 'almalinux':
      return 'run grubby --update-kernel=ALL --args=page_owner=on';
    case 'arch':
      return "add page_owner=on to your boot loader's options (/etc/default/grub, or /boot/loader/entries/*.conf)";
    default:
      return "add page_owner=on to the kernel's command line in your boot loader";
  }
}

function mount({ debugfs, root: at }: CheckedPlaces): Check {
  const mounts = textOf(join(at, 'proc/mounts')) ?? '';
  const isMounted = mounts.split('\n').some((line) => {
    const [, place, type] = line.split(' ');
    return place === debugfs && type === 'debugfs';
  });
  return {
    name: 'debugfs',
    state: isMounted ? 'ok' : 'missing',
    found: isMounted ? `mounted at ${debugfs}` : `not mounted at ${debugfs}`,
    todo: isMounted ? '' : `mount -t debugfs none ${debugfs}, or say where it is with --debugfs`,
    blocks: 'never',
  };
}

function lockdown({ root: at }: CheckedPlaces): Check {
  const text = textOf(join(at, 'sys/kernel/security/lockdown'));
  const mode = /\[(\w+)\]/.exec(text ?? '')?.[1] ?? 'none';
  const isLocked = mode === 'confidentiality';
  return {
    name: 'lockdown',
    state: isLocked ? 'missing' : 'ok',
    found: text === undefined ? 'this kernel has none' : `its mode is ${mode}`,
    todo: isLocked ? 'boot with lockdown=integrity or none: in this mode debugfs cannot be read' : '',
    blocks: isLocked ? 'always' : 'never',
  };
}

/** Whether a record comes. */
function file(path: string, open: Opener): Check {
  const name = 'page_owner';
  try {
    const opened = open(path, 'r');
    try {
      const bytes = opened.read(0, Buffer.alloc(RECORD_BYTES));
      if (bytes > 0) return { name, state: 'ok', found: `${path} gives records`, todo: '', blocks: 'never' };
      return { name, state: 'missing', found: `${path} is empty`, todo: 'boot with page_owner=on', blocks: 'always' };
    } finally {
      opened.close();
    }
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const todo =
      code === 'ENOENT'
        ? 'see the lines above; in a container, mount the debugfs of the host and give --debugfs'
        : 'see the lines above';
    return { name, state: 'missing', found: `${path} cannot be read (${code})`, todo, blocks: 'always' };
  }
}

/** What a word of the kernel serves, by its name. */
const SERVED: Readonly<Record<string, string>> = { mode: '--mode handle', nid: '--node', pid: '--pid', tgid: '--tgid' };

/** Whether the kernel does what a capture can do as well, but slower: so nothing is missing without it. */
function filters(path: string, open: Opener, records: Check): Check {
  const check = { name: 'filters', todo: '', blocks: 'never' } as const;
  if (records.state !== 'ok') return { ...check, state: 'unknown', found: 'there is no page_owner to ask' };
  const node = zonesHere()[0]?.node ?? 0;
  const taken = wordsTaken(path, [...WORDS_OF_HANDLES, `nid=${node}`, 'pid=1', 'tgid=1'], open);
  if (!taken)
    return {
      ...check,
      state: 'ok',
      found: 'this kernel takes none (Linux 7.3 does): --node, --pid and --tgid are looked at while reading',
    };
  const names = new Set(taken.map((word) => word.slice(0, word.indexOf('='))));
  const served = (isTaken: boolean): string =>
    Object.keys(SERVED)
      .filter((name) => names.has(name) === isTaken)
      .map((name) => SERVED[name])
      .join(', ');
  const rest = served(false);
  const found = `this kernel does ${served(true)}${rest === '' ? '' : `; not ${rest}`}`;
  return { ...check, state: 'ok', found };
}

/** Kernels that crash when page_owner is read. */
const CRASHING: readonly { readonly release: RegExp; readonly what: string }[] = [
  {
    release: /^6\.12\.117(\D|$)/,
    what: 'crashes when page_owner is read while pages are charged to a cgroup, unless its vendor has mended it',
  },
];

function kernel(): Check {
  const known = CRASHING.find((one) => one.release.test(release()));
  return {
    name: 'kernel',
    state: known ? 'missing' : 'ok',
    found: known ? `Linux ${release()} ${known.what}` : `nothing is known against Linux ${release()}`,
    todo: known ? 'boot another kernel, or give --force if yours is mended' : '',
    blocks: known ? 'unless forced' : 'never',
  };
}

/** A record has about so much text: 600 bytes in a dump of 1.1 GB. */
const RECORD_TEXT_BYTES = 700;

function room({ output, root: at }: CheckedPlaces): Check {
  const info = textOf(join(at, 'proc/meminfo')) ?? '';
  const kibibytes = (field: string): number => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  const pages = (kibibytes('MemTotal') - kibibytes('MemFree')) / 4;
  const text = pages * RECORD_TEXT_BYTES;
  const { bavail, bsize } = statfsSync(output);
  const free = bavail * bsize;
  const isEnough = free > text;
  return {
    name: 'disk',
    state: isEnough ? 'ok' : 'missing',
    found: `${formatBytes(free)} free in ${output}; the text is ${formatBytes(text)} at most, a tenth of it packed`,
    todo: isEnough ? '' : 'give -o a name that ends with .zst, or --aggregate-only, or another disk',
    blocks: 'never',
  };
}

/** The page extension of page_owner, with the flags that each has: 64 to 72 bytes from Linux 6.8 on, 56 to 64 before. */
const EXTENSION_BYTES = 72;

function cost(): Check {
  const bytes = (totalmem() / 4096) * EXTENSION_BYTES;
  return {
    name: 'cost',
    state: 'ok',
    found: `while it is on page_owner takes about ${formatBytes(bytes)} here (${EXTENSION_BYTES} bytes a page), and the stacks besides`,
    todo: '',
    blocks: 'never',
  };
}

/** ID of /etc/os-release. */
function distribution(at: string): string {
  return /^ID="?([\w.-]+)/m.exec(textOf(join(at, 'etc/os-release')) ?? '')?.[1] ?? '';
}
