import { expect } from 'chai';
import sinon from 'sinon';
import { caughtUp } from '../../../src/cache/metrics/caught-up-counter.js';

describe('A counter that is caught up', () => {
  const attributesOf = (key: string) => ({ key });

  it('adds what a total has grown by', () => {
    const add = sinon.spy();
    const catchUp = caughtUp({ add }, attributesOf);

    for (const total of [2, 2, 5]) catchUp(new Map([['a', total]]));

    expect(add.args).to.deep.equal([
      [2, { key: 'a' }],
      [3, { key: 'a' }],
    ]);
  });

  it('reports a total of 0 once', () => {
    const add = sinon.spy();
    const catchUp = caughtUp({ add }, attributesOf);

    for (const total of [0, 0]) catchUp(new Map([['a', total]]));

    expect(add.args).to.deep.equal([[0, { key: 'a' }]]);
  });

  it('counts each key separately', () => {
    const add = sinon.spy();
    const catchUp = caughtUp({ add }, attributesOf);

    catchUp(new Map([['a', 1]]));
    catchUp(
      new Map([
        ['a', 1],
        ['b', 4],
      ]),
    );

    expect(add.args).to.deep.equal([
      [1, { key: 'a' }],
      [4, { key: 'b' }],
    ]);
  });
});
