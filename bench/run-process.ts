import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { PageownerError } from '../src/main/base/errors.js';
import { undoAtEnd } from '../src/main/io/undo.js';

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** The file that takes stdout. Default: /dev/null. */
  readonly stdout?: string;
}

/** What one process cost, from its start to its end. */
export interface Cost {
  readonly seconds: number;
  /** User and system time of all its threads, in steps of 10 ms. Only GNU time tells it. */
  readonly cpuSeconds?: number;
  /** Largest resident set. */
  readonly peakBytes?: number;
}

const GNU_TIME = '/usr/bin/time';
const SAMPLE_MS = 10;
const KIB = 1024;

let gnuTime: boolean | undefined;

function hasGnuTime(): boolean {
  gnuTime ??= spawnSync(GNU_TIME, ['-q', '-f', '%M', 'true']).status === 0;
  return gnuTime;
}

/** For the report: where peak memory comes from. */
export function memoryMethod(): string {
  return hasGnuTime()
    ? 'peak memory and CPU time: GNU time (ru_maxrss of the process)'
    : `peak memory: VmHWM in /proc/PID/status, read every ${SAMPLE_MS} ms (${GNU_TIME} would be exact: install the package time)`;
}

/**
 * Runs a command to its end. Under GNU time if there is one: it forks from a small process. A child of this one would begin with our own
 * resident set as its largest. Throws if the command fails.
 */
export async function runProcess(command: Command): Promise<Cost> {
  const [program, args] = hasGnuTime()
    ? [GNU_TIME, ['-q', '-f', '%M %U %S', command.program, ...command.args]]
    : [command.program, command.args];
  const stdout = openSync(command.stdout ?? '/dev/null', 'w');
  try {
    const started = performance.now();
    // A process group of its own, so that all of it can be killed.
    const child = spawn(program, args, { stdio: ['ignore', stdout, 'pipe'], detached: true });
    const forget = undoAtEnd(() => killGroup(child));
    const sampled = hasGnuTime() ? undefined : samplePeak(child);
    const { ended, status, stderr } = await endOf(child);
    forget();
    const lines = stderr.trimEnd().split('\n');
    const costs = sampled ? '' : (lines.pop() ?? '');
    if (status !== 0) throw new PageownerError('input', `${shown(command)} failed (${status}): ${lines.at(-1) ?? ''}`);
    const seconds = (ended - started) / 1000;
    if (sampled) return { seconds, peakBytes: sampled() };
    const [kibibytes, user, system] = costs.split(' ').map(Number) as [number, number, number];
    return { seconds, cpuSeconds: user + system, peakBytes: kibibytes * KIB };
  } finally {
    closeSync(stdout);
  }
}

function killGroup(child: ChildProcess): void {
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
}

/** Resolves when the process is gone and its stderr is read. */
function endOf(child: ChildProcess): Promise<{ ended: number; status: string | number; stderr: string }> {
  let stderr = '';
  let ended = 0;
  child.stderr?.on('data', (bytes: Buffer) => {
    stderr += bytes.toString('latin1');
  });
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ ended, status: 'not started', stderr: error.message }));
    child.once('exit', () => {
      ended = performance.now();
    });
    child.once('close', (code, signal) => resolve({ ended, status: code ?? signal ?? 0, stderr }));
  });
}

/** Reads the peak of a running process again and again. Call what it returns for the last value. */
function samplePeak(child: ChildProcess): () => number {
  let peak = 0;
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'latin1');
      peak = Math.max(peak, Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1] ?? 0) * KIB);
    } catch {
      // It has just ended.
    }
  }, SAMPLE_MS);
  child.once('close', () => clearInterval(timer));
  return () => peak;
}

function shown({ program, args }: Command): string {
  return [program, ...args].join(' ');
}
