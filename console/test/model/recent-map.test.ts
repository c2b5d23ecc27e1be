import { expect } from 'chai';
import { RecentMap } from '../../src/model/recent-map.js';

describe('RecentMap', () => {
  it('has the keys that were added last', () => {
    const map = new RecentMap<number>(3);
    for (let key = 0; key < 8; key++) map.set(`${key}`, key);

    expect(['4', '5', '6', '7'].map((key) => map.get(key))).to.deep.equal([undefined, 5, 6, 7]);
  });

  it('keeps the place of a key that is set again', () => {
    const map = new RecentMap<string>(2);
    map.set('a', 'first');
    map.set('b', 'second');
    map.set('a', 'again');
    expect(map.get('a')).to.equal('again');

    map.set('c', 'third');

    expect(['a', 'b', 'c'].map((key) => map.get(key))).to.deep.equal([undefined, 'second', 'third']);
  });
});
