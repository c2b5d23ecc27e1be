import { expect } from 'chai';
import fc from 'fast-check';
import sinon from 'sinon';
import { BatchBuffer } from '../../../src/cache/fanout/batch-buffer.js';
import type { OrphanEvent, ReadableSpan } from '../../../src/index.js';
import { estimatedSpanBytes } from '../../../src/model/estimated-bytes.js';

const spans = (count: number) => Array.from({ length: count }, () => ({}) as ReadableSpan);
const large = (times = 1) => ({ name: 'x'.repeat(5_000 * times) }) as ReadableSpan;
const orphans = (count: number) => Array.from({ length: count }, () => ({}) as OrphanEvent);

describe('BatchBuffer', () => {
  it('returns the same list that was added', () => {
    const buffer = new BatchBuffer(10);
    const list = spans(3);
    buffer.addSpans(list);

    expect(buffer.shift()!.spans).to.equal(list);
  });

  it('returns a single batch by reference even if all are requested', () => {
    const buffer = new BatchBuffer(10);
    const list = spans(3);
    buffer.addSpans(list);

    expect(buffer.shiftSome()!.spans).to.equal(list);
  });

  it('discards an unreported loss when it is cleared', () => {
    const buffer = new BatchBuffer(1);
    buffer.addSpans(spans(3));

    buffer.clear();

    expect(buffer.shift()).to.equal(undefined);
    expect(buffer.stats().dropped).to.equal(2);
  });

  it('keeps orphans by reference if all of them fit, and otherwise none', () => {
    const buffer = new BatchBuffer(3);
    const list = orphans(2);

    buffer.addOrphans(list);
    buffer.addOrphans(orphans(2));

    expect(buffer.shift()!.orphans).to.equal(list);
    expect(buffer.shift()).to.equal(undefined);
    expect(buffer.stats().droppedOrphans).to.equal(2);
  });

  it('keeps the part that fits of an oversized batch of orphans, while it is empty', () => {
    const buffer = new BatchBuffer(3);
    const list = orphans(5);

    buffer.addOrphans(list);

    expect(buffer.shift()!.orphans).to.deep.equal(list.slice(0, 3));
    expect(buffer.stats().droppedOrphans).to.equal(2);
  });

  it('accepts as many orphans again once the earlier ones were read', () => {
    const buffer = new BatchBuffer(3);

    for (let i = 0; i < 2; i++) {
      buffer.addOrphans(orphans(3));
      buffer.shift();
    }

    expect(buffer.stats().droppedOrphans).to.equal(0);
  });

  it('counts waiting items as lost when it is dropped', () => {
    const buffer = new BatchBuffer(10);
    buffer.addSpans(spans(3));
    buffer.addOrphans(orphans(2));

    buffer.drop();

    expect([buffer.stats().dropped, buffer.stats().droppedOrphans]).to.deep.equal([3, 2]);
    expect([buffer.stats().queued, buffer.shift()]).to.deep.equal([0, undefined]);
  });

  it('counts a batch by its size on arrival, even if another subscriber changes its list', () => {
    const buffer = new BatchBuffer(3);
    const list = spans(3);
    buffer.addSpans(list);

    list.length = 0;
    buffer.shift();
    buffer.addSpans(spans(3));

    expect(buffer.stats()).to.include({ delivered: 3, queued: 3, dropped: 0 });
  });

  describe('with a bound in bytes', () => {
    const LARGE = estimatedSpanBytes(large());

    it('drops a batch that does not fit whole, and counts the losses due to bytes separately', () => {
      const buffer = new BatchBuffer(3, 2 * LARGE);

      buffer.addSpans([large()]);
      buffer.addSpans([large(), large()]);
      buffer.addSpans(spans(3));

      expect(buffer.stats()).to.include({ queued: 1, queuedBytes: LARGE, dropped: 5, droppedByBytes: 2 });
    });

    it('keeps the part that fits of an oversized batch, span by span, while it is empty', () => {
      const buffer = new BatchBuffer(10, 2 * LARGE);
      const batch = [large(), large(), large(), ...spans(1)];

      buffer.addSpans(batch);

      expect(buffer.shift()!.spans).to.deep.equal(batch.slice(0, 2));
      expect(buffer.stats()).to.include({ queuedBytes: 0, dropped: 2, droppedByBytes: 2 });
    });

    it('drops an item larger than the bound alone', () => {
      const buffer = new BatchBuffer(10, 2 * LARGE);
      const small = spans(2);

      buffer.addSpans(small.slice(0, 1));
      buffer.addSpans([large(10), ...small.slice(1)]);

      expect(buffer.shiftSome()!.spans).to.deep.equal(small);
      expect(buffer.stats().droppedByBytes).to.equal(1);
    });

    it('counts orphans too', () => {
      const buffer = new BatchBuffer(10, 3_000);
      const line = { name: 'x'.repeat(2_000), attributes: {} } as OrphanEvent;

      buffer.addOrphans([line]);
      buffer.addOrphans([line]);
      buffer.addSpans([large()]);

      expect(buffer.stats()).to.include({ droppedOrphans: 1, dropped: 1, droppedByBytes: 1 });
      expect(buffer.stats().queuedBytes).to.be.within(2_000, 3_000);
    });

    it('estimates a batch once for all buffers, and not at all if it is delivered directly', () => {
      const name = sinon.fake.returns('job');
      const batch = [Object.defineProperty({} as ReadableSpan, 'name', { get: name })];

      const straight = new BatchBuffer(10, 2 ** 20);
      straight.bypass(batch, []);
      const unread = name.callCount;
      for (let i = 0; i < 3; i++) new BatchBuffer(10, 2 ** 20).addSpans(batch);

      expect([unread, name.callCount]).to.deep.equal([0, 1]);
    });
  });

  it('can be read to the end when it is half a million batches behind', () => {
    const buffer = new BatchBuffer(500_000, 2 ** 40);
    const batch = spans(1);
    for (let i = 0; i < 500_000; i++) buffer.addSpans(batch);

    for (let i = 0; i < 250_000; i++) buffer.shift();
    const rest = buffer.shiftSome();

    expect(rest!.spans).to.have.length(250_000);
    expect(buffer.stats()).to.include({ delivered: 500_000, queued: 0, queuedBytes: 0 });
  });

  it('accounts for every span as read, waiting, or reported as dropped', () => {
    const maxBytes = fc.constantFrom(1, 3_000, 2 ** 20);
    const action = fc.record({
      do: fc.constantFrom('spans', 'spans', 'orphans', 'shift', 'shiftSome'),
      count: fc.integer({ min: 1, max: 6 }),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), maxBytes, fc.array(action), (capacity, bytes, actions) => {
        const buffer = new BatchBuffer(capacity, bytes);
        let added = 0;
        let read = 0;
        let told = 0;
        let waitingOrphans = 0;
        for (const { do: what, count } of actions) {
          if (what === 'spans') {
            buffer.addSpans(spans(count));
            added += count;
          } else if (what === 'orphans') {
            const before = buffer.stats().droppedOrphans;
            buffer.addOrphans(orphans(count));
            waitingOrphans += count - (buffer.stats().droppedOrphans - before);
          } else {
            const batch = what === 'shift' ? buffer.shift() : buffer.shiftSome();
            read += batch?.spans.length ?? 0;
            told += batch?.dropped ?? 0;
            waitingOrphans -= batch?.orphans.length ?? 0;
          }
          expect(added).to.equal(buffer.stats().delivered + buffer.stats().queued + buffer.stats().dropped);
          expect(buffer.stats().delivered).to.equal(read);
          expect(told).to.be.at.most(buffer.stats().dropped);
          expect(buffer.stats().queued + waitingOrphans).to.be.at.most(capacity);
          const { queuedBytes, droppedByBytes } = buffer.stats();
          expect(queuedBytes).to.be.within(0, bytes);
          expect(queuedBytes > 0).to.equal(buffer.stats().queued + waitingOrphans > 0);
          expect(droppedByBytes).to.be.at.most(buffer.stats().dropped);
        }
        const rest = buffer.shiftSome();
        expect(told + (rest?.dropped ?? 0)).to.equal(buffer.stats().dropped);
        expect(read + (rest?.spans.length ?? 0) + buffer.stats().dropped).to.equal(added);
        expect(buffer.empty).to.equal(true);
      }),
    );
  });
});
