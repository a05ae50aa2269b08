import { type MetricFamily, writeOpenMetrics } from '../../../merge/writers/openmetrics.js';
import { writeWhole } from '../results/write-whole.js';
import type { Outcome } from '../running/thread-messages.js';

const WRITE_MS = 15_000;

/** What a worker has done since it began, in a file for node_exporter (docs/metrics.md). */
export class WorkerMetrics {
  private readonly path: string | undefined;
  private readonly worker: string;
  private readonly dumps: Record<Outcome['status'], number> = { done: 0, mapped: 0, unchanged: 0, failed: 0 };
  private bytes = 0;
  private seconds = 0;
  private active = 0;
  private readonly onFailure: (error: Error) => void;
  private readonly timer: NodeJS.Timeout | undefined;

  /** `path`: undefined: none is written. Throws a PageownerError if it cannot be; `onFailure` is told if it cannot later. */
  constructor(path: string | undefined, worker: string, onFailure: (error: Error) => void = () => {}) {
    this.path = path;
    this.worker = worker;
    this.onFailure = onFailure;
    this.write();
    if (path !== undefined) this.timer = setInterval(() => this.writeAgain(), WRITE_MS);
  }

  dumpBegins(): void {
    this.active++;
  }

  /** @param bytes of text */
  dumpEnds(status: Outcome['status'], bytes: number, seconds: number): void {
    this.active--;
    this.dumps[status]++;
    this.bytes += bytes;
    this.seconds += seconds;
  }

  end(): void {
    clearInterval(this.timer);
    this.writeAgain();
  }

  /** A full disk is no reason to give dumps up. */
  private writeAgain(): void {
    try {
      this.write();
    } catch (error) {
      this.onFailure(error as Error);
    }
  }

  private write(): void {
    if (this.path !== undefined) writeWhole(this.path, [...writeOpenMetrics(this.families())].join(''));
  }

  private families(): MetricFamily[] {
    const labels = { worker: this.worker };
    const one = (value: number): MetricFamily['samples'] => [{ labels, value }];
    return [
      {
        name: 'pageowner_worker_dumps',
        help: 'Dumps that the worker has read since it began, by outcome; mapped: parts of dumps.',
        samples: Object.entries(this.dumps).map(([status, value]) => ({ labels: { ...labels, status }, value })),
      },
      { name: 'pageowner_worker_active_dumps', help: 'Dumps that it reads now.', samples: one(this.active) },
      {
        name: 'pageowner_worker_text_bytes',
        unit: 'bytes',
        help: 'Text of the dumps that it has read.',
        samples: one(this.bytes),
      },
      {
        name: 'pageowner_worker_busy_seconds',
        unit: 'seconds',
        help: 'Time that dumps took, summed over threads.',
        samples: one(this.seconds),
      },
      {
        name: 'pageowner_worker_written_timestamp_seconds',
        unit: 'seconds',
        help: 'When this was written: older than a minute, the worker is gone.',
        samples: one(Date.now() / 1000),
      },
    ];
  }
}
