import { expect } from 'chai';
import { KeyTree } from '../../../src/cache/store/key-tree.js';

function counting() {
  const derived: string[] = [];
  const objectOf = (keys: string[]) => Object.fromEntries(keys.map((key) => [key, 0]));
  const tree = new KeyTree((keys) => {
    derived.push(keys.join());
    return keys;
  });
  return { of: (...keys: string[]) => tree.of(objectOf(keys)), derived };
}

describe('KeyTree', () => {
  it('derives once from each list of keys', () => {
    const { of, derived } = counting();

    const first = of('a', 'b');
    for (const keys of [['a'], ['b', 'a'], ['a', 'c'], [], ['a', 'b', 'c'], ['a', 'b']]) of(...keys);

    expect(derived).to.deep.equal(['a,b', 'a', 'b,a', 'a,c', '', 'a,b,c']);
    expect(of('a', 'b')).to.equal(first);
  });

  it('takes what was derived for it, also if that is undefined', () => {
    let calls = 0;
    const tree = new KeyTree(() => void calls++);

    for (const object of [{ a: 1 }, { b: 1 }, { a: 2 }]) tree.of(object);

    expect(calls).to.equal(2);
  });

  it('knows nothing of inherited keys', () => {
    const tree = new KeyTree((keys) => keys);
    const heir = Object.assign(Object.create({ b: 1 }) as object, { a: 1 });

    expect(tree.of(heir)).to.deep.equal(['a']);
    expect(tree.of(heir)).to.deep.equal(['a']);
  });

  it('forgets what it knows after thousands of keys, and goes on', () => {
    const { of, derived } = counting();
    of('a', 'b');

    for (let i = 0; i < 10_000; i++) expect(of('a', `key ${i}`)).to.deep.equal(['a', `key ${i}`]);
    of('a', 'b');
    of('a', 'b');

    expect(derived.filter((keys) => keys === 'a,b')).to.have.length(2);
  });
});
