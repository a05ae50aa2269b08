import { fstatSync } from 'node:fs';
import { now } from '../../workers/clock.js';
import { formatBytes, formatSeconds } from './byte-units.js';

/** Shorter runs show nothing. */
const SILENT_MS = 1000;
const INTERVAL_MS = 200;

const STDERR_FD = 2;

/** One line on a terminal that says how far a run is; nothing elsewhere. */
export class Progress {
  private readonly terminal: NodeJS.WriteStream | undefined;
  private readonly size: number | undefined;
  private readonly started: number = now();
  private shownAt = 0;

  /** `size`: bytes to read, where it is known. */
  constructor(terminal: NodeJS.WriteStream | undefined, size: number | undefined) {
    this.terminal = terminal;
    this.size = size;
  }

  /** The terminal to show progress on, if stderr is one that can take it. */
  static terminal(): NodeJS.WriteStream | undefined {
    // Node takes 4 ms to open process.stderr where it is no terminal.
    const isDevice = fstatSync(STDERR_FD).isCharacterDevice();
    return isDevice && process.stderr.isTTY && process.env.TERM !== 'dumb' ? process.stderr : undefined;
  }

  /** `done`: bytes so far. */
  advance(done: number): void {
    this.show((seconds) => progressText(done, this.size, seconds));
  }

  /** Any other text; `seconds`: since the beginning. */
  show(text: (seconds: number) => string): void {
    const at = now();
    if (!this.terminal || at - this.started < SILENT_MS || at - this.shownAt < INTERVAL_MS) return;
    this.shownAt = at;
    this.terminal.write(`\r${text((at - this.started) / 1000)}\x1b[K`);
  }

  /** Removes the line. */
  end(): void {
    if (this.shownAt > 0) this.terminal?.write('\r\x1b[K');
  }
}

/** `1.2 GiB of 3.4 GiB, 35 %, 812 MB/s, 3 s left`; without a size only what is known. */
export function progressText(done: number, size: number | undefined, seconds: number): string {
  const rate = done / seconds;
  const speed = `${Math.round(rate / 1e6)} MB/s`;
  if (size === undefined) return `${formatBytes(done)}, ${speed}`;
  const share = `${Math.floor((100 * done) / size)} %`;
  return `${formatBytes(done)} of ${formatBytes(size)}, ${share}, ${speed}, ${formatSeconds((size - done) / rate)} left`;
}
