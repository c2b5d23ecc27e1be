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

  it('caches the derived value, even if it is undefined', () => {
    let calls = 0;
    const tree = new KeyTree(() => void calls++);

    for (const object of [{ a: 1 }, { b: 1 }, { a: 2 }]) tree.of(object);

    expect(calls).to.equal(2);
  });

  it('remembers a list with a key of more than 256 characters only until the next object', () => {
    const { of, derived } = counting();
    const [short, long] = ['s'.repeat(256), 'l'.repeat(257)];

    for (const key of [short, long, long, short, long]) expect(of(key, 'b')).to.deep.equal([key, 'b']);

    expect(derived).to.deep.equal([short, long, long].map((key) => `${key},b`));
  });

  it('ignores inherited keys', () => {
    const tree = new KeyTree((keys) => keys);
    const heir = Object.assign(Object.create({ b: 1 }) as object, { a: 1 });

    expect(tree.of(heir)).to.deep.equal(['a']);
    expect(tree.of(heir)).to.deep.equal(['a']);
  });

  it('clears itself after thousands of keys, and continues', () => {
    const { of, derived } = counting();
    of('a', 'b');

    for (let i = 0; i < 10_000; i++) expect(of('a', `key ${i}`)).to.deep.equal(['a', `key ${i}`]);
    of('a', 'b');
    of('a', 'b');

    expect(derived.filter((keys) => keys === 'a,b')).to.have.length(2);
  });
});
