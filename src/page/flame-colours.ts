import type { GraphNode } from './call-graph.js';
import { coloursOf, OTHER_COLOUR } from './canvas.js';

/** What the colour of a frame tells. */
export type Colouring = 'growth' | 'module' | 'kind';

// Light colours, on which black text is read in a dark page too.

/** Frames that a search finds. */
export const MATCH_COLOUR = 'hsl(300 75% 75%)';

/** Red: grew since the first snapshot; blue: shrank; the paler, the less of it. */
export function growthColour({ value, before }: GraphNode): string {
  const growth = value - before;
  const part = Math.min(1, Math.abs(growth) / Math.max(value, before, 1));
  return `hsl(${growth > 0 ? 5 : 215} ${Math.round(80 * part)}% ${Math.round(92 - 22 * part)}%)`;
}

/** A module has a hue of its own; the kernel itself is yellow to orange. */
export function moduleColour({ name }: GraphNode): string {
  const [, module] = / \[(.*)\]$/.exec(name) ?? [];
  return module
    ? `hsl(${150 + (hash(module) % 130)} 55% 72%)`
    : `hsl(${30 + (hash(name) % 25)} 85% ${68 + (hash(name) % 10)}%)`;
}

/** A frame has the colour of the kind that holds most of it. `entries`: what the colours mean, the largest kind first. */
export function kindColours(root: GraphNode): {
  readonly entries: readonly (readonly [kind: string, colour: string])[];
  readonly colourOf: (node: GraphNode) => string;
} {
  const entries = coloursOf(largestFirst(root.kinds));
  const byKind = new Map(entries);
  return { entries, colourOf: ({ kinds }) => byKind.get(largestFirst(kinds)[0] ?? '') ?? OTHER_COLOUR };
}

function largestFirst(kinds: ReadonlyMap<string, number>): string[] {
  return [...kinds].sort(([, a], [, b]) => b - a).map(([kind]) => kind);
}

function hash(text: string): number {
  let sum = 0;
  for (const character of text) sum = (sum * 31 + (character.codePointAt(0) as number)) >>> 0;
  return sum;
}
