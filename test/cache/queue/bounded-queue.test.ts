import { diag } from '@opentelemetry/api';
import { expect } from 'chai';
import fc from 'fast-check';
import sinon from 'sinon';
import { BoundedQueue, SEGMENT_SIZE, type Segment } from '../../../src/cache/queue/bounded-queue.js';
import { listenToWarnings } from '../../scenarios/service.js';

function itemsOf<T>(segment: Segment<T> | undefined): (T | undefined)[] {
  return segment === undefined ? [] : segment.items.slice(0, segment.length);
}

function takeAll<T>(queue: BoundedQueue<T>): (T | undefined)[] {
  const items: (T | undefined)[] = [];
  for (let segment = queue.take(); segment; segment = queue.take()) {
    items.push(...itemsOf(segment));
    queue.recycle(segment);
  }
  return items;
}

describe('BoundedQueue', () => {
  afterEach(() => diag.disable());

  it('returns nothing before it is sealed', () => {
    const queue = new BoundedQueue<number>('test', 10);
    queue.push(1);

    expect(queue.take()).to.equal(undefined);
    expect(queue.size).to.equal(1);
  });

  it('returns the items pushed before the seal, and keeps later ones', () => {
    const queue = new BoundedQueue<number>('test', 10);
    queue.push(1);
    queue.seal();
    queue.push(2);

    expect(takeAll(queue)).to.deep.equal([1]);
    expect(queue.size).to.equal(1);
    queue.seal();
    expect(takeAll(queue)).to.deep.equal([2]);
  });

  it('reports a single lost item in the singular', () => {
    const warnings: unknown[] = [];
    listenToWarnings((_, message) => warnings.push(message));
    const queue = new BoundedQueue<number>('test', 1);
    for (const item of [1, 2]) queue.push(item);

    queue.seal();
    takeAll(queue);

    expect(warnings.at(-1)).to.equal('dropped 1 test because the test queue was full (1)');
  });

  it('returns segments of at most SEGMENT_SIZE', () => {
    const queue = new BoundedQueue<number>('test', 10_000);
    for (let i = 0; i < SEGMENT_SIZE * 2 + 1; i++) queue.push(i);
    queue.seal();

    const lengths = [queue.take(), queue.take(), queue.take(), queue.take()].map((segment) => segment?.length);

    expect(lengths).to.deep.equal([SEGMENT_SIZE, SEGMENT_SIZE, 1, undefined]);
  });

  it('refuses items at capacity, and accepts again as many as were removed', () => {
    const queue = new BoundedQueue<number>('test', 2);

    expect([queue.push(1), queue.push(2), queue.push(3)]).to.deep.equal([true, true, false]);
    queue.seal();
    queue.take();
    expect([queue.push(4), queue.push(5), queue.push(6)]).to.deep.equal([true, true, false]);
  });

  it('reports its first refusal, and the number of refusals when it is empty again', () => {
    const warn = sinon.spy();
    listenToWarnings(warn);
    const queue = new BoundedQueue<number>('test', SEGMENT_SIZE + 1);
    const full = `the test queue is full (${SEGMENT_SIZE + 1}); new tests are dropped`;
    const overfill = () => {
      while (queue.push(0));
      queue.seal();
    };

    overfill();
    queue.take();
    overfill();
    expect(warn.args.map(([, message]) => message as string)).to.deep.equal([full]);
    takeAll(queue);
    overfill();
    expect(warn.args.map(([, message]) => message as string)).to.deep.equal([
      full,
      `dropped 2 tests because the test queue was full (${SEGMENT_SIZE + 1})`,
      full,
    ]);
  });

  it('forgets the items of a recycled segment', () => {
    const queue = new BoundedQueue<object>('test', 10);
    queue.push({});
    queue.seal();
    const segment = queue.take()!;

    queue.recycle(segment);

    expect(segment.length).to.equal(0);
    expect(segment.items.every((item) => item === undefined)).to.equal(true);
  });

  it('reuses recycled segments', () => {
    const queue = new BoundedQueue<number>('test', 10);
    const seen = new Set<unknown>();

    for (let i = 0; i < 100; i++) {
      queue.push(i);
      queue.seal();
      const segment = queue.take()!;
      seen.add(segment);
      queue.recycle(segment);
    }

    expect(seen.size).to.be.at.most(2);
  });

  it('behaves as a bounded list with a seal', () => {
    const command = fc.oneof(
      fc.record({ do: fc.constant('push'), count: fc.integer({ min: 1, max: 600 }) }),
      fc.record({ do: fc.constantFrom('seal', 'take'), count: fc.constant(0) }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), fc.array(command), (capacity, commands) => {
        const queue = new BoundedQueue<number>('test', capacity);
        const model: number[] = [];
        let due = 0;
        let next = 0;
        for (const { do: action, count } of commands) {
          if (action === 'push') {
            for (let i = 0; i < count; i++, next++) {
              expect(queue.push(next)).to.equal(model.length < capacity);
              if (model.length < capacity) model.push(next);
            }
          } else if (action === 'seal') {
            queue.seal();
            due = model.length;
          } else {
            const segment = queue.take();
            const taken = itemsOf(segment);
            expect(taken).to.deep.equal(model.splice(0, taken.length));
            expect(taken.length > 0).to.equal(due > 0);
            due -= taken.length;
            if (segment) queue.recycle(segment);
          }
          expect(queue.size).to.equal(model.length);
        }
        queue.seal();
        expect(takeAll(queue)).to.deep.equal(model);
      }),
    );
  });
});
