import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { undoAtEnd } from '../io/undo.js';

/** A folder that is gone at the end of the run, also on SIGINT. In TMPDIR: a benchmark of files in memory needs it on a tmpfs. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pageowner-bench-'));
  // A process that is being killed may still create a file.
  undoAtEnd(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}
