import type { Aggregate } from '../aggregate/aggregate.js';

/** What an input of some form can answer; what it cannot is null in reports. */
export interface Answers {
  /** Allocations, not only pages. */
  readonly blocks: boolean;
  readonly pages: boolean;
  /** When pages were allocated: `age`, and what was born in `diff`. */
  readonly times: boolean;
  /** Who allocated them: command, pid, tgid. */
  readonly tasks: boolean;
  /** Where pages are: node, zone, pageblock, which `frag` needs. */
  readonly places: boolean;
}

export type FormId = 'dump' | 'aggregate' | 'sorted' | 'stacks' | 'handles' | 'log' | 'allocinfo';

/** A form that inputs have: one file each, and one line in forms.ts. */
export interface Form {
  readonly id: FormId;
  /** As messages name it: `a page_owner dump`. */
  readonly title: string;
  readonly answers: Answers;
  /** Whether an input is of it: by its first tens of KB, unpacked, one character a byte. */
  isIt(start: string): boolean;
  /** How it is read, if it is no dump, which is scanned. */
  readonly reading: Reading;
}

type Reading =
  /** Blocks as they stand. */
  | { readonly kind: 'blocks' }
  /** Lines of a log, from which blocks or page reports are taken out. */
  | { readonly kind: 'log' }
  /** Read as a whole, into a snapshot. Throws an Error that says what cannot be read. */
  | {
      readonly kind: 'whole';
      readonly read: (content: Uint8Array<ArrayBuffer>, options: ReadOptions) => Aggregate | Promise<Aggregate>;
    }
  /** Bytes by place in the source: no pages, no stacks. */
  | { readonly kind: 'sites' };

interface ReadOptions {
  /** Where only the sums of many saved aggregates are wanted. */
  readonly many?: { readonly stacks: Map<string, readonly string[]> };
}

export const EVERYTHING: Answers = { blocks: true, pages: true, times: true, tasks: true, places: true };
