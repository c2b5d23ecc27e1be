import { expect } from 'chai';
import { KeyTree } from '../../src/store/key-tree.js';

function counting() {
  const derived: string[] = [];
  const tree = new KeyTree((keys) => {
    derived.push(keys.join());
    return keys;
  });
  return { tree, derived };
}

describe('KeyTree', () => {
  it('derives once from each list of keys', () => {
    const { tree, derived } = counting();

    const first = tree.get(['a', 'b']);
    for (const keys of [['a'], ['b', 'a'], ['a', 'c'], [], ['a', 'b']]) tree.get(keys);

    expect(derived).to.deep.equal(['a,b', 'a', 'b,a', 'a,c', '']);
    expect(tree.get(['a', 'b'])).to.equal(first);
  });

  it('takes what was derived for it, also if that is undefined', () => {
    let calls = 0;
    const tree = new KeyTree(() => void calls++);

    tree.get(['a']);
    tree.get(['a']);

    expect(calls).to.equal(1);
  });

  it('forgets what it knows after thousands of keys, and goes on', () => {
    const { tree, derived } = counting();
    tree.get(['a', 'b']);

    for (let i = 0; i < 10_000; i++) expect(tree.get(['a', `key ${i}`])).to.deep.equal(['a', `key ${i}`]);
    tree.get(['a', 'b']);
    tree.get(['a', 'b']);

    expect(derived.filter((keys) => keys === 'a,b')).to.have.length(2);
  });
});
