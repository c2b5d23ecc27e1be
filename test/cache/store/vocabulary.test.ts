import { expect } from 'chai';
import { Vocabulary } from '../../../src/cache/store/vocabulary.js';

describe('Vocabulary', () => {
  it('returns the list of keys that it received first', () => {
    const vocabulary = new Vocabulary();
    const first = vocabulary.keysOf({ a: 1, b: 2 });

    expect(first).to.deep.equal(['a', 'b']);
    expect(vocabulary.keysOf({ b: 1, a: 2 })).to.deep.equal(['b', 'a']);
    expect(vocabulary.keysOf({ a: 3, b: 4 })).to.equal(first);
  });

  it('rejects a list of keys that would set the prototype', () => {
    expect(new Vocabulary().keysOf(JSON.parse('{"a": 1, "__proto__": 2}') as object)).to.equal(undefined);
  });

  it('returns names unchanged, even past its bound', () => {
    const vocabulary = new Vocabulary();

    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 3_000; i++) expect(vocabulary.name(`name ${i}`)).to.equal(`name ${i}`);
    }
  });
});
