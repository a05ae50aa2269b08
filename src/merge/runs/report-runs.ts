import { unlinkSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { TextBuffer } from '../text-writer.js';
import { appendCounts } from '../writers/page-owner-sort.js';
import { appendOrderKey, type RunPlan } from './group-runs.js';
import { fewRuns, MergedRuns, runPath } from './merged-runs.js';
import { compareKeysAt, encode, encodedLength, lengthAt, type RunGroup, RunWriter } from './run-file.js';

/** Text is handed on in pieces of about this size. */
const PIECE_BYTES = 1 << 20;

/** The counts of a report. */
export interface Reported {
  groups: number;
  /** Blocks in them. */
  grouped: number;
}

/**
 * Sorts the groups of runs into runs of the report's order, in memory as far as `bytes` go.
 * @returns those runs, and what is in them
 */
export async function orderRuns(
  paths: readonly string[],
  plan: RunPlan,
  bytes: number,
): Promise<{ runs: string[]; reported: Reported }> {
  const reported: Reported = { groups: 0, grouped: 0 };
  const batch = new Batch(bytes);
  const runs: string[] = [];
  const [key, text] = [new TextBuffer(), new TextBuffer()];
  const groupRuns = fewRuns(paths, plan.folder);
  for (const group of new MergedRuns(groupRuns)) {
    key.clear();
    appendOrderKey(key, plan.order, group, reported.groups);
    text.clear();
    text.append(group.text, 0, group.text.length);
    if (plan.grouping.cull.length === 0) {
      appendUnterminated(text, group.key);
      text.ascii('\n');
    }
    const ordered: RunGroup = { ...group, key: key.contents(), order: NOTHING, text: text.contents() };
    if (!batch.add(ordered)) {
      runs.push(batch.write(plan.folder));
      batch.add(ordered);
      // Signals get their turn.
      await setImmediate();
    }
    reported.groups++;
    reported.grouped += group.times;
  }
  runs.push(batch.write(plan.folder));
  for (const path of groupRuns) unlinkSync(path);
  return { runs: fewRuns(runs, plan.folder), reported };
}

const NOTHING = new Uint8Array(0);

/** Appends what was given to TextBuffer.terminate. */
function appendUnterminated(out: TextBuffer, terminated: Uint8Array): void {
  const end = terminated.length - 2;
  let from = 0;
  for (let zero = terminated.indexOf(0); zero >= 0 && zero < end; zero = terminated.indexOf(0, from)) {
    out.append(terminated, from, zero + 1);
    from = zero + 2;
  }
  out.append(terminated, from, end);
}

/** Encoded groups, to be sorted in memory. */
class Batch {
  private bytes: Buffer;
  private readonly starts: number[] = [];
  private length = 0;

  constructor(bytes: number) {
    this.bytes = Buffer.allocUnsafe(bytes);
  }

  /** Returns false if there is no room for it beside others. */
  add(group: RunGroup): boolean {
    const length = encodedLength(group);
    if (this.length + length > this.bytes.length) {
      if (this.length > 0) return false;
      this.bytes = Buffer.allocUnsafe(length);
    }
    encode(group, this.bytes, this.length);
    this.starts.push(this.length);
    this.length += length;
    return true;
  }

  /** Writes the groups as a run, and is empty then. */
  write(folder: string): string {
    const { bytes, starts } = this;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    starts.sort((a, b) => compareKeysAt(bytes, view, a, b));
    const run = new RunWriter(runPath(folder));
    for (const start of starts) run.addEncoded(bytes.subarray(start, start + lengthAt(view, start)));
    run.close();
    starts.length = 0;
    this.length = 0;
    return run.path;
  }
}

/** The text of groups in the order of runs. Each piece is valid until the next but one. */
export function* writeRuns(runs: readonly string[]): Generator<Uint8Array> {
  let out = new TextBuffer();
  let other = new TextBuffer();
  for (const group of new MergedRuns(runs)) {
    appendCounts(out, group.times, group.pages);
    out.append(group.text, 0, group.text.length);
    if (out.length < PIECE_BYTES) continue;
    yield out.contents();
    [out, other] = [other, out];
    out.clear();
  }
  if (out.length > 0) yield out.contents();
}
