import { expect } from 'chai';
import { Vocabulary } from '../../src/store/vocabulary.js';

describe('Vocabulary', () => {
  it('gives the list of keys that it saw first', () => {
    const vocabulary = new Vocabulary();
    const first = ['a', 'b'];

    expect(vocabulary.keys(first)).to.equal(first);
    expect(vocabulary.keys(['a', 'b'])).to.equal(first);
    expect(vocabulary.keys(['b', 'a'])).to.deep.equal(['b', 'a']);
  });

  it('has no list of keys one of which would set the prototype', () => {
    expect(new Vocabulary().keys(['a', '__proto__'])).to.equal(undefined);
  });

  it('gives names back as they are, also when there are too many to know', () => {
    const vocabulary = new Vocabulary();

    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 3_000; i++) expect(vocabulary.name(`name ${i}`)).to.equal(`name ${i}`);
    }
  });
});
