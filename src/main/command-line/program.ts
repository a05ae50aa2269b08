import { type Command, CommanderError } from 'commander';
import { failureOf, noCommand, quoted } from '../base/errors.js';
import { isBlocked } from '../io/call.js';
import { undoAll } from '../io/undo.js';
import { print } from './print.js';

/** Signals that end a run, and the exit codes that shells give them. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

let takeOver: ((signal: string, exitCode: number) => boolean) | undefined;

/** For a command that ends in its own way: it gets each signal, and returns whether it handles it. */
export function onSignal(handler: typeof takeOver): void {
  takeOver = handler;
}

let leave: (exitCode: number) => never = process.exit;

/** For a command that process.exit would not end. */
export function leaveBy(other: typeof leave): void {
  leave = other;
}

/**
 * Runs a program to its end and exits.
 * @param args its arguments, without node and script
 * @param exitCode of a usage, input or output error
 */
export async function runProgram(program: Command, args: () => string[], exitCode: number): Promise<never> {
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      if (takeOver?.(signal, code)) return;
      undoAll();
      if (!isBlocked()) process.exit(code);
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    });
  }
  silenceErrors(program);
  try {
    await program.parseAsync(args(), { from: 'user' });
    undoAll();
    // A command may have found what it was to look for.
    leave(Number(process.exitCode ?? 0));
  } catch (error) {
    undoAll();
    if (error instanceof CommanderError && error.exitCode === 0) process.exit(0);
    process.stderr.write(`${program.name()}: ${messageOf(error)}\n`);
    leave(exitCode);
  }
}

/** Makes commander throw its errors, which are reported here like all others. */
function silenceErrors(command: Command): void {
  command.exitOverride().configureOutput({ writeOut: print, writeErr: () => {} });
  for (const sub of command.commands) silenceErrors(sub);
}

function messageOf(error: unknown): string {
  if (!(error instanceof CommanderError)) return failureOf(error).message;
  if (error.code === 'commander.help') return noCommand().message;
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n(Did you mean ');
  return `${quoted(message)} (${suggestion ? `did you mean ${suggestion.slice(0, -1)}` : 'try --help'})`;
}
