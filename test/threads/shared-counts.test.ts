import { expect } from 'chai';
import { SharedCounts } from '../../src/threads/shared-counts.js';

describe('SharedCounts', () => {
  it('give the number of owed items that are missing, which is never negative', () => {
    const counts = new SharedCounts();
    counts.owe({ spans: 5, orphans: 3 });

    const some = counts.missing({ spans: 1, orphans: 1 });
    const none = counts.missing({ spans: 6, orphans: 4 });

    expect([some, none]).to.deep.equal([
      { spans: 4, orphans: 2 },
      { spans: 0, orphans: 0 },
    ]);
  });

  it('show the receiver once that the relay waits', () => {
    const counts = new SharedCounts();

    const before = counts.take();
    counts.wait();

    expect([before, counts.take(), counts.take()]).to.deep.equal([false, true, false]);
  });

  it('are the same for two sides with the same memory', () => {
    const relay = new SharedCounts();
    const receiver = new SharedCounts(relay.memory);

    receiver.listen();
    receiver.take();
    relay.settle({ spans: true, orphans: false });

    expect([relay.listening, relay.takenSince(0)]).to.deep.equal([true, 1]);
    expect(receiver.hasSettled({ spans: true, orphans: false })).to.equal(true);
    expect(receiver.hasSettled({ spans: true, orphans: true })).to.equal(false);
  });
});
