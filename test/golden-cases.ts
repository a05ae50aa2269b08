import { readFileSync } from 'node:fs';

/** One run of the C tool on a dump. */
export interface GoldenCase {
  readonly number: string;
  readonly args: readonly string[];
  /** The kernel whose tool ran. */
  readonly tool: string;
  /** `set`: the C tool's order is a fault that we do not keep, so only the groups are compared. */
  readonly compare: 'exact' | 'set';
}

/** Reads a fixture's cases.tsv. */
export function fixtureCases(path: string): GoldenCase[] {
  return rows(path).map(([number = '', tool = '', compare, , args = '']) => ({
    number,
    tool,
    compare: compare as GoldenCase['compare'],
    args: words(args),
  }));
}

/** The lines of a table below its first. */
export function rows(path: string): string[][] {
  const [, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  return lines.map((line) => line.split('\t'));
}

export function words(args: string): string[] {
  return args.split(' ').filter(Boolean);
}

/** The groups of a report, in an order of their own. */
export function asSet(report: Buffer): string {
  return report
    .toString('latin1')
    .split(/^(?=\d+ times, )/m)
    .sort()
    .join('');
}
