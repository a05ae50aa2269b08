import type { Failure } from '../../base/errors.js';
import { version } from '../../command-line/version.js';
import type { ReadDump } from '../results/ledger.js';
import type { Job } from '../running/thread-messages.js';

/** All that a batch and the workers of a fleet say to each other, over the queue. It is JSON. */

/** A worker of another version would make other files of a dump: each version has a queue of its own. */
export const QUEUE_NAME: string = `pageowner-${version()}`;

/** Paths, options and hashes; never data of a dump. */
export interface FleetJob {
  readonly version: string;
  /** Folder of the night. */
  readonly out: string;
  /** The process that wants the result. */
  readonly producer: string;
  /** JSON has no Infinity: null is no limit. */
  readonly job: Omit<Job, 'timeoutMs'> & { readonly timeoutMs: number | null };
  /** Id of the job that joins the parts, of which this is one. */
  readonly whole?: string;
  /** Set while it is read: the batch does not want it any more. */
  readonly cancelled?: string;
}

/** What a worker made of a dump. The record is in the folder. */
export type FleetResult = { readonly worker: string; readonly producer: string } & (
  | ({
      readonly status: 'done';
      /** Of this delivery alone: if a job is delivered twice, each fills its own. */
      readonly folder: string;
      readonly bytes: number;
      /** All of it, and each chunk. */
      readonly tookMs: number;
      readonly milliseconds: readonly number[];
    } & Omit<ReadDump, 'record' | 'milliseconds'>)
  | { readonly status: 'mapped' }
  | { readonly status: 'unchanged'; readonly file: ReadDump['file'] }
  | { readonly status: 'failed'; readonly error: Failure; readonly isRead: boolean }
);

/** What a worker says while it reads. */
export interface FleetProgress {
  readonly worker: string;
  readonly bytes: number;
}
