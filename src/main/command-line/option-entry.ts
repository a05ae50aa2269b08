import type { WordList } from './value-words.js';

/** One option of `page_owner_sort` and `pageowner sort`. A table of them makes the parser, the abbreviations and --help. */
export interface OptionEntry {
  /** Name of the value in what commander gives, and in SortOptions where it is passed on. */
  readonly id: string;
  readonly short?: string;
  readonly long?: string;
  /** Placeholder of the value; absent: the option takes none. */
  readonly value?: string;
  /** What the option means where its value is left out (`--stats`); such an option takes its value only after `=`. */
  readonly impliedValue?: string;
  readonly choices?: readonly string[];
  /** Keys that the value is a list of. */
  readonly list?: WordList;
  /** Values of a repeated option: the last counts, unless they are joined into one comma list. */
  readonly joins?: true;
  /** In the kernel's tool too: its names win where an abbreviation could mean several. */
  readonly isKernels?: true;
  readonly group: string;
  readonly help: string;
}
