import { SYNTHETIC_DUMP, syntheticDump } from '../../src/format/synthetic-dump.js';
import { planSort, type SortPlan } from '../../src/main/sort-options.js';
import { Merger } from '../../src/merge/merger.js';
import type { Partial } from '../../src/merge/partial.js';
import { TypeScriptScanner } from '../../src/workers/typescript-scanner.js';

/** What the kernels work on: a generated dump in pieces, each one a chunk, and how it is to be grouped. */
export interface Material {
  readonly chunks: readonly Uint8Array<ArrayBuffer>[];
  readonly dump: Buffer;
  readonly plan: SortPlan;
}

export function material(bytes: number): Material {
  const chunks = [...syntheticDump({ ...SYNTHETIC_DUMP, bytes })];
  const plan = planSort({ input: '-', output: '-', cull: 'stacktrace' });
  return { chunks, dump: Buffer.concat(chunks), plan };
}

export function scanAll({ chunks, plan }: Material): Partial[] {
  const scanner = new TypeScriptScanner(plan.grouping);
  let offset = 0;
  return chunks.map((chunk) => {
    const partial = scanner.scan(chunk, offset);
    offset += chunk.length;
    return partial;
  });
}

export function mergeAll({ plan }: Material, partials: readonly Partial[]): Merger {
  const merger = new Merger(plan.grouping);
  for (const partial of partials) merger.add(partial);
  return merger;
}
