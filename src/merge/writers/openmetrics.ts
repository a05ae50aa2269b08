import { plainNumber } from './number-text.js';

/** Samples of one name: a gauge each, which every reader knows. */
export interface MetricFamily {
  /** Ends with the unit, where there is one: `pageowner_read_bytes`. */
  readonly name: string;
  readonly help: string;
  readonly unit?: string;
  readonly samples: readonly MetricSample[];
}

export interface MetricSample {
  /** Values may hold any character; an empty one is as good as none. */
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | bigint;
}

const METRIC_NAME = /^[a-zA-Z_:][\w:]*$/;
const LABEL_NAME = /^(?!__)[a-zA-Z_]\w*$/;

/** UTF-8 has none of these alone. */
const LONE_SURROGATES = /\p{Cs}/gu;

/**
 * Text of OpenMetrics 1.0 that the older parser of Prometheus reads too, which node_exporter has: what it does not know (`# UNIT`, `# EOF`) is a comment to
 * it. A family without samples is left out. Throws for what one of the two would refuse, or understand in another way: a name that is none, a
 * unit that is not in the name, a quote in a help, a value that is no number, a family or a series that is there twice.
 */
export function* writeOpenMetrics(families: Iterable<MetricFamily>): Generator<string> {
  const names = new Set<string>();
  for (const family of families) {
    check(METRIC_NAME.test(family.name), family, 'is no name');
    check(!names.has(family.name), family, 'is there twice');
    names.add(family.name);
    if (family.samples.length > 0) yield* familyLines(family);
  }
  yield '# EOF\n';
}

function* familyLines(family: MetricFamily): Generator<string> {
  const { name, help, unit, samples } = family;
  check(unit === undefined || name.endsWith(`_${unit}`), family, `does not end with _${unit}`);
  // One parser wants it escaped, and the other does not know this escape.
  check(!help.includes('"'), family, 'has a quote in its help');
  yield `# TYPE ${name} gauge\n`;
  if (unit !== undefined) yield `# UNIT ${name} ${unit}\n`;
  yield `# HELP ${name} ${escaped(help)}\n`;
  const series = new Set<string>();
  for (const { labels, value } of samples) {
    const text = labelsText(family, labels);
    check(!series.has(text), family, `has two samples of ${text || 'no labels'}`);
    series.add(text);
    const number = plainNumber(value);
    check(number !== undefined, family, `has a sample that is no number: ${text}`);
    yield `${name}${text} ${number}\n`;
  }
}

/** `{dump="web-1",kind="slab"}`, by name; equal for what Prometheus takes for one series. */
function labelsText(family: MetricFamily, labels: MetricSample['labels']): string {
  const pairs = Object.entries(labels)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => {
      check(LABEL_NAME.test(name), family, `has a label that is no name: ${name}`);
      return `${name}="${escaped(value)}"`;
    });
  return pairs.length === 0 ? '' : `{${pairs.sort().join(',')}}`;
}

/** Also a text that goes between quotes. */
function escaped(text: string): string {
  return text.replace(LONE_SURROGATES, '\ufffd').replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n');
}

function check(holds: boolean, { name }: MetricFamily, what: string): void {
  if (!holds) throw new Error(`internal error: metric ${name} ${what}`);
}
