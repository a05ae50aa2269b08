import { followCalls } from './call-path.js';
import { Frames, type InsightKey, type KeyRule, type KeyValue } from './insight-keys.js';
import { compareTexts, groupRows } from './row-groups.js';
import { type RowSelection, selectRows } from './selection.js';
import { factsOf, type Snapshot, type SnapshotFacts } from './snapshot.js';

export interface TreeOptions extends KeyRule, TreeShape {
  /** A tree for each value of these; none: one tree. */
  readonly by: readonly InsightKey[];
  readonly selection: RowSelection;
}

export interface TreeShape {
  readonly pageBytes: number;
  /** Whether the functions that allocate are at the top, and not those that all calls begin with. */
  readonly inverted: boolean;
  /** Of all selected pages, 0 to 1: smaller branches are summed. */
  readonly minShare: number;
  /** Lines below a root at most, one below the other. */
  readonly depth: number;
}

/** The call tree of a dump. Fields as in JSON. */
export interface CallTree {
  readonly schema: 'pageowner.tree/1';
  readonly dump: SnapshotFacts;
  readonly by: readonly string[];
  readonly inverted: boolean;
  readonly totals: { readonly pages: number; readonly bytes: number };
  /** Each branch before its children, the most pages first; `level` says whose child it is. */
  readonly rows: readonly TreeRow[];
}

/** A branch: functions, each called by the one before (inverted: calling it), that hold the same pages. */
export interface TreeRow {
  readonly level: number;
  /** Values of `by`, in the line above the roots of their tree. */
  readonly key: readonly KeyValue[] | null;
  /** Empty where `key` is there, and for what was summed. */
  readonly frames: readonly string[];
  readonly pages: number;
  readonly bytes: number;
  /** Of all selected pages. */
  readonly share: number;
  /** Pages of stacks that end here. */
  readonly self_pages: number;
  /** How many smaller or deeper branches this line sums up; 0: it is a branch itself. */
  readonly summed: number;
}

interface Node {
  readonly name: string;
  pages: number;
  self: number;
  readonly children: Map<string, Node>;
}

export function callTreeOf(snapshot: Snapshot, options: TreeOptions): CallTree {
  const { by, selection, pageBytes, inverted } = options;
  const frames = new Frames(options);
  const selected = selectRows(snapshot.aggregate.rows, selection);
  const total = selected.reduce((sum, { pages }) => sum + pages, 0);
  const rows: TreeRow[] = [];
  const write = new TreeWriter(options, total, rows);
  if (by.length === 0) write.children(rootOf(selected, frames, inverted), 0);
  for (const { values, rows: own, pages } of by.length > 0 ? groupRows(selected, by, frames, snapshot.path) : []) {
    if (pages < options.minShare * total) continue;
    write.key(values, pages);
    write.children(rootOf(own, frames, inverted), 1);
  }
  return {
    schema: 'pageowner.tree/1',
    dump: factsOf(snapshot),
    by: by.map(({ name }) => name),
    inverted,
    totals: { pages: total, bytes: total * pageBytes },
    rows,
  };
}

function rootOf(
  rows: readonly { readonly stack: readonly string[]; readonly pages: number }[],
  frames: Frames,
  inverted: boolean,
): Node {
  const root = newNode('');
  for (const { stack, pages } of rows) {
    const names = frames.names(stack);
    const end = followCalls(root, inverted ? names : names.toReversed(), newNode, (node) => {
      node.pages += pages;
    });
    end.self += pages;
  }
  return root;
}

function newNode(name: string): Node {
  return { name, pages: 0, self: 0, children: new Map() };
}

/** Writes branches in order. Stacks of damaged text can be deep, so nothing here calls itself. */
class TreeWriter {
  private readonly options: TreeOptions;
  private readonly total: number;
  private readonly rows: TreeRow[];

  constructor(options: TreeOptions, total: number, rows: TreeRow[]) {
    this.options = options;
    this.total = total;
    this.rows = rows;
  }

  key(values: readonly KeyValue[], pages: number): void {
    this.write({ level: 0, key: values, frames: [], pages, self_pages: 0, summed: 0 });
  }

  /** What is below a node, without itself. */
  children(root: Node, firstLevel: number): void {
    const { depth } = this.options;
    const open: { readonly node: Node; readonly level: number; readonly summed: number }[] = [];
    const push = (node: Node, level: number): void => {
      const { shown, rest } = this.split(node, level - firstLevel >= depth);
      if (rest.count > 0) open.push({ node: { ...newNode(''), pages: rest.pages }, level, summed: rest.count });
      for (const child of shown.reverse()) open.push({ node: child, level, summed: 0 });
    };
    push(root, firstLevel);
    for (let next = open.pop(); next; next = open.pop()) {
      const { node, level, summed } = next;
      if (summed > 0) {
        this.write({ level, key: null, frames: [], pages: node.pages, self_pages: 0, summed });
        continue;
      }
      const { frames, end } = chain(node);
      this.write({ level, key: null, frames, pages: node.pages, self_pages: end.self, summed: 0 });
      push(end, level + 1);
    }
    if (root.self > 0)
      this.write({
        level: firstLevel,
        key: null,
        frames: ['(no stack)'],
        pages: root.self,
        self_pages: root.self,
        summed: 0,
      });
  }

  private split(node: Node, isDeepest: boolean): { shown: Node[]; rest: { count: number; pages: number } } {
    const least = this.options.minShare * this.total;
    const all = [...node.children.values()].sort((a, b) => b.pages - a.pages || compareTexts(a.name, b.name));
    const shown = isDeepest ? [] : all.filter(({ pages }) => pages >= least);
    const hidden = isDeepest ? all : all.filter(({ pages }) => pages < least);
    return { shown, rest: { count: hidden.length, pages: hidden.reduce((sum, { pages }) => sum + pages, 0) } };
  }

  private write(row: Omit<TreeRow, 'bytes' | 'share'>): void {
    const { pages } = row;
    const share = this.total === 0 ? 0 : pages / this.total;
    this.rows.push({ ...row, bytes: pages * this.options.pageBytes, share });
  }
}

/** A node and those below it that hold the same pages, with the last of them. */
function chain(node: Node): { frames: string[]; end: Node } {
  const frames = [node.name];
  let end = node;
  while (end.self === 0 && end.children.size === 1) {
    [end] = end.children.values() as unknown as [Node];
    frames.push(end.name);
  }
  return { frames, end };
}
