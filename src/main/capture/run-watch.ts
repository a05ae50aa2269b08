import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeText } from '../../merge/writers/table-text.js';
import { quoted, usageError } from '../base/errors.js';
import { print } from '../command-line/print.js';
import { onSignal } from '../command-line/program.js';
import { DEFAULT_PAGE_BYTES, keysNamed } from '../insight/insight-options.js';
import { terminalOfStdout } from '../insight/write-report.js';
import { loadSnapshot } from '../reading/load-snapshot.js';
import { everyOf } from './capture-plan.js';
import { DEBUGFS } from './debugfs.js';
import { refuseMachine } from './refuse-machine.js';
import { firstRows, ORDERS, type Order, type WatchRound, WatchRounds, watchTable } from './watch-rounds.js';

/** As commander gives them. */
export interface WatchValues {
  readonly every: string;
  readonly by: string;
  readonly count?: string;
  readonly limit: string;
  readonly stacksOnly?: boolean;
  readonly debugfs?: string;
  readonly force?: boolean;
}

const CLEAR = '\x1b[H\x1b[2J';

/** `pageowner watch`. `input`: in place of the kernel's file. Throws a PageownerError. */
export async function runWatch(input: string | undefined, values: WatchValues): Promise<void> {
  const everyMs = everyOf(values.every);
  const by = keysNamed(values.by.split(','), 'dump');
  const count = numberOf('count', values.count, Infinity);
  const limit = numberOf('limit', values.limit, 20);
  const { debugfs = DEBUGFS } = values;
  const path = input ?? join(debugfs, values.stacksOnly ? 'page_owner_stacks/show_stacks' : 'page_owner');
  if (input === undefined && !values.stacksOnly) refuseMachine({ debugfs, output: '.', force: values.force === true });
  const rounds = new WatchRounds(by, Date.now());
  const view = process.stdout.isTTY
    ? new Screen(limit)
    : { show: (round: WatchRound) => print(lineOf(round, limit)), isPaused: false, end: () => {} };
  const ended = new AbortController();
  onSignal(() => {
    ended.abort();
    return true;
  });
  if (view instanceof Screen) view.listen(() => ended.abort());
  try {
    for (let i = 0; i < count && !ended.signal.aborted; i++) {
      const started = performance.now();
      const at = Date.now();
      const { signal } = ended;
      const snapshot = await loadSnapshot(path, { signal }).catch((error) => {
        if (signal.aborted) return undefined;
        throw error;
      });
      if (snapshot) view.show(rounds.add(snapshot, at));
      const left = everyMs - (performance.now() - started);
      if (i + 1 < count) await sleep(Math.max(0, left), undefined, { signal }).catch(() => {});
      while (view.isPaused && !signal.aborted) await sleep(100);
    }
  } finally {
    view.end();
  }
}

function numberOf(option: string, typed: string | undefined, byDefault: number): number {
  if (typed === undefined) return byDefault;
  if (/^[1-9]\d{0,6}$/.test(typed)) return Number(typed);
  throw usageError(`--${option} takes a whole number from 1 on, not ${quoted(typed)}`);
}

/** Of programs that read on: the groups that grew most. */
function lineOf(round: WatchRound, limit: number): string {
  return `${JSON.stringify({ ...round, rows: firstRows(round, 'g', limit) })}\n`;
}

/** A terminal that shows the last round, and takes keys. */
class Screen {
  private readonly limit: number;
  private order: Order = 'g';
  private last: WatchRound | undefined;
  isPaused = false;

  constructor(limit: number) {
    this.limit = limit;
  }

  show(round: WatchRound): void {
    this.last = round;
    this.draw();
  }

  /** Takes keys from now on. `quit`: what q and Ctrl-C do. */
  listen(quit: () => void): void {
    const { stdin } = process;
    if (!stdin.isTTY) return;
    stdin.setRawMode(true).resume();
    stdin.on('data', (bytes) => {
      for (const key of String(bytes)) {
        if (key === 'q' || key === '\x03') quit();
        else if (key === ' ') this.isPaused = !this.isPaused;
        else if (key in ORDERS) this.order = key as Order;
      }
      this.draw();
    });
  }

  end(): void {
    if (process.stdin.isTTY) process.stdin.setRawMode(false).pause();
  }

  private draw(): void {
    if (!this.last) return;
    const table = watchTable(this.last, this.order, this.limit, DEFAULT_PAGE_BYTES);
    const keys = Object.entries(ORDERS).map(([key, name]) => `${key} ${name}`);
    const state = this.isPaused ? 'paused; ' : '';
    print(
      `${CLEAR}${[...writeText([table], terminalOfStdout())].join('')}\n${state}order: ${keys.join(', ')}; space pauses; q ends\n`,
    );
  }
}
