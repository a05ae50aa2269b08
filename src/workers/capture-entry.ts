import { PageOwnerFile, pfnOf, RECORD_BYTES, type RecordSource, readOn, readRange } from './page-owner-records.js';

/** What a thread that captures is asked for. */
export type CaptureTask =
  /** Records that start in a range of PFNs. */
  | { readonly path: string; readonly from: number; readonly to: number }
  /** Whether the file's position is a PFN. */
  | { readonly path: string; readonly probe: true }
  /** The next records, from the file's own position on: of one thread only. */
  | { readonly path: string; readonly next: number };

/** Each thread has one of its own: the kernel holds a lock for each open file. */
let open: { readonly path: string; readonly file: PageOwnerFile } | undefined;

/** What piscina calls. Returns RangeRecords, a boolean, or what readOn() returns. */
export default function capture(task: CaptureTask): unknown {
  if (open?.path !== task.path) {
    open?.file.close();
    open = { path: task.path, file: new PageOwnerFile(task.path) };
  }
  return answer(task, open.file);
}

/** The same for any file that reads as the kernel's does. */
export function answer(task: CaptureTask, file: RecordSource & Pick<PageOwnerFile, 'readOn'>): unknown {
  if ('probe' in task) return positionIsPfn(file);
  return 'next' in task ? readOn(file, task.next) : readRange(file, task.from, task.to);
}

/** It could as well count from the first PFN of the machine, which is not 0 on each. */
function positionIsPfn(file: RecordSource): boolean {
  const buffer = Buffer.alloc(RECORD_BYTES);
  const recordAt = (pfn: number): number | undefined => {
    const bytes = file.read(pfn, buffer);
    return bytes === 0 ? undefined : pfnOf(buffer.subarray(0, bytes));
  };
  const first = recordAt(0);
  return first === undefined || recordAt(first) === first;
}
