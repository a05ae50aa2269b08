import { SYNTHETIC_DUMP, syntheticDump } from '../../src/format/synthetic-dump.js';
import { planSort, type SortPlan } from '../../src/main/sorting/sort-options.js';
import type { Table } from '../../src/merge/group-table.js';
import type { Partial } from '../../src/merge/partial.js';
import { KernelScanner } from '../../src/workers/kernel-scanner.js';
import type { Scanner } from '../../src/workers/scanner.js';

/** What the parts work on: a generated dump in pieces, each one a chunk, and how it is to be grouped. */
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
  let offset = 0;
  return chunks.map((chunk) => {
    const partial = scanChunk(new KernelScanner(plan.scan.grouping), chunk, offset);
    offset += chunk.length;
    return partial;
  });
}

/** What a new scanner makes of whole blocks. */
export function scanChunk(scanner: Scanner, chunk: Uint8Array, offset: number): Partial {
  const place = scanner.allocate(chunk.length);
  scanner.memory.set(chunk, place);
  scanner.scan(place, place + chunk.length, offset - place);
  return scanner.finish();
}

export function mergeAll({ plan }: Material, partials: readonly Partial[]): Table {
  const scanner = new KernelScanner(plan.scan.grouping);
  for (const partial of partials) scanner.absorb(partial);
  return scanner.table();
}
