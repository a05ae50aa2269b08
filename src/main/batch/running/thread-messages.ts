import { resolve } from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import type { QueueHandle } from '../../../workers/chunk-queue.js';
import type { Plan, ThreadTask, WorkerResult } from '../../../workers/task.js';
import type { Failure } from '../../base/errors.js';
import type { RemoteFacts } from '../../io/remote.js';
import type { Part } from '../../reading/part.js';
import type { FileIdentity, PreviousDump } from '../results/dump-record.js';
import type { ReadDump } from '../results/ledger.js';
import type { NamedRun } from './typed-runs.js';

/** All that the main thread and those of a batch say to each other. */

/** What is the same for all dumps that threads read. */
export interface Setup {
  readonly chunkBytes: number;
  /** What a dump may take in each thread, in bytes. */
  readonly shareBytes: number;
  readonly threads: number;
}

export interface Job {
  readonly name: string;
  /** As messages and the record have it: relative to `cwd`, or absolute; a URL without its password. */
  readonly path: string;
  /** The URL, with its password. */
  readonly url?: string;
  /** What its server said when the job was made: all who read it read the same. Without it the server is asked. */
  readonly remote?: RemoteFacts;
  readonly cwd: string;
  readonly runs: readonly NamedRun[];
  /** Infinity: none. */
  readonly timeoutMs: number;
  readonly host: string | null;
  /** ISO 8601; null: the time of the file. */
  readonly takenAt: string | null;
  readonly extra: Readonly<Record<string, unknown>>;
  /** An empty folder, to be filled. */
  readonly folder: string;
  /** The saved dump of the night before. */
  readonly previous: PreviousDump | null;
  readonly optionsSha256: string;
  /** What an earlier run of the batch made of this dump, with the same options. */
  readonly known: KnownDump | null;
  /** Only the aggregate of this part is wanted, in this file. */
  readonly part?: Part & { readonly file: string };
  /** Files with the aggregates of all parts: the text is not read again. */
  readonly parts?: readonly string[];
}

/** What to open. */
export function sourceOf({ url, cwd, path }: Pick<Job, 'url' | 'cwd' | 'path'>): string {
  return url ?? resolve(cwd, path);
}

interface KnownDump {
  readonly sha256: string;
  readonly file: FileIdentity | null;
  readonly folder: string;
  /** SHA-256 by file. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** What a thread of a batch is given: a dump of its own, or chunks of another thread's. */
export type BatchTask =
  | { readonly job: Job; readonly port: MessagePort; readonly progress: SharedArrayBuffer }
  | ThreadTask;

/** From the thread of a dump: it wants help, and it has no more chunks for others. */
export type FromDump = { readonly plan: Plan; readonly queue: QueueHandle } | 'no more chunks';

/** To it: what those found that helped. */
export type ToDump = { readonly results: readonly WorkerResult[] } | { readonly died: string };

export type Outcome =
  /** `folder`: which is filled. `tookMs`: if it was not begun as soon as it was given. */
  | ({ readonly status: 'done'; readonly folder: string; readonly tookMs?: number } & ReadDump)
  /** Of a part: its aggregate is in the file. */
  | { readonly status: 'mapped' }
  /** It is what an earlier run has read already. */
  | { readonly status: 'unchanged'; readonly file: FileIdentity | null }
  /** `isRead`: the dump could be opened, so that it is the dump that is bad, and not that it is not there. */
  | { readonly status: 'failed'; readonly error: Failure; readonly isRead: boolean };
