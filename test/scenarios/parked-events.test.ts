import { expect } from 'chai';
import { eventNames, names, startService } from './service.js';

describe('Events that come before their span', () => {
  it('wait, and are gone from the buffer once the span arrives', () => {
    const { cache, start, log } = startService();
    cache.subscribe();
    const span = start('job');
    log(span, 'one');
    log(span, 'two');

    cache.flush();
    const waiting = cache.stats();
    span.end();
    cache.flush();
    const arrived = cache.stats();

    expect(waiting.events.parked).to.equal(2);
    expect(waiting.parkedSpans).to.equal(1);
    expect(arrived.events).to.include({ parked: 0, merged: 2 });
    expect(arrived.parkedSpans).to.equal(0);
  });

  it('are on the delivered span, in emission order', () => {
    const { cache, start, log } = startService();
    const subscription = cache.subscribe();
    const span = start('job');
    log(span, 'one');
    cache.flush();
    log(span, 'two');
    cache.flush();
    log(span, 'three');
    span.end();

    cache.flush();

    const [delivered] = subscription.take()!.spans;
    expect(eventNames(delivered)).to.deep.equal(['one', 'two', 'three']);
  });

  it('follow the events of the span itself, which keeps its own object unchanged', () => {
    const { cache, start, log } = startService();
    const subscription = cache.subscribe();
    const span = start('job');
    log(span, 'logged first');
    span.addEvent('added second');
    span.end();

    cache.flush();

    const [delivered] = subscription.take()!.spans;
    expect(eventNames(delivered)).to.deep.equal(['added second', 'logged first']);
    expect(eventNames(span as never)).to.deep.equal(['added second']);
  });

  describe('when maxParkedSpans is reached', () => {
    it('the events of the span that has waited longest are evicted, and the others stay', () => {
      const { cache, start, log } = startService({ maxParkedSpans: 2 });
      const subscription = cache.subscribe({ orphans: true });
      const [first, second, third] = [start('first'), start('second'), start('third')];
      for (const span of [first, second, third]) log(span, `in ${span === first ? 1 : span === second ? 2 : 3}`);

      cache.flush();
      const { orphans } = subscription.take()!;
      for (const span of [first, second, third]) span.end();
      cache.flush();
      const { spans } = subscription.take()!;

      expect(orphans.map(({ name, reason }) => [name, reason])).to.deep.equal([['in 1', 'evicted']]);
      expect(spans.map(eventNames)).to.deep.equal([[], ['in 2'], ['in 3']]);
    });

    it('age is the order of first arrival, not of the last event', () => {
      const { cache, start, log } = startService({ maxParkedSpans: 2 });
      const subscription = cache.subscribe();
      const [first, second, third] = [start('first'), start('second'), start('third')];
      log(first, 'a');
      log(second, 'b');
      log(first, 'c');

      log(third, 'd');
      for (const span of [first, second, third]) span.end();
      cache.flush();

      expect(subscription.take()!.spans.map(eventNames)).to.deep.equal([[], ['b'], ['d']]);
    });

    it('a span that already waits accepts further events without an eviction', () => {
      const { cache, start, log } = startService({ maxParkedSpans: 2 });
      cache.subscribe();
      const [first, second] = [start('first'), start('second')];
      log(first, 'a');
      log(second, 'b');

      for (let i = 0; i < 10; i++) log(first, 'more');
      cache.flush();

      const { events, parkedSpans } = cache.stats();
      expect(parkedSpans).to.equal(2);
      expect(events.parked).to.equal(12);
      expect(events.orphaned.evicted).to.equal(0);
    });

    it('evicts all events of the span', () => {
      const { cache, start, log } = startService({ maxParkedSpans: 1 });
      const subscription = cache.subscribe({ orphans: true });
      const [first, second] = [start('first'), start('second')];
      for (const body of ['a', 'b', 'c']) log(first, body);

      log(second, 'd');
      cache.flush();

      const { orphans } = subscription.take()!;
      expect(orphans.map(({ name }) => name)).to.deep.equal(['a', 'b', 'c']);
      expect(orphans.every(({ spanContext }) => spanContext === first.spanContext())).to.equal(true);
      expect(cache.stats().events).to.include({ parked: 1 });
      expect(cache.stats().events.orphaned.evicted).to.equal(3);
    });
  });

  describe('below maxParkedSpans', () => {
    it('are kept in one bucket per span', () => {
      const { cache, start, log } = startService({ maxParkedSpans: 3 });
      cache.subscribe();
      const [first, second] = [start('first'), start('second')];

      for (const body of ['a', 'b', 'c']) log(first, body);
      log(second, 'd');
      cache.flush();

      expect(cache.stats().parkedSpans).to.equal(2);
      expect(cache.stats().events.parked).to.equal(4);
    });
  });

  describe('when a span has more than maxEventsPerSpan', () => {
    it('the oldest are dropped, and the span has their number', () => {
      const { cache, start, log } = startService({ maxEventsPerSpan: 3 });
      const subscription = cache.subscribe();
      const span = start('job');
      for (const body of ['a', 'b', 'c', 'd', 'e']) log(span, body);
      span.end();

      cache.flush();

      const [delivered] = subscription.take()!.spans;
      expect(eventNames(delivered)).to.deep.equal(['c', 'd', 'e']);
      expect(delivered!.droppedEventsCount).to.equal(2);
      expect(cache.stats().events.dropped.event_limit).to.equal(2);
    });

    it('keeps 128 by default', () => {
      const { cache, start, log } = startService();
      const subscription = cache.subscribe();
      const span = start('job');
      for (let i = 0; i < 200; i++) log(span, String(i));
      span.end();

      cache.flush();

      const [delivered] = subscription.take()!.spans;
      expect(delivered!.events).to.have.length(128);
      expect(delivered!.droppedEventsCount).to.equal(72);
    });
  });

  it('never lose the race against their own span in the queues', () => {
    const { cache, start, log } = startService();
    const subscription = cache.subscribe();
    const spans = Array.from({ length: 2_000 }, (_, i) => start(`span ${i}`));

    for (const span of spans) {
      log(span, 'before');
      span.end();
      log(span, 'after the end, before the driver came');
    }
    cache.flush();

    const delivered = subscription.take()!.spans;
    expect(names(delivered)).to.deep.equal(spans.map((_, i) => `span ${i}`));
    expect(cache.stats().events.merged).to.equal(4_000);
  });
});
