import { now } from '../../workers/clock.js';
import { formatBytes, formatSeconds } from '../command-line/byte-units.js';
import type { Progress } from './batch.js';

const INTERVAL_MS = 200;

/** One line on a terminal that says how far a batch is; nothing elsewhere. */
export class ProgressLine {
  private readonly terminal: NodeJS.WriteStream | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(terminal: NodeJS.WriteStream | undefined) {
    this.terminal = terminal;
  }

  start(progress: () => Progress): void {
    const { terminal } = this;
    if (!terminal) return;
    const started = now();
    const show = (): void => {
      terminal.write(`\r${progressText(progress(), (now() - started) / 1000)}\x1b[K`);
    };
    this.timer = setInterval(show, INTERVAL_MS).unref();
  }

  /** Makes room for a line of another kind, which goes where this one is. */
  clear(): void {
    this.terminal?.write('\r\x1b[K');
  }

  /** Removes the line. */
  end(): void {
    clearInterval(this.timer);
    this.clear();
  }
}

/** `37 of 500 dumps, 2 failed, 1.2 GiB, 812 MB/s, 2 min 5 s left`; how many are left is known when the manifest is read to its end. */
function progressText({ done, failed, all, bytes }: Progress, seconds: number): string {
  const left = all === undefined || done === 0 ? undefined : (seconds / done) * (all - done);
  return [
    `${done}${all === undefined ? '' : ` of ${all}`} dumps`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    formatBytes(bytes),
    `${Math.round(bytes / Math.max(seconds, 0.001) / 1e6)} MB/s`,
    ...(left === undefined ? [] : [`${formatSeconds(left)} left`]),
  ].join(', ');
}
