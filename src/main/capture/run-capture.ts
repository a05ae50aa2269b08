import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { setPriority } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Aggregate } from '../../merge/aggregate/aggregate.js';
import { cannotWrite, PageownerError } from '../base/errors.js';
import { writeWhole } from '../batch/results/write-whole.js';
import { onSignal } from '../command-line/program.js';
import { Progress } from '../command-line/progress.js';
import { version } from '../command-line/version.js';
import { parquetOf } from '../insight/export-command.js';
import { openOutput } from '../io/output.js';
import { undoAtEnd } from '../io/undo.js';
import { loadSnapshot } from '../reading/load-snapshot.js';
import { copyBeside, endOfMemory, stacksOfHandles, zonesHere } from './beside.js';
import type { CapturePlan } from './capture-plan.js';
import { captureProgressText } from './capture-progress.js';
import { type CaptureCounts, capturedText, lostText, noCounts } from './captured-text.js';
import { Channel } from './channel.js';
import { packedFor } from './pack.js';
import { refuseMachine } from './refuse-machine.js';

/** In a bundle. */
const AGGREGATE = 'aggregate.parquet';
const MANIFEST = 'manifest.json';

/** A capture that was ended before it had all. */
class Stopped extends Error {}

/** `pageowner capture`. Throws a PageownerError. */
export async function runCapture(plan: CapturePlan): Promise<void> {
  const { debugfs, force, output: to } = plan;
  refuseMachine({ debugfs, force, output: to === '-' ? '.' : existing(resolve(to)) });
  // Threads that are begun later have it too.
  if (plan.nice > 0) setPriority(plan.nice);
  const stop = new AbortController();
  onSignal((signal, exitCode) => {
    if (!plan.keepPartial || stop.signal.aborted) return false;
    process.exitCode = exitCode;
    stop.abort(new Stopped(signal));
    return true;
  });
  const made: string[] = [];
  for (let i = 1; i <= plan.count && !stop.signal.aborted; i++) {
    const started = performance.now();
    made.push(await captureOnce(plan, numbered(plan, i), stop.signal));
    const left = plan.everyMs - (performance.now() - started);
    if (i < plan.count) await sleep(Math.max(0, left), undefined, { signal: stop.signal }).catch(() => {});
  }
  if (plan.count > 1 && made.length > 1) {
    const { run } = await import('../insight/diff-command.js');
    // Handles are those of one boot, so the last list has all.
    const stacks = plan.form === 'handle' ? { stacks: stacksFile(made.at(-1) as string) } : {};
    await run(made, { by: 'stack', limit: '10', ...stacks });
  }
}

/** The nearest folder that is there. */
function existing(path: string): string {
  return existsSync(path) ? path : existing(dirname(path));
}

/** The output of one of several captures: `dump.2.txt.zst`, `folder/2/`. */
function numbered({ output, count, makes }: CapturePlan, number: number): string {
  if (count === 1) return output;
  if (makes === 'bundle') return join(output, String(number));
  const name = basename(output);
  const dot = name.indexOf('.', 1);
  const at = dot < 0 ? name.length : dot;
  return join(dirname(output), `${name.slice(0, at)}.${number}${name.slice(at)}`);
}

/** Makes one file or folder. Returns what can be read of it. */
export async function captureOnce(plan: CapturePlan, output: string, signal: AbortSignal): Promise<string> {
  const counts = noCounts();
  const text = watched(plan, counts, signal);
  if (plan.makes === 'text') {
    const made = await writeTo(output, packedFor(output, text), counts, signal);
    if (plan.form === 'handle' && made !== '-') writeStacks(plan, stacksFile(made));
    return made;
  }
  if (plan.makes === 'aggregate') return writeTo(output, [await aggregateFile(text, plan.path)], counts, signal);
  return bundle(plan, output, text, counts, signal);
}

/** What is beside a dump that has handles only. */
function stacksFile(dump: string): string {
  return `${dump}.stacks`;
}

/** Writes the stacks of all handles of this boot. */
function writeStacks({ debugfs }: CapturePlan, path: string): void {
  const text = stacksOfHandles(debugfs);
  if (text === undefined)
    process.stderr.write(`pageowner: ${debugfs} has no stacks of handles: no ${path} is written\n`);
  else writeWhole(path, text);
}

/** The text, with progress. What was read when it is stopped is all that there is. */
async function* watched(plan: CapturePlan, counts: CaptureCounts, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const range = { from: plan.from, to: plan.to < Infinity ? plan.to : endOfMemory(zonesHere()) };
  const onRejected = (words: readonly string[]): void => {
    process.stderr.write(`pageowner: this kernel does not take ${words.join(' ')}: it is looked at while reading\n`);
  };
  const progress = new Progress(plan.progress ? Progress.terminal() : undefined, undefined);
  try {
    for await (const text of capturedText(plan.path, { ...plan, signal, onRejected }, counts)) {
      progress.show((seconds) => captureProgressText(counts, range, seconds));
      yield text;
    }
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
  } finally {
    progress.end();
  }
  if (counts.lost.length > 0) process.stderr.write(`pageowner: ${plan.path}: ${lostText(counts)}\n`);
  if (counts.records > 0) return;
  const which = Object.values(plan.selected).every((list) => list === null) ? '' : ' that is selected';
  throw new PageownerError(
    'input',
    `${plan.path} gave no record${which}${signal.aborted ? ' before it was stopped' : ''}`,
  );
}

async function aggregateFile(text: AsyncIterable<Uint8Array>, path: string): Promise<Uint8Array> {
  return parquetOf((await loadSnapshot(text, { name: path })).aggregate);
}

/** Writes a file, which is there whole or not at all; what was stopped is marked as partial by its name. */
async function writeTo(
  path: string,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  counts: CaptureCounts,
  signal: AbortSignal,
): Promise<string> {
  const output = await openOutput(path, [], { fsync: true });
  try {
    for await (const piece of pieces) await output.write(piece);
    await output.commit();
  } catch (error) {
    await output.discard();
    throw error;
  }
  if (!signal.aborted || path === '-') return path;
  const partial = `${path}.partial`;
  renameSync(path, partial);
  process.stderr.write(`pageowner: stopped: ${partial} has the ${counts.records} records that were read\n`);
  return partial;
}

/** A folder with the dump, its aggregate, and what else the kernel tells of its memory at that moment. It is there whole or not at all. */
async function bundle(
  plan: CapturePlan,
  folder: string,
  text: AsyncIterable<Uint8Array>,
  counts: CaptureCounts,
  signal: AbortSignal,
): Promise<string> {
  const final = folder.replace(/\/+$/, '');
  if (existsSync(final)) throw new PageownerError('output', `${final} is there already; name another folder`);
  const part = `${final}.part-${process.pid}`;
  const forget = undoAtEnd(() => rmSync(part, { recursive: true, force: true }));
  try {
    mkdirSync(part, { recursive: true });
    const startedAt = new Date().toISOString();
    const files = copyBeside(part, plan.debugfs);
    const dump = 'page_owner.txt.zst';
    const aggregate = await teed(text, join(part, dump), plan.path);
    writeFileSync(join(part, AGGREGATE), await parquetOf(aggregate));
    const manifest = {
      schema: 'pageowner.capture/1',
      version: version(),
      started_at: startedAt,
      ended_at: new Date().toISOString(),
      partial: signal.aborted,
      from_pfn: plan.from,
      to_pfn: plan.to < Infinity ? plan.to : null,
      selected: plan.selected,
      records: counts.records,
      text_bytes: counts.bytes,
      lost_records: counts.lost.length,
      files: Object.fromEntries([dump, AGGREGATE, ...files].map((name) => [name, factsOf(join(part, name))])),
    };
    writeWhole(join(part, MANIFEST), `${JSON.stringify(manifest, null, 1)}\n`);
    moveFolder(part, signal.aborted ? `${final}.partial` : final);
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    throw error instanceof PageownerError ? error : cannotWrite(final, error);
  } finally {
    forget();
  }
  return join(signal.aborted ? `${final}.partial` : final, AGGREGATE);
}

/** Gives a folder another name; where the file system cannot (overlayfs), its files, the manifest last. */
function moveFolder(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    mkdirSync(to);
    const names = readdirSync(from).sort((a, b) => Number(a === MANIFEST) - Number(b === MANIFEST));
    for (const name of names) renameSync(join(from, name), join(to, name));
    rmdirSync(from);
  }
}

/** Writes the text and aggregates it, as it comes. */
async function teed(text: AsyncIterable<Uint8Array>, path: string, name: string): Promise<Aggregate> {
  const output = await openOutput(path, [], { fsync: true });
  try {
    const toFile = new Channel<Uint8Array>();
    const both = async function* (): AsyncGenerator<Uint8Array> {
      try {
        for await (const piece of text) {
          await toFile.push(piece);
          yield piece;
        }
      } finally {
        toFile.end();
      }
    };
    const written = (async () => {
      for await (const piece of packedFor(path, toFile.pieces())) await output.write(piece);
    })();
    const [{ aggregate }] = await Promise.all([loadSnapshot(both(), { name }), written]);
    await output.commit();
    return aggregate;
  } catch (error) {
    await output.discard();
    throw error;
  }
}

function factsOf(path: string): { readonly bytes: number; readonly sha256: string } {
  return { bytes: statSync(path).size, sha256: createHash('sha256').update(readFileSync(path)).digest('hex') };
}
