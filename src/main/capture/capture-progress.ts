import { now } from '../../workers/clock.js';
import { formatSeconds } from '../command-line/byte-units.js';
import { Progress } from '../command-line/progress.js';
import type { CaptureCounts } from './captured-text.js';

const SILENT_MS = 1000;
const INTERVAL_MS = 200;

/** One line on a terminal that says at which PFN a capture is; nothing elsewhere. */
export class CaptureProgress {
  private readonly terminal: NodeJS.WriteStream | undefined = Progress.terminal();
  private readonly from: number;
  private readonly to: number | undefined;
  private readonly started: number = now();
  private shownAt = 0;

  /** PFNs; `to`: undefined: the end is not known. */
  constructor(from: number, to: number | undefined) {
    this.from = from;
    this.to = to;
  }

  show(counts: CaptureCounts): void {
    const at = now();
    if (!this.terminal || at - this.started < SILENT_MS || at - this.shownAt < INTERVAL_MS) return;
    this.shownAt = at;
    this.terminal.write(`\r${this.text(counts, (at - this.started) / 1000)}\x1b[K`);
  }

  /** Removes the line. */
  end(): void {
    if (this.shownAt > 0) this.terminal?.write('\r\x1b[K');
  }

  /** `PFN 0x40000 of 0x80000, 50 %, 3000 records, 3 s left` */
  text({ pfn, records }: CaptureCounts, seconds: number): string {
    const at = `PFN 0x${pfn.toString(16)}`;
    if (this.to === undefined || pfn <= this.from) return `${at}, ${records} records`;
    const share = Math.min(1, (pfn - this.from) / (this.to - this.from));
    const left = formatSeconds((seconds * (1 - share)) / share);
    return `${at} of 0x${this.to.toString(16)}, ${Math.floor(100 * share)} %, ${records} records, ${left} left`;
  }
}
