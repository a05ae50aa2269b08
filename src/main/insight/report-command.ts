import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import { selectAggregate } from '../../merge/insight/selection.js';
import type { Snapshot } from '../../merge/insight/snapshot.js';
import { visible } from '../../merge/writers/escape.js';
import { textPieces } from '../../merge/writers/text-pieces.js';
import { quoted, usageError } from '../base/errors.js';
import { parseBytes } from '../command-line/byte-units.js';
import { namedDestination, pageBytesOf, selectionOf, type Values } from './insight-options.js';
import { reconcile } from './meminfo.js';
import { pageFile } from './page-file.js';
import { readSnapshots, warn } from './read-snapshots.js';
import { writePieces } from './write-report.js';

const DEFAULT_MAX_BYTES = 5_000_000;

/** Throws a usage error for options that have no meaning. What it gives throws one if what there is does not fit. `title`: for want of --title. */
export function pageOf(values: Values): (snapshots: readonly Snapshot[], title?: string) => Iterable<Uint8Array> {
  const options = { pageBytes: pageBytesOf(values), maxBytes: maxBytesOf(values) };
  const selection = selectionOf(values);
  const path = values.meminfo as string | undefined;
  return (snapshots, title = titleOf(snapshots)) => {
    const last = snapshots.at(-1) as Snapshot;
    const meminfo = path === undefined ? null : reconcile(path, last, options.pageBytes).table;
    const selected = snapshots.map(({ path, aggregate }) => ({
      path,
      aggregate: selectAggregate(aggregate, selection),
    }));
    const shown = visible((values.title as string | undefined) ?? title);
    return textPieces([pageFile(selected, { ...options, meminfo, title: shown })]);
  };
}

/** `pageowner report`. */
export async function run(paths: string[], values: Values): Promise<void> {
  const destination = namedDestination('report', paths, values);
  if (values.open === true && destination.path === '-')
    throw usageError('--open needs -o FILE: standard output cannot be opened');
  const page = pageOf(values);
  await writePieces(page(await readSnapshots(paths, values)), destination);
  if (values.open === true) open(destination.path);
}

/** `Memory of t0.txt.gz → t1.txt.gz` */
export function titleOf(snapshots: readonly Pick<Snapshot, 'path'>[]): string {
  return `Memory of ${snapshots.map(({ path }) => basename(path)).join(' → ')}`;
}

function maxBytesOf(values: Values): number {
  const typed = values.maxSize as string | undefined;
  const bytes = typed === undefined ? DEFAULT_MAX_BYTES : parseBytes(typed);
  if (bytes) return bytes;
  throw usageError(`--max-size takes bytes (5000000, 5M), not ${quoted(typed as string)}`);
}

/** Shows a file in the desktop's browser, which goes on when this program has ended. */
function open(path: string): void {
  const opener = spawn('xdg-open', [path], { stdio: 'ignore', detached: true });
  opener.on('error', () =>
    warn(`${path} cannot be opened: xdg-open is not installed (package xdg-utils); open the file in a browser`),
  );
  opener.unref();
}
