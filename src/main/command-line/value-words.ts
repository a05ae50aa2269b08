import type { Argument, Option } from 'commander';

/** A word that may be typed, and what it means. */
export interface Word {
  readonly word: string;
  readonly help: string;
}

/** The words that an option or an operand takes. */
export interface WordList {
  readonly words: readonly Word[];
  /** Whether it takes several, with commas between. */
  readonly isList: boolean;
  /** Whether + or - may stand before each. */
  readonly hasSigns: boolean;
}

const LISTS = new WeakMap<Option | Argument, WordList>();

/** One of these, perhaps with more behind it. */
export function anyOf(names: readonly string[]): WordList {
  return { words: names.map((word) => ({ word, help: '' })), isList: false, hasSigns: false };
}

/** Says which words an option or an operand takes, for the completions. (Where the parser refuses all others, commander's choices say so.) */
export function takesWords<T extends Option | Argument>(taker: T, list: WordList): T {
  LISTS.set(taker, list);
  return taker;
}

export function wordListOf(taker: Option | Argument): WordList | undefined {
  return LISTS.get(taker);
}
