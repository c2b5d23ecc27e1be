interface Tree<N> {
  readonly children: readonly N[];
}

interface Branch<N> {
  readonly node: N;
  readonly stem: string;
  readonly rails: string;
}

/** The first lines of some trees, a line per node. */
export function treeLines<N extends Tree<N>>(roots: readonly N[], lineOf: (node: N) => string, maxLines: number): string[] {
  const lines: string[] = [];
  const waiting: Branch<N>[] = roots.slice(0, maxLines).map((node) => ({ node, stem: '', rails: '' }));
  waiting.reverse();
  for (let branch = waiting.pop(); branch !== undefined && lines.length < maxLines; branch = waiting.pop()) {
    const { node, stem, rails } = branch;
    lines.push(stem + lineOf(node));
    const last = node.children.length - 1;
    for (let index = Math.min(last, maxLines); index >= 0; index--) {
      const [turn, rail] = index === last ? ['└─ ', '   '] : ['├─ ', '│  '];
      waiting.push({ node: node.children[index] as N, stem: rails + turn, rails: rails + rail });
    }
  }
  return lines;
}
