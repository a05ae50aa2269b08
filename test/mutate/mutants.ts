/** A source with one change. */
export interface Mutant {
  /** Where the change is in the source, in characters. */
  readonly index: number;
  readonly text: string;
  /** The line that is changed, as it was, without what is around it. */
  readonly line: string;
  readonly change: string;
}

/** What stands in code, and what is put in its place. Longer operators first. */
const CHANGES: readonly (readonly [RegExp, (found: string) => string])[] = [
  [/===|!==/g, (found) => (found === '===' ? '!==' : '===')],
  [/<=|>=/g, (found) => found.charAt(0)],
  [/(?<![<>=])[<>](?![<>=])/g, (found) => `${found}=`],
  [/&&|\|\|/g, (found) => (found === '&&' ? '||' : '&&')],
  [/\?\?/g, () => '&&'],
  [/ [+-] /g, (found) => (found === ' + ' ? ' - ' : ' + ')],
  [/ [*/] /g, (found) => (found === ' * ' ? ' / ' : ' * ')],
  [/\b(?:true|false)\b/g, (found) => (found === 'true' ? 'false' : 'true')],
  [/\b(?:min|max)\b/g, (found) => (found === 'min' ? 'max' : 'min')],
  [/\b(?:some|every)\b(?=\()/g, (found) => (found === 'some' ? 'every' : 'some')],
  [/(?<![\w.'"`])\d+(?:\.\d+)?(?![\w'"`])/g, (found) => String(Number(found) + (found.includes('.') ? 0.2 : 1))],
  [/(?<=if \()(?=\S)|(?<=return )!/g, (found) => (found === '!' ? '' : '!')],
];

/** Comments, texts and regular expressions, whose letters are no code. Texts with `${…}` are left out as a whole. */
const NO_CODE =
  /\/\*[\s\S]*?\*\/|\/\/.*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|(?<=[(=,] ?)\/(?![*/])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*|^import .*$|^export \{.*$/gm;

/** All mutants of a compiled source, in the order of their places. */
export function mutantsOf(source: string): Mutant[] {
  const code = source.replace(NO_CODE, (text) => text.replace(/[^\n]/g, '\0'));
  const found = CHANGES.flatMap(([pattern, changed]) =>
    [...code.matchAll(pattern)].map(({ 0: was, index }) => ({ was, index, becomes: changed(was) })),
  );
  return found
    .sort((a, b) => a.index - b.index)
    .map(({ was, index, becomes }) => {
      const from = source.lastIndexOf('\n', index - 1) + 1;
      const end = source.indexOf('\n', index);
      return {
        index,
        text: source.slice(0, index) + becomes + source.slice(index + was.length),
        line: source.slice(from, end < 0 ? undefined : end).trim(),
        change: `"${was}" becomes "${becomes}"`,
      };
    });
}
