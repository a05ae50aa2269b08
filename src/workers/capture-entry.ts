import { PageOwnerFile, pfnOf, RECORD_BYTES, type RecordSource, readOn, readRange } from './page-owner-records.js';
import { type RecordFilter, type RecordSelection, recordFilter } from './record-filter.js';
import { ResolvedRecords } from './resolved-records.js';

/** How threads read. */
export interface Reading {
  readonly path: string;
  /** What each tells the kernel of its open file before it reads: words apart by blanks, none for a kernel that takes none. */
  readonly words: readonly string[];
  /** Whether stacks are read by their handles: faster, where the kernel has them. */
  readonly resolves: boolean;
  /** What is left out of what the kernel gives. */
  readonly selection: RecordSelection;
}

/** What a thread that captures is asked for. */
export type CaptureTask =
  /** Which of these words the kernel takes. Asked first. */
  | { readonly path: string; readonly ask: readonly string[] }
  /** Records that start in a range of PFNs. */
  | { readonly reading: Reading; readonly from: number; readonly to: number }
  /** Whether the file's position is a PFN. */
  | { readonly reading: Reading; readonly probe: true }
  /** The next records, from the file's own position on: of one thread only. */
  | { readonly reading: Reading; readonly next: number };

/** A file that reads as the kernel's does. */
export type PageOwner = RecordSource & Pick<PageOwnerFile, 'readOn' | 'tell' | 'close'>;

/** Opens it; `r+`: to be told words, too. */
export type Opener = (path: string, flags: 'r' | 'r+') => PageOwner;

/** Opens the kernel's. */
export const openPageOwner: Opener = (path, flags) => new PageOwnerFile(path, flags);

const capture: (task: CaptureTask) => unknown = captureWith(openPageOwner);
/** What piscina calls. */
export default capture;

/** What a thread does. It returns the words that the kernel takes, RangeRecords, a boolean, or what readOn() returns. */
export function captureWith(open: Opener): (task: CaptureTask) => unknown {
  /** Each thread has one of its own: the kernel holds a lock for each open file. A capture has its own threads. */
  let source: (RecordSource & Pick<PageOwnerFile, 'readOn'>) | undefined;
  let filter: RecordFilter | undefined;
  return (task) => {
    if ('ask' in task) return wordsTaken(task.path, task.ask, open);
    if (!source) {
      source = opened(task.reading, open);
      filter = recordFilter(task.reading.selection);
    }
    if ('probe' in task) return positionIsPfn(source);
    return 'next' in task ? readOn(source, task.next, filter) : readRange(source, task.from, task.to, filter);
  };
}

function opened({ path, words, resolves }: Reading, open: Opener): RecordSource & Pick<PageOwnerFile, 'readOn'> {
  if (resolves) return new ResolvedRecords(told(path, [...words, HANDLES], open), told(path, [...words, BOTH], open));
  return words.length > 0 ? told(path, words, open) : open(path, 'r');
}

function told(path: string, words: readonly string[], open: Opener): PageOwner {
  const file = open(path, 'r+');
  file.tell(words.join(' '));
  return file;
}

/** What the kernel prints of a stack. */
const HANDLES = 'mode=handle';
const BOTH = 'mode=stack_handle';
/** Words of all kernels that can give handles for stacks. */
export const WORDS_OF_HANDLES: readonly string[] = [HANDLES, BOTH];

/** A word that all kernels take that take any, and that changes nothing. */
const HARMLESS = 'mode=stack';

/** Which of these words the kernel takes. undefined: its file takes none at all, as before Linux 7.3. */
export function wordsTaken(
  path: string,
  words: readonly string[],
  open: Opener = openPageOwner,
): readonly string[] | undefined {
  let file: PageOwner;
  try {
    file = open(path, 'r+');
  } catch {
    // What it is will be told where it is opened to be read.
    return undefined;
  }
  const takes = (word: string): boolean => {
    try {
      file.tell(word);
      return true;
    } catch {
      // EINVAL: it does not know the word, or not such a value; E2BIG: too many values.
      return false;
    }
  };
  try {
    return takes(HARMLESS) ? words.filter(takes) : undefined;
  } finally {
    file.close();
  }
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
