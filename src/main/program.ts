import { readFileSync } from 'node:fs';
import { type Command, CommanderError } from 'commander';
import { isBlocked } from './call.js';
import { noCommand, outOfMemory, PageownerError, quoted } from './errors.js';
import { print } from './print.js';
import { undoAll } from './undo.js';

/** Signals that end a run, and the exit codes that shells give them. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Runs a program to its end and exits.
 * @param args its arguments, without node and script
 * @param exitCode of a usage, input or output error
 */
export async function runProgram(program: Command, args: () => string[], exitCode: number): Promise<never> {
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      undoAll();
      if (!isBlocked()) process.exit(code);
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    });
  }
  silenceErrors(program);
  program.version(version(), '--version', 'show the version');
  try {
    await program.parseAsync(args(), { from: 'user' });
    undoAll();
    // A command may have found what it was to look for.
    process.exit(process.exitCode ?? 0);
  } catch (error) {
    undoAll();
    if (error instanceof CommanderError && error.exitCode === 0) process.exit(0);
    process.stderr.write(`${program.name()}: ${messageOf(error)}\n`);
    process.exit(exitCode);
  }
}

/** Makes commander throw its errors, which are reported here like all others. */
function silenceErrors(command: Command): void {
  command
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: () => {} })
    .showSuggestionAfterError(false);
  for (const sub of command.commands) silenceErrors(sub);
}

function messageOf(error: unknown): string {
  if (error instanceof PageownerError) return error.message;
  if (error instanceof CommanderError) {
    if (error.code === 'commander.help') return noCommand().message;
    return `${quoted(error.message.replace(/^error: /, ''))} (try --help)`;
  }
  if (isOutOfMemory(error)) return outOfMemory(error as Error).message;
  return `internal error: ${(error as Error).stack?.split('\n').slice(0, 3).join(' ') ?? String(error)}`;
}

/** As V8 says it, and as the kernel of the scan does, whose memory ends at 4 GiB. */
function isOutOfMemory(error: unknown): boolean {
  return (
    error instanceof WebAssembly.RuntimeError || (error instanceof RangeError && /alloc|memory/i.test(error.message))
  );
}

export function version(): string {
  const file = new URL('../../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
