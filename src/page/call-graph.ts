import { followCalls } from '../merge/insight/call-path.js';
import type { Frames } from '../merge/insight/insight-keys.js';
import type { Snapshot } from '../merge/insight/snapshot.js';

/** A frame of the flame graph. */
export interface GraphNode {
  readonly name: string;
  readonly parent: GraphNode | null;
  readonly depth: number;
  readonly children: Map<string, GraphNode>;
  /** In the last snapshot; pages or blocks. */
  value: number;
  /** In the first snapshot, if there are several. */
  before: number;
  /** What of `value` is of which kind; empty unless it was asked for. */
  readonly kinds: Map<string, number>;
}

export interface GraphOptions {
  /** Leaf first. */
  readonly inverted: boolean;
  readonly unit: 'pages' | 'blocks';
  /** Whether nodes tell kinds apart. */
  readonly hasKinds: boolean;
}

/** The call tree of snapshots. */
export function callGraph(
  first: Snapshot | undefined,
  last: Snapshot,
  frames: Frames,
  { inverted, unit, hasKinds }: GraphOptions,
): GraphNode {
  const root = newNode('all', null);
  add(last, 'value');
  if (first) add(first, 'before');
  return root;

  function add({ aggregate }: Snapshot, what: 'value' | 'before'): void {
    for (const row of aggregate.rows) {
      const names = frames.names(row.stack);
      const kind = hasKinds && what === 'value' ? frames.kind(row) : undefined;
      const count = (node: GraphNode): void => {
        node[what] += row[unit];
        if (kind) node.kinds.set(kind, (node.kinds.get(kind) ?? 0) + row[unit]);
      };
      count(root);
      followCalls(root, inverted ? names : names.toReversed(), newNode, count);
    }
  }
}

function newNode(name: string, parent: GraphNode | null): GraphNode {
  return {
    name,
    parent,
    depth: parent ? parent.depth + 1 : 0,
    children: new Map(),
    value: 0,
    before: 0,
    kinds: new Map(),
  };
}

/** Names from the root, without it, to a node. */
export function pathOf(node: GraphNode): string[] {
  const names: string[] = [];
  for (let at: GraphNode | null = node; at?.parent; at = at.parent) names.push(at.name);
  return names.reverse();
}

/** The node at a path, or the nearest above it that is there. */
export function nodeAt(root: GraphNode, path: readonly string[]): GraphNode {
  let node = root;
  for (const name of path) {
    const next = node.children.get(name);
    if (!next) break;
    node = next;
  }
  return node;
}

/** What of a node's value is in frames, it and those below it, whose names match; a frame below another that matches counts once. */
export function matchedValue(root: GraphNode, matches: (node: GraphNode) => boolean): number {
  let sum = 0;
  const open = [root];
  for (let node = open.pop(); node; node = open.pop()) {
    if (matches(node)) sum += node.value;
    else for (const child of node.children.values()) open.push(child);
  }
  return sum;
}

/** A node's place: x and width as shares of the width of the zoomed one. */
export interface Placed {
  readonly node: GraphNode;
  readonly x: number;
  readonly width: number;
  readonly row: number;
}

/** No canvas of a browser is higher than some 32,000 pixels: stacks of damaged text can be deeper. */
const MOST_ABOVE = 100;
const MOST_BELOW = 400;

/** The nodes that are at least `least` wide: the zoomed one, those above it at full width, and those below it. */
export function layOut(zoomed: GraphNode, least: number): Placed[] {
  const above: Placed[] = [];
  const top = Math.max(0, zoomed.depth - MOST_ABOVE);
  for (let at = zoomed.parent; at && at.depth >= top; at = at.parent)
    above.push({ node: at, x: 0, width: 1, row: at.depth - top });
  const placed: Placed[] = [];
  const open: Placed[] = [{ node: zoomed, x: 0, width: 1, row: zoomed.depth - top }];
  for (let next = open.pop(); next; next = open.pop()) {
    placed.push(next);
    if (next.node.depth - zoomed.depth >= MOST_BELOW) continue;
    let x = next.x;
    const children = [...next.node.children.values()].sort((a, b) => b.value - a.value || (a.name < b.name ? -1 : 1));
    for (const node of children) {
      const width = zoomed.value === 0 ? 0 : node.value / zoomed.value;
      if (width >= least) open.push({ node, x, width, row: node.depth - top });
      x += width;
    }
  }
  return [...above, ...placed];
}
