import { writeSync } from 'node:fs';

const STDERR_FD = 2;

type Level = 'info' | 'warning' | 'error';

/** What a batch says while it runs, a line each: to people only what is wrong, to programs all. */
export interface Log {
  readonly shows: (level: Level) => boolean;
  /** `fields`: what a program wants to know besides. */
  say(level: Level, event: string, message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** `pageowner: web1: cannot read …` */
export const TEXT_LOG: Log = {
  shows: (level) => level !== 'info',
  say: (level, _event, message) => {
    if (TEXT_LOG.shows(level)) put(`pageowner: ${message}\n`);
  },
};

/** JSON lines, for journald and its like. `priority` is that of syslog(3). */
export const JSON_LOG: Log = {
  shows: () => true,
  say: (level, event, message, fields = {}) => {
    const time = new Date().toISOString();
    put(`${JSON.stringify({ time, level, priority: PRIORITY[level], event, message, ...fields })}\n`);
  },
};

const PRIORITY: Readonly<Record<Level, number>> = { info: 6, warning: 4, error: 3 };

/** The batch goes on where no one listens any more. */
function put(line: string): void {
  const bytes = Buffer.from(line);
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(STDERR_FD, bytes, done);
  } catch {
    // stderr is closed or full.
  }
}
