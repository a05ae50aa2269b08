/** How large the dump of a job is, and what follows from that. */
import { statSync } from 'node:fs';
import { giveUp, openInput } from '../../io/input.js';
import { startOf } from '../../reading/recognise.js';
import { sourceOf } from '../running/thread-messages.js';
import type { FleetJob } from './fleet-job.js';

/** A job that has what the server of its dump says of it. Where that does not answer, the worker says why. */
export async function described(data: FleetJob): Promise<FleetJob> {
  const { job } = data;
  if (job.url === undefined) return data;
  try {
    const { Remote } = await import('../../io/remote.js');
    const remote = await Remote.open(job.url, job.path);
    remote.close();
    return { ...data, job: { ...job, remote: remote.facts } };
  } catch {
    return data;
  }
}

/** In bytes; 0: it is not there, or no file. */
export function sizeOf(job: FleetJob['job']): number {
  if (job.url !== undefined) return job.remote?.size ?? 0;
  return statSync(sourceOf(job), { throwIfNoEntry: false })?.size ?? 0;
}

/** Small dumps come before large ones: 1 up to 1 MiB, one more for each doubling. */
export function priorityOf(size: number): number {
  return 1 + Math.max(0, Math.ceil(Math.log2(size / 2 ** 20)));
}

/** Into how many jobs a dump is cut that are to be of no more than so many bytes; 1: it is one job. */
export async function partsOf(job: FleetJob['job'], mostBytes: number): Promise<number> {
  const size = sizeOf(job);
  return size > mostBytes && (await isSplittable(job)) ? Math.ceil(size / mostBytes) : 1;
}

/** Whether all that is wanted can be made of the aggregates of parts: sorted text cannot, nor an aggregate without what was released. A packed dump has no parts. What was read before is likely not read again. */
async function isSplittable(job: FleetJob['job']): Promise<boolean> {
  const { path, runs, known, remote } = job;
  if (known || runs.some(({ command, values }) => command === 'sort' || values.f === true)) return false;
  try {
    const opened = await openInput(sourceOf(job), { name: path, remote });
    try {
      const canBeCut = 'fd' in opened || (opened.packed === null && opened.remote?.facts.hasRanges === true);
      return canBeCut && (await startOf(opened)).form?.reading.kind === 'blocks';
    } finally {
      giveUp(opened);
    }
  } catch {
    // The worker says why.
    return false;
  }
}
