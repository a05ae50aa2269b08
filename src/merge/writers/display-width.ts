/** How many columns of a terminal a text takes, and cutting it to fewer. For texts that went through `visible`. */

const ASCII = /^[ -~]*$/;

/** East Asian wide and fullwidth, and what is an emoji by itself. */
const WIDE =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}\p{Emoji_Presentation}]/u;

/** Drawn over the character before. What terminals do not agree on counts as a column, so that no line is too long. */
const COMBINING = /[\p{Mn}\p{Me}]/u;

const CUT = '…';

export function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

function characterWidth(character: string): number {
  if (character < '\u0300') return 1;
  return WIDE.test(character) ? 2 : COMBINING.test(character) ? 0 : 1;
}

/** `the begi…` */
export function cutEnd(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  return width < 1 ? '' : beginning(text, width - 1) + CUT;
}

/** `the b…he end`: of a path or a unit both ends tell something. */
export function cutMiddle(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  if (width < 1) return '';
  const start = beginning(text, Math.ceil((width - 1) / 2));
  return start + CUT + ending(text, Math.floor((width - 1) / 2));
}

function beginning(text: string, width: number): string {
  let left = width;
  let length = 0;
  for (const character of text) {
    left -= characterWidth(character);
    if (left < 0) break;
    length += character.length;
  }
  return text.slice(0, length);
}

function ending(text: string, width: number): string {
  const characters = [...text];
  let left = width;
  let from = characters.length;
  // A combining mark alone would be drawn over the cut.
  for (let at = from - 1; at >= 0; at--) {
    const taken = characterWidth(characters[at] as string);
    if ((left -= taken) < 0) break;
    if (taken > 0) from = at;
  }
  return characters.slice(from).join('');
}
