import { expect } from 'chai';
import fc from 'fast-check';
import { BatchBuffer } from '../../src/fanout/batch-buffer.js';
import type { OrphanEvent, ReadableSpan } from '../../src/index.js';

const spans = (count: number) => Array.from({ length: count }, () => ({}) as ReadableSpan);
const orphans = (count: number) => Array.from({ length: count }, () => ({}) as OrphanEvent);

describe('BatchBuffer', () => {
  it('gives out the very list it was given', () => {
    const buffer = new BatchBuffer(10);
    const list = spans(3);
    buffer.addSpans(list);

    expect(buffer.shift()!.spans).to.equal(list);
  });

  it('gives out a single batch by reference also when asked for all', () => {
    const buffer = new BatchBuffer(10);
    const list = spans(3);
    buffer.addSpans(list);

    expect(buffer.shiftAll()!.spans).to.equal(list);
  });

  it('forgets a loss that was not told when it is cleared', () => {
    const buffer = new BatchBuffer(1);
    buffer.addSpans(spans(3));

    buffer.clear();

    expect(buffer.shift()).to.equal(undefined);
    expect(buffer.dropped).to.equal(2);
  });

  it('takes orphans by reference if they fit, and none if they do not', () => {
    const buffer = new BatchBuffer(3);
    const list = orphans(2);

    buffer.addOrphans(list);
    buffer.addOrphans(orphans(2));

    expect(buffer.shift()!.orphans).to.equal(list);
    expect(buffer.shift()).to.equal(undefined);
    expect(buffer.droppedOrphans).to.equal(2);
  });

  it('takes of more orphans than it may ever hold what it can, while it is empty', () => {
    const buffer = new BatchBuffer(3);
    const list = orphans(5);

    buffer.addOrphans(list);

    expect(buffer.shift()!.orphans).to.deep.equal(list.slice(0, 3));
    expect(buffer.droppedOrphans).to.equal(2);
  });

  it('has room for as many orphans as before once they were read', () => {
    const buffer = new BatchBuffer(3);

    for (let i = 0; i < 2; i++) {
      buffer.addOrphans(orphans(3));
      buffer.shift();
    }

    expect(buffer.droppedOrphans).to.equal(0);
  });

  it('counts what is waiting as lost when it is dropped', () => {
    const buffer = new BatchBuffer(10);
    buffer.addSpans(spans(3));
    buffer.addOrphans(orphans(2));

    buffer.drop();

    expect([buffer.dropped, buffer.droppedOrphans]).to.deep.equal([3, 2]);
    expect([buffer.queued, buffer.shift()]).to.deep.equal([0, undefined]);
  });

  it('accounts for every span: read, waiting, or told as dropped', () => {
    const action = fc.record({
      do: fc.constantFrom('spans', 'spans', 'orphans', 'shift', 'shiftAll'),
      count: fc.integer({ min: 1, max: 6 }),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.array(action), (capacity, actions) => {
        const buffer = new BatchBuffer(capacity);
        let added = 0;
        let read = 0;
        let told = 0;
        let waitingOrphans = 0;
        for (const { do: what, count } of actions) {
          if (what === 'spans') {
            buffer.addSpans(spans(count));
            added += count;
          } else if (what === 'orphans') {
            const before = buffer.droppedOrphans;
            buffer.addOrphans(orphans(count));
            waitingOrphans += count - (buffer.droppedOrphans - before);
          } else {
            const batch = what === 'shift' ? buffer.shift() : buffer.shiftAll();
            read += batch?.spans.length ?? 0;
            told += batch?.dropped ?? 0;
            waitingOrphans -= batch?.orphans.length ?? 0;
          }
          expect(added).to.equal(buffer.delivered + buffer.queued + buffer.dropped);
          expect(buffer.delivered).to.equal(read);
          expect(told).to.be.at.most(buffer.dropped);
          expect(buffer.queued + waitingOrphans).to.be.at.most(capacity);
        }
        const rest = buffer.shiftAll();
        expect(told + (rest?.dropped ?? 0)).to.equal(buffer.dropped);
        expect(read + (rest?.spans.length ?? 0) + buffer.dropped).to.equal(added);
        expect(buffer.empty).to.equal(true);
      }),
    );
  });
});
