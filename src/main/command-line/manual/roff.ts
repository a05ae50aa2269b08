/** The language of manual pages: man(7). */

const LINE_WIDTH = 78;

const SPECIAL: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '^': '\\(ha',
  '~': '\\(ti',
  '`': '\\(ga',
  "'": '\\(aq',
  '"': '\\(dq',
};

/** Text as it is meant. Hyphens become minus signs, which can be copied into a shell. */
export function escaped(text: string): string {
  return text
    .replace(/[\\^~`'"]/g, (character) => SPECIAL[character] as string)
    .replaceAll('-', '\\-')
    .replace(/[^\0-\x7f]/gu, (character) => `\\[u${hex(character)}]`);
}

function hex(character: string): string {
  return (character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0');
}

export function bold(text: string): string {
  return `\\fB${escaped(text)}\\fR`;
}

export function italic(text: string): string {
  return `\\fI${escaped(text)}\\fR`;
}

/** Escaped text in lines of the source, of which none begins as a request does. */
export function filled(source: string): string[] {
  const lines: string[] = [];
  for (const word of source.split(/\s+/).filter(Boolean)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < LINE_WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => (/^[.']/.test(line) ? `\\&${line}` : line));
}

/** Lines kept as they are, in a typewriter's letters. */
export function literal(text: readonly string[]): string[] {
  const kept = text.map(escaped).map((line) => (/^[.']/.test(line) ? `\\&${line}` : line));
  return ['.EX', ...kept, '.EE'];
}

/** A term, and below it what it means. */
export function tagged(term: string, text: string): string[] {
  return ['.TP', ...filled(term), ...filled(text)];
}
