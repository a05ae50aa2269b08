import type { Columns } from '../merge/block-groups.js';
import type { Strings } from '../merge/dictionary.js';
import type { Counts, Partial } from '../merge/partial.js';
import {
  BATCH,
  COLUMN_NAMES,
  COLUMN_ROOM,
  Entry,
  type Kernel,
  KernelStrings,
  newColumn,
  readColumns,
  STRINGS_OF,
} from './kernel-instance.js';
import { MARGIN } from './scanner.js';

/** A kernel's groups and strings, to cross a thread. */
export function partialOf(kernel: Kernel, counts: Counts): Partial {
  const groups = {} as Columns;
  for (const name of COLUMN_NAMES) Object.assign(groups, { [name]: newColumn(kernel, name) });
  readColumns(kernel, groups, kernel.allocate(COLUMN_ROOM));
  const strings = STRINGS_OF.map((name, kind) => [name, stringsOf(kernel, kind)]);
  return { ...(Object.fromEntries(strings) as Pick<Partial, (typeof STRINGS_OF)[number]>), groups, counts };
}

/** The strings of one kind of a kernel, copied. */
export function stringsOf(kernel: Kernel, kind: number): Strings {
  const strings = new KernelStrings(kernel, kind);
  const ends = new Float64Array(strings.size);
  let length = 0;
  for (let id = 0; id < ends.length; id++) {
    length += strings.end(id) - strings.start(id);
    ends[id] = length;
  }
  const bytes = new Uint8Array(length);
  for (let id = 0; id < ends.length; id++) bytes.set(strings.get(id), id === 0 ? 0 : ends[id - 1]);
  return { bytes, ends };
}

/** Adds the groups of a partial to a kernel's. `read` fills in an entry of a kind that is new there. */
export function absorbPartial(kernel: Kernel, partial: Partial, read: (kind: number, entry: number) => void): void {
  const entries = STRINGS_OF.map((name, kind) => internStrings(kernel, kind, partial[name], read));
  const batch = kernel.allocate(COLUMN_NAMES.length * COLUMN_ROOM);
  const { groups } = partial;
  for (let from = 0; from < groups.mask.length; from += BATCH) {
    const to = Math.min(from + BATCH, groups.mask.length);
    COLUMN_NAMES.forEach((name, column) => {
      const Column = groups[name].constructor as Uint8ArrayConstructor;
      const room = new Column(kernel.memory.buffer, batch + column * COLUMN_ROOM, to - from);
      room.set(groups[name].subarray(from, to));
    });
    kernel.absorb(batch, COLUMN_ROOM, to - from, ...(entries as [number, number, number, number]));
  }
}

/** Returns where in the kernel's memory the entries of the strings stand, by their ids in the partial. */
function internStrings(
  kernel: Kernel,
  kind: number,
  { bytes, ends }: Strings,
  read: (kind: number, entry: number) => void,
): number {
  const entries = kernel.allocate(ends.length * Uint32Array.BYTES_PER_ELEMENT);
  const scratch = kernel.allocate(bytes.length + MARGIN);
  new Uint8Array(kernel.memory.buffer).set(bytes, scratch);
  const lengths = new Uint32Array(kernel.memory.buffer, entries, ends.length);
  for (let id = 0; id < ends.length; id++) {
    lengths[id] = (ends[id] as number) - (id === 0 ? 0 : (ends[id - 1] as number));
  }
  kernel.internAllOf(kind, scratch, entries, ends.length);
  const view = new DataView(kernel.memory.buffer);
  for (const entry of new Uint32Array(kernel.memory.buffer, entries, ends.length)) {
    if (view.getUint32(entry + Entry.FLAGS, true) === 0) read(kind, entry);
  }
  return entries;
}
