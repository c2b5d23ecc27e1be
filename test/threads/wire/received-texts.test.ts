import { expect } from 'chai';
import { ReceivedTexts } from '../../../src/threads/wire/received-texts.js';

const MISSING = 'an item must have all of its texts';

describe('ReceivedTexts', () => {
  it('keeps the texts of the table, and the texts of one batch until the next', () => {
    const texts = new ReceivedTexts();

    texts.add(0, ['a', ''], ['once']);
    const once = texts.once(0);
    texts.add(2, ['b'], []);

    expect([once, texts.at(0), texts.at(1), texts.at(2)]).to.deep.equal(['once', 'a', '', 'b']);
    expect(() => texts.once(0)).to.throw(TypeError, MISSING);
  });

  it('has no text before the first batch', () => {
    const texts = new ReceivedTexts();

    expect(() => texts.at(0)).to.throw(TypeError, MISSING);
    expect(() => texts.once(0)).to.throw(TypeError, MISSING);
  });

  it('has no text of the table after a restart', () => {
    const texts = new ReceivedTexts();
    texts.add(0, ['a'], []);

    texts.restart();

    expect(() => texts.at(0)).to.throw(TypeError, MISSING);
  });

  it('has no text of a lost batch, but those before and after', () => {
    const texts = new ReceivedTexts();

    texts.add(0, ['a'], []);
    texts.add(2, ['c'], []);

    expect([texts.at(0), texts.at(2)]).to.deep.equal(['a', 'c']);
    expect(() => texts.at(1)).to.throw(TypeError, MISSING);
  });
});
