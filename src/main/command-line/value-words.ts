import type { Option } from 'commander';

/** A word that may be typed, and what it means. */
export interface Word {
  readonly word: string;
  readonly help: string;
}

/** The words that an option takes. */
export interface WordList {
  readonly words: readonly Word[];
  /** Whether it takes several, with commas between. */
  readonly isList: boolean;
  /** Whether + or - may stand before each. */
  readonly hasSigns: boolean;
}

const LISTS = new WeakMap<Option, WordList>();

/** One of these, perhaps with more behind it. */
export function anyOf(names: readonly string[]): WordList {
  return { words: names.map((word) => ({ word, help: '' })), isList: false, hasSigns: false };
}

/** Says which words an option takes, for the completions. (Where the parser refuses all others, commander's choices say so.) */
export function takesWords(option: Option, list: WordList): Option {
  LISTS.set(option, list);
  return option;
}

export function wordListOf(option: Option): WordList | undefined {
  return LISTS.get(option);
}
