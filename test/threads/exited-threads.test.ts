import { expect } from 'chai';
import { ExitedThreads } from '../../src/threads/exited-threads.js';

describe('ExitedThreads', () => {
  const stats = (threadId: number, state: 'ended' | 'died') => ({
    threadId,
    threadName: undefined,
    state,
    received: 10,
    receivedOrphans: 1,
    dropped: 2,
    droppedOrphans: 3,
    unsent: state === 'died' ? 4 : 0,
    invalid: 5,
  });

  it('lists the last 32, and sums up the earlier ones', () => {
    const gone = new ExitedThreads();

    for (let id = 1; id <= 35; id++) gone.add(stats(id, id === 2 ? 'died' : 'ended'));

    expect(gone.listed.map(({ threadId }) => threadId)).to.deep.equal(Array.from({ length: 32 }, (_, i) => i + 4));
    expect(gone.earlier).to.deep.equal({
      ended: 2,
      died: 1,
      received: 30,
      receivedOrphans: 3,
      dropped: 6,
      droppedOrphans: 9,
      unsent: 4,
      invalid: 15,
    });
  });
});
