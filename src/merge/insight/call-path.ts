/** What a node of a call tree has at least: a function, and those that it calls (leaf first: that call it). */
interface CallNode<Node> {
  readonly children: Map<string, Node>;
}

/**
 * Goes down a call tree from `root` by the names of functions, makes nodes that are not there, and visits each but the root. Returns the last one: the
 * root, if there are no names.
 */
export function followCalls<Node extends CallNode<Node>>(
  root: Node,
  names: readonly string[],
  make: (name: string, parent: Node) => Node,
  visit: (node: Node) => void,
): Node {
  let node = root;
  for (const name of names) {
    let next = node.children.get(name);
    if (!next) {
      next = make(name, node);
      node.children.set(name, next);
    }
    visit(next);
    node = next;
  }
  return node;
}
