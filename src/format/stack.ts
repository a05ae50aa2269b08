import { isVmalloc, namesVmalloc } from './allocator.js';
import { LF, SPACE } from './bytes.js';
import { isPfnLine, mayHoldField } from './fields.js';

/**
 * The lines behind header and PFN line: frames, each of which begins with a space, and tail lines (memcg, migrate reason, slab), which do not. There are
 * few tails; apart from them, there are fewer stacks.
 */

/** Where the tail lines begin: behind the first LF that no space follows; `from` if the first line is one. */
export function tailStart(lines: Uint8Array, from: number, to: number): number {
  if (from === to || lines[from] !== SPACE) return from;
  for (let at = lines.indexOf(LF, from) + 1; ; at = lines.indexOf(LF, at) + 1)
    if (at >= to || lines[at] !== SPACE) return at;
}

/** What is known of a stack, or of tail lines, as bits. */
export const StackFlag = {
  /** It says nothing that changes how the rest of the block is read: the usual case. */
  PLAIN: 1,
  /** Its pages are vmalloc's. */
  VMALLOC: 4,
} as const;

export function stackFlags(lines: Uint8Array): number {
  return (isPlain(lines) ? StackFlag.PLAIN : 0) | (isVmalloc(lines, 0, lines.length) ? StackFlag.VMALLOC : 0);
}

/** Tail lines that name vmalloc are looked at together with the stack. */
export function tailFlags(lines: Uint8Array): number {
  return isPlain(lines) && !namesVmalloc(lines) ? StackFlag.PLAIN : 0;
}

function isPlain(lines: Uint8Array): boolean {
  return !hasPfnLine(lines) && !mayHoldField(lines, 0, lines.length);
}

function hasPfnLine(lines: Uint8Array): boolean {
  for (let at = 0; at < lines.length; at = lines.indexOf(LF, at) + 1)
    if (isPfnLine(lines, at, lines.length)) return true;
  return false;
}
