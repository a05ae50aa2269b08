import { quoted, usageError } from '../../base/errors.js';

/** A quoted part, a character behind a backslash, or plain ones. */
const PART = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+)/sy;

/** Divides a command as a shell does, quotes and backslashes too; there are no variables. Throws a usage error for a quote without its end. */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (let at = 0; at < text.length; ) {
    if (/\s/.test(text.charAt(at))) {
      at++;
      continue;
    }
    let word = '';
    while (at < text.length && !/\s/.test(text.charAt(at))) {
      PART.lastIndex = at;
      const match = PART.exec(text);
      if (!match) throw usageError(`a quote or backslash without its end: ${quoted(text)}`);
      const [, single, double, escaped, plain] = match;
      word += single ?? double?.replace(/\\(["\\])/g, '$1') ?? escaped ?? plain;
      at = PART.lastIndex;
    }
    words.push(word);
  }
  return words;
}
