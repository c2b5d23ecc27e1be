import type { CapturedNode } from '../captured.js';

/** All spans below a span, in the order they started; of those that started together, a parent first. */
export function descendantsOf(node: CapturedNode): CapturedNode[] {
  return nodesOf(node.children).sort((a, b) => a.startTime - b.startTime);
}

/** Some spans and all below them, each before its children. */
export function nodesOf(roots: readonly CapturedNode[]): CapturedNode[] {
  const nodes: CapturedNode[] = [];
  const waiting = roots.toReversed();
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    nodes.push(node);
    for (let index = node.children.length - 1; index >= 0; index--) waiting.push(node.children[index] as CapturedNode);
  }
  return nodes;
}
