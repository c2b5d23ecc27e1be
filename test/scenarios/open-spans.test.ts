import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import { eventNames, startService } from './service.js';

describe('openSpans()', () => {
  it('has spans only with the option, which the cache shows', () => {
    const options = [{ trackOpenSpans: true }, { trackOpenSpans: false }, {}];

    const services = options.map((each) => startService(each));

    expect(services.map(({ cache }) => cache.tracksOpenSpans)).to.deep.equal([true, false, false]);
  });

  it('shows the current state of spans that have started and not ended', () => {
    const clock = sinon.useFakeTimers({ toFake: ['performance', 'Date'] });
    try {
      const { cache, tracer } = startService({ trackOpenSpans: true });
      const parent = tracer.startSpan('parent', {}, ROOT_CONTEXT);
      clock.tick(200);
      const child = tracer.startSpan('child', { kind: 2 }, trace.setSpan(ROOT_CONTEXT, parent));
      clock.tick(100);
      child.setAttribute('step', 'halfway');

      const open = cache.openSpans();

      expect(open.map(({ name, ageMillis }) => [name, ageMillis])).to.deep.equal([
        ['parent', 300],
        ['child', 100],
      ]);
      expect(open[1]).to.deep.include({
        kind: 2,
        spanContext: child.spanContext(),
        parentSpanContext: parent.spanContext(),
        attributes: { step: 'halfway' },
      });
      expect(open[1]!.startTime).to.be.an('array');
    } finally {
      clock.restore();
    }
  });

  it('forgets a span when it ends, whether or not anybody is subscribed', () => {
    const { cache, start } = startService({ trackOpenSpans: true });
    const [one, two] = [start('one'), start('two')];

    one.end();

    expect(cache.openSpans().map(({ name }) => name)).to.deep.equal(['two']);
    two.end();
    expect(cache.openSpans()).to.deep.equal([]);
  });

  it('shows status and events so far, and the waiting log lines, which the span still receives when it ends', () => {
    const { cache, start, log } = startService({ trackOpenSpans: true });
    const store = cache.store();
    const span = start('job').setStatus({ code: 2, message: 'stuck' });
    span.addEvent('began');
    log(span, 'waiting for a lock');
    cache.flush();

    const [open] = cache.openSpans();

    expect(open!.status).to.deep.equal({ code: 2, message: 'stuck' });
    expect(open!.events.map(({ name }) => name)).to.deep.equal(['began', 'waiting for a lock']);
    span.end();
    expect(eventNames(store.getFinishedSpans()[0])).to.deep.equal(['began', 'waiting for a lock']);
  });

  it('returns attributes of its own', () => {
    const { cache, start } = startService({ trackOpenSpans: true });
    const span = start('job');
    const [open] = cache.openSpans();

    span.setAttribute('later', true);

    expect(open!.attributes).to.deep.equal({});
  });

  it('is bounded: the span that started first is forgotten and counted', () => {
    const { cache, start } = startService({ trackOpenSpans: true, maxParkedSpans: 2 });

    const [first] = ['a', 'b', 'c'].map((name) => start(name));
    const open = cache.openSpans().map(({ name }) => name);
    first!.end();

    expect(open).to.deep.equal(['b', 'c']);
    expect(cache.stats().openSpans).to.deep.equal({ open: 2, forgotten: 1 });
  });

  it('counts a span once when the processor is registered twice', () => {
    const { cache } = startService({ trackOpenSpans: true });
    const { start } = startService(undefined, {
      spanProcessors: [cache.spanProcessor, cache.spanProcessor],
    });

    start('job');

    expect(cache.stats().openSpans.open).to.equal(1);
  });

  it('is empty unless trackOpenSpans is on', () => {
    const { cache, start } = startService();

    start('job');

    expect(cache.openSpans()).to.deep.equal([]);
    expect(cache.stats().openSpans).to.deep.equal({ open: 0, forgotten: 0 });
  });

  it('is empty after shutdown()', async () => {
    const { cache, start } = startService({ trackOpenSpans: true });
    start('job');

    await cache.shutdown();

    expect(cache.openSpans()).to.deep.equal([]);
  });

  it('survives garbage from the SDK side', () => {
    const { cache } = startService({ trackOpenSpans: true });
    const span = { spanContext: () => ({ traceId: 'a', spanId: 'b' }) };
    Object.defineProperty(span, 'name', {
      get() {
        throw new Error('no name today');
      },
    });

    for (const garbage of [undefined, null, 7, {}, span]) {
      expect(() => cache.spanProcessor.onStart(garbage, ROOT_CONTEXT)).not.to.throw();
      expect(() => cache.spanProcessor.onEnd(undefined as never)).not.to.throw();
    }

    expect(cache.openSpans()).to.deep.equal([]);
  });
});
