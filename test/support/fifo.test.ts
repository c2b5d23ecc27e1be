import { expect } from 'chai';
import fc from 'fast-check';
import { Fifo } from '../../src/support/fifo.js';

describe('Fifo', () => {
  it('returns the same items as an array, in the same order', () => {
    const action = fc.oneof(
      { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('push', 'shift'), times: fc.nat(100) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('clear'), times: fc.constant(1) }) },
    );
    fc.assert(
      fc.property(fc.array(action), (actions) => {
        const fifo = new Fifo<number>();
        const list: number[] = [];
        let next = 0;
        for (const { do: what, times } of actions) {
          for (let i = 0; i < times; i++) {
            if (what === 'push') {
              fifo.push(next);
              list.push(next++);
            } else if (what === 'shift') {
              expect(fifo.shift()).to.equal(list.shift());
            } else {
              fifo.clear();
              list.length = 0;
            }
            expect(fifo.length).to.equal(list.length);
          }
        }
      }),
    );
  });

  it('is emptied of a million items in no more than a million steps', () => {
    const fifo = new Fifo<number>();
    for (let i = 0; i < 1_000_000; i++) fifo.push(i);

    let sum = 0;
    while (fifo.length > 0) sum += fifo.shift()!;

    expect(sum).to.equal(499_999_500_000);
  });
});
