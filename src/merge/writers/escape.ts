import { rawByte } from '../../format/text.js';

/** Printable ASCII without the backslash: nearly all names. */
const PLAIN = /^[ -[\]-~]*$/;

/** What is not shown as itself: controls, bidi and zero-width characters, line separators, lone surrogates, private use, unassigned. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Also accents piled up over other lines, and a backslash that would read as the beginning of what is written for one of those. */
const UNSEEN_OR_ALIKE: RegExp = new RegExp(
  `${UNSEEN.source}|(?<=\\p{M}{4})\\p{M}|\\\\(?=x[01][\\da-f]|x5c|x7f|x[89a-f][\\da-f]|u\\{)`,
  'gu',
);

/**
 * What a terminal can be given: what it would act upon, or not show, is `\x1b` (ASCII), `\x80` (a byte that is not UTF-8, see decodeText) or `\u{202e}`.
 * No two texts look alike for it.
 */
export function visible(text: string): string {
  return PLAIN.test(text) ? text : text.replace(UNSEEN_OR_ALIKE, escaped);
}

function escaped(character: string): string {
  const code = character.codePointAt(0) as number;
  const byte = code < 0x80 ? code : rawByte(code);
  return byte === undefined ? `\\u{${code.toString(16)}}` : `\\x${byte.toString(16).padStart(2, '0')}`;
}

/** A string in JSON. What is not shown as itself is escaped, so that a terminal does nothing with it either, and a line stays one for any reader. */
export function jsonString(text: string): string {
  const json = JSON.stringify(text);
  return PLAIN.test(text) ? json : json.replace(UNSEEN, (character) => character.split('').map(unicodeEscape).join(''));
}

function unicodeEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
