import { ROOT_CONTEXT } from '@opentelemetry/api';
import { expect } from 'chai';
import { eventNames, names, startService } from './service.js';

/** Counts trace ids, and gives every trace the same span ids. */
function deterministicIds() {
  let traces = 0;
  let spans = 0;
  return {
    generateTraceId: () => {
      spans = 0;
      return (++traces).toString(16).padStart(32, '0');
    },
    generateSpanId: () => (++spans).toString(16).padStart(16, '0'),
  };
}

describe('Two traces with the same span id', () => {
  it('keep their events apart', () => {
    const { cache, start, log } = startService({}, { idGenerator: deterministicIds() });
    const subscription = cache.subscribe();
    const [one, two] = [start('one'), start('two')];
    expect(one.spanContext().spanId).to.equal(two.spanContext().spanId);

    log(one, 'for one');
    log(two, 'for two');
    log(one, 'for one again');
    two.end();
    one.end();
    cache.flush();

    const { spans } = subscription.take()!;
    expect(names(spans)).to.deep.equal(['two', 'one']);
    expect(spans.map(eventNames)).to.deep.equal([['for two'], ['for one', 'for one again']]);
  });

  it('are evicted one by one', () => {
    const ids = { idGenerator: deterministicIds() };
    const { cache, start, log } = startService({ maxParkedSpans: 2 }, ids);
    const subscription = cache.subscribe();
    const spans = ['one', 'two', 'three', 'four'].map((name) => start(name));

    for (const span of spans) log(span, 'x');
    for (const span of spans) span.end();
    cache.flush();

    expect(subscription.take()!.spans.map(eventNames)).to.deep.equal([[], [], ['x'], ['x']]);
  });

  it('are late one by one', () => {
    const { cache, start, log } = startService({}, { idGenerator: deterministicIds() });
    cache.subscribe();
    const [one, two] = [start('one'), start('two')];
    one.end();
    cache.flush();

    log(one, 'late');
    log(two, 'in time');
    cache.flush();

    expect(cache.stats().events.orphaned.late).to.equal(1);
    expect(cache.stats().events.parked).to.equal(1);
  });
});

describe('A delivered span', () => {
  it("is the SDK's own object if there was nothing to merge", () => {
    const { cache, start } = startService();
    const subscription = cache.subscribe();
    const span = start('job');
    span.end();

    cache.flush();

    expect(subscription.take()!.spans[0]).to.equal(span);
  });

  it('is the same object for all subscribers, in the same list', () => {
    const { cache, start, log } = startService();
    const [one, two] = [cache.subscribe(), cache.subscribe()];
    const span = start('job');
    log(span, 'x');
    span.end();

    cache.flush();

    expect(one.take()!.spans).to.equal(two.take()!.spans);
  });

  it('has all members of a ReadableSpan after a merge', () => {
    const { cache, tracer, log } = startService();
    const subscription = cache.subscribe();
    const parent = tracer.startSpan('parent', {}, ROOT_CONTEXT);
    const options = { kind: 2, attributes: { a: 1 }, links: [{ context: parent.spanContext() }] };
    const span = tracer.startSpan('job', options, ROOT_CONTEXT);
    log(span, 'x');
    span.setStatus({ code: 2, message: 'broken' });
    span.end();

    cache.flush();

    const merged = subscription.take()!.spans[0]!;
    const original = span as unknown as typeof merged;
    const { spanContext } = merged;
    expect(merged).not.to.equal(original);
    expect(spanContext()).to.equal(span.spanContext());
    for (const member of [
      'name',
      'kind',
      'parentSpanContext',
      'startTime',
      'endTime',
      'status',
      'attributes',
      'links',
      'duration',
      'ended',
      'resource',
      'instrumentationScope',
      'droppedAttributesCount',
      'droppedLinksCount',
    ] as const) {
      expect(merged[member], member).to.equal(original[member]);
    }
  });
});
