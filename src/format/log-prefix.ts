import { LAYERS, type Layer, SHORT_MONOTONIC } from './log-prefix-layers.js';

/** The prefix that a log has on each of its lines, as it stands in front of what the kernel printed. */
export interface LogPrefix {
  /** What it is made of, outermost first: `mail quote, syslog, printk time`. */
  readonly name: string;
  /** The line without prefix and CR, given without its LF; undefined if it has another prefix: it is another program's. */
  strip(line: string): string | undefined;
}

/** Any program. */
const TAG = String.raw`([^\s:[\]()]{1,64})`;
const KERNEL = 'kernel';
const PATTERNS: readonly { layer: Layer; pattern: RegExp }[] = LAYERS.map((layer) => ({
  layer,
  pattern: new RegExp(`^${layer.source(TAG)}`),
}));

/** What begins a line of page_owner's own, so that all in front of it is prefix. */
const ANCHOR =
  /Page allocated via order \d|PFN (?:0x[\da-f]+|\d+) |page (?:last )?allocated via order \d|page_owner (?:tracks|info is) |page dumped because: |page: ?(?:\S{1,20} )?(?:ref)?count:/;
/** Nothing in front of an anchor is longer. */
const LONGEST = 500;

/**
 * Finds which prefix the lines have, from the beginning of a text: some tens of KB. What stands in front of lines of page_owner decides; where there
 * are none, what most lines have.
 * @returns undefined where lines have none
 */
export function findLogPrefix(start: string): LogPrefix | undefined {
  const lines = start.split('\n', 5000).map(withoutCr);
  const heads: (readonly Part[])[] = [];
  for (const line of lines) {
    const anchor = line.slice(0, LONGEST + 80).search(ANCHOR);
    if (anchor < 0 || anchor > LONGEST) continue;
    const { parts, length } = readParts(line.slice(0, anchor));
    if (length === anchor) heads.push(parts);
  }
  const parts = heads.length > 0 ? commonest(heads)?.parts : partsOfMost(lines);
  return parts?.length ? prefixOf(parts) : undefined;
}

/** A kind of prefix as it was found, the program named: only lines with the same are of this log. */
interface Part {
  readonly name: string;
  readonly source: string;
}

interface Counted {
  readonly parts: readonly Part[];
  count: number;
}

/** The prefix that at least half of the lines have; or two lines of the kernel's in a log of the whole system. */
function partsOfMost(lines: readonly string[]): readonly Part[] | undefined {
  const written = lines.filter((line) => line !== '');
  const heads = written.map((line) => readParts(line.slice(0, LONGEST), KERNEL).parts);
  const found = commonest(heads.filter((parts) => parts.length > 0));
  if (!found) return undefined;
  const isKernels = found.parts.some(({ name }) => name === 'syslog' || name === 'logcat' || name === SHORT_MONOTONIC);
  return found.count * 2 >= written.length || (isKernels && found.count >= 2) ? found.parts : undefined;
}

function commonest(heads: readonly (readonly Part[])[]): Counted | undefined {
  const counts = new Map<string, Counted>();
  for (const parts of heads) {
    const key = parts.map(({ source }) => source).join('\n');
    const known = counts.get(key) ?? { parts, count: 0 };
    known.count++;
    counts.set(key, known);
  }
  let best: Counted | undefined;
  for (const counted of counts.values()) if (!best || counted.count > best.count) best = counted;
  return best;
}

/**
 * Reads parts from the beginning of a line, as many as there are.
 * @param tag of what program the line must be; undefined where the text is known to be all prefix
 */
function readParts(text: string, tag?: string): { parts: readonly Part[]; length: number } {
  const parts: Part[] = [];
  let rest = text;
  const next = () => partAt(rest, tag) ?? (tag === undefined ? indentAt(rest) : undefined);
  for (let part = quoteAt(rest) ?? next(); part; part = next()) {
    parts.push(part);
    rest = rest.slice(part.length);
  }
  return { parts, length: text.length - rest.length };
}

type FoundPart = Part & { readonly length: number };

/** `> ` of a mail, `>> ` or `> > ` of an answer to it. Whether a blank follows must be known: a frame begins with one of its own. */
function quoteAt(text: string): FoundPart | undefined {
  const [quote, last = ''] = /^(?:> ?){0,20}>( ?)/.exec(text) ?? [];
  if (quote === undefined) return undefined;
  const depth = quote.split('>').length - 1;
  const source = `(?:> ?){${depth - 1}}>${last && '(?: |$)'}`;
  return { name: 'mail quote', source, length: quote.length };
}

/** The blanks that bug trackers set before each line of a quotation. Frames begin with a blank too: only what is known to be prefix tells how many. */
function indentAt(text: string): FoundPart | undefined {
  const [indent] = /^[ \t]+/.exec(text) ?? [];
  return indent ? { name: 'indent', source: `(?:${indent}|[ \\t]*$)`, length: indent.length } : undefined;
}

function partAt(text: string, tag: string | undefined): FoundPart | undefined {
  for (const { layer, pattern } of PATTERNS) {
    const match = pattern.exec(text);
    if (!match) continue;
    const [all, found = ''] = match;
    if (found && tag !== undefined && found !== tag) {
      // `[   12.3] Memory: ` is also how messages of the kernel itself begin.
      if (layer.name === SHORT_MONOTONIC) continue;
      return undefined;
    }
    return { name: layer.name, source: layer.source(literal(found)), length: all.length };
  }
  return undefined;
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}

function prefixOf(parts: readonly Part[]): LogPrefix {
  const pattern = new RegExp(`^${parts.map(({ source }) => source).join('')}`);
  return {
    name: parts.map(({ name }) => name).join(', '),
    strip(line) {
      const text = withoutCr(line);
      const found = pattern.exec(text);
      return found ? text.slice(found[0].length) : undefined;
    },
  };
}

/** The line without the CRs of a serial console at its end. */
export function withoutCr(line: string): string {
  let to = line.length;
  while (to > 0 && line.charCodeAt(to - 1) === 0x0d) to--;
  return to === line.length ? line : line.slice(0, to);
}
