import type { Job, Outcome } from './thread-messages.js';

/** A dump that is read somewhere. */
export interface RunningDump {
  /** Never rejects for what is wrong with the dump. Rejects if nothing can be read any more; a PageownerError says why. */
  readonly outcome: Promise<Outcome>;
  /** Bytes scanned so far. */
  readonly bytesDone: () => number;
  /** Ends it at once. `outcome` then says so. */
  stop(message: string): void;
}

/** Where the dumps of a batch are read: threads of this process (batch-pool.ts), or workers behind a queue (fleet/queue-runner.ts). */
export interface DumpRunner {
  /** Dumps that share the memory of this process: what fails for want of memory beside others may be read alone. */
  readonly threads: number;
  /** Resolves when another dump can be given. */
  idle(): Promise<void>;
  run(job: Job): RunningDump;
  /** Ends dumps that were given, but that no one reads yet. Absent: each is read at once. */
  withdraw?(message: string): void;
  /** Returns whether something is held by a call to the system and will not end: then the process does not end of itself either. */
  close(): Promise<boolean>;
}
