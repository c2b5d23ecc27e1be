import { expect } from 'chai';
import { TurnBudget } from '../../../src/cache/driver/turn-budget.js';

/** Batches that a turn moves, if each takes so long. */
function batchesOf(queued: number, millisPerBatch: number): number {
  const budget = new TurnBudget();
  let now = 5;
  let batches = 0;
  budget.begin(queued, now);
  do {
    batches++;
    now += millisPerBatch;
    budget.spend();
  } while (budget.allowsMore(now));
  return batches;
}

describe('TurnBudget', () => {
  it('lasts for a millisecond', () => {
    expect(batchesOf(65_536, 0.01)).to.be.within(100, 101);
  });

  it('is capped at about the number of queued items, however fast they are moved', () => {
    expect([batchesOf(256, 0), batchesOf(2_560, 0)]).to.deep.equal([3, 12]);
  });

  it('has a minimum of one batch, and one more for each 4,096 queued items, however slow they are', () => {
    expect([batchesOf(1, 10), batchesOf(4_096, 10), batchesOf(65_536, 10)]).to.deep.equal([1, 2, 17]);
  });
});
