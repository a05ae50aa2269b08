import { fileURLToPath } from 'node:url';
import type { Command } from './run-process.js';

const SCRIPT = fileURLToPath(new URL('./scan-once.js', import.meta.url));

/** A process that only scans (see scan-once.ts). */
export function scanCommand(dump: string, threads: number, chunkBytes: number, output?: string): Command {
  const args = [SCRIPT, dump, String(threads), String(chunkBytes)];
  return { program: process.execPath, args, ...(output !== undefined && { stdout: output }) };
}
