import { expect } from 'chai';
import { outline, treeLines } from '../../src/trace/outline.js';
import { buildTree, type TreeKeys, type TreeNode } from '../../src/trace/tree.js';
import { mapTree, nodesOf, walk } from '../../src/trace/walk.js';

/** `name`, `name<parent`: the name is the id. */
const keys: TreeKeys<string> = {
  id: (item) => item.split(/[<@]/)[0],
  parentId: (item) => /<(\w+)/.exec(item)?.[1],
};

function shape(nodes: readonly TreeNode<string>[]): string {
  return nodes
    .map(({ item, children, parentMissing }) => {
      const own = (parentMissing ? '?' : '') + item.split('<')[0];
      return children.length === 0 ? own : `${own}(${shape(children)})`;
    })
    .join(' ');
}

const build = (items: string, order?: (a: string, b: string) => number): string =>
  shape(buildTree(items.split(' '), { ...keys, ...(order && { order }) }));

describe('buildTree', () => {
  it('places items below their parents, in the given order', () => {
    expect(build('b<a a c<b d<a')).to.equal('a(b(c) d)');
  });

  it('sorts roots and siblings in the requested order', () => {
    expect(build('c<a z b<a a', (a, b) => a.localeCompare(b))).to.equal('a(b c) z');
  });

  it('marks a root whose parent is missing', () => {
    expect(build('a b<gone')).to.equal('a ?b');
  });

  it('makes roots of the first item of each ring and of items that are their own parents, in their places', () => {
    expect(build('a x<z y<x z<y s<s b leaf<y')).to.equal('a x(y(z leaf)) s b');
  });

  it('places each of several items with one id, and gives the children to the last', () => {
    expect(build('a@1 a@2 b<a')).to.equal('a@1 a@2(b)');
  });

  it('never treats an item without an id as a parent', () => {
    const roots = buildTree(['a', 'b'], { id: () => undefined, parentId: (item) => (item === 'b' ? 'a' : undefined) });

    expect(shape(roots)).to.equal('a ?b');
  });

  it('never treats an item without a parent id as the child of an item without an id', () => {
    const roots = buildTree(['a', 'b'], { id: () => undefined, parentId: () => undefined });

    expect(shape(roots)).to.equal('a b');
  });

  it('reads each item once', () => {
    const read: string[] = [];
    const note = (item: string): string => {
      read.push(item);
      return item;
    };

    buildTree(['a', 'b'], { id: note, parentId: () => undefined });

    expect(read).to.deep.equal(['a', 'b']);
  });
});

describe('A walk through a tree', () => {
  const roots = buildTree('a b<a c<b d<a e'.split(' '), keys);

  it('visits each node before its children', () => {
    const places: [string, number][] = [];

    walk(roots, ({ item }, depth) => places.push([item, depth]));

    expect(places).to.deep.equal([
      ['a', 0],
      ['b<a', 1],
      ['c<b', 2],
      ['d<a', 1],
      ['e', 0],
    ]);
    expect(nodesOf(roots).map(({ item }) => item)).to.deep.equal(places.map(([item]) => item));
  });

  it('builds another tree from the leaves up', () => {
    expect(mapTree(roots, ({ item }, below: string[]) => `${item[0]}[${below.join()}]`)).to.deep.equal([
      'a[b[c[]],d[]]',
      'e[]',
    ]);
  });
});

describe('An outline', () => {
  const roots = buildTree('a b<a c<b d<a e'.split(' '), keys);

  it('draws branches before first lines and rails before further ones', () => {
    const lines = Array.from(outline(roots)).flatMap(({ node, branch, rails }) => [branch + node.item[0], `${rails}-`]);

    expect(lines).to.deep.equal(['a', '│ -', '├─ b', '│  │ -', '│  └─ c', '│       -', '└─ d', '     -', 'e', '  -']);
  });

  it('indents while there is room, and shows deeper levels by number', () => {
    const chain = buildTree('a b<a c<b d<c'.split(' '), keys);

    expect(Array.from(outline(chain, 5), ({ branch }) => branch)).to.deep.equal(['', '└─ ', '   ⋯2 └─ ', '   ⋯3 └─ ']);
  });

  it('returns the first lines, and counts the others', () => {
    expect(treeLines(roots, ({ item }) => item[0]!, 2, 5)).to.deep.equal(['a', '├─ b', '⋯ 3 more']);
    expect(treeLines(roots, ({ item }) => item[0]!, 5, 5)).to.have.length(5);
  });
});
