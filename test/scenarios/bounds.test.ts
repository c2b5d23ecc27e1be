import { diag, DiagLogLevel, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import { isLogEvent, type ReadableLogRecord, type ReadableSpan } from '../../src/index.js';
import { newCache } from '../caches.js';
import { isOldestSdk } from '../sdk.js';
import { eventNames, eventually, listenToWarnings, names, startService } from './service.js';
import { internalsOf } from '../../src/cache/internals.js';

describe('A full queue', () => {
  let warnings: string[];

  beforeEach(() => {
    warnings = [];
    listenToWarnings((...args: unknown[]) => warnings.push(args.join(' ')));
  });

  afterEach(() => diag.disable());

  it('of spans refuses the newest, counts them, reports that once, and their number at the end', () => {
    const { cache, start } = startService({ queueCapacity: 3 });
    const subscription = cache.subscribe();

    for (const name of ['a', 'b', 'c', 'd', 'e']) start(name).end();
    cache.flush();

    expect(names(subscription.take()!.spans)).to.deep.equal(['a', 'b', 'c']);
    expect(cache.stats().spans.dropped.queue_full).to.equal(2);
    expect(warnings).to.deep.equal([
      'otel-span-cache the span queue is full (3); new spans are dropped',
      'otel-span-cache dropped 2 spans because the span queue was full (3)',
    ]);
  });

  it('of events does the same, without affecting spans', () => {
    const { cache, start, log } = startService({ queueCapacity: 3 });
    const subscription = cache.subscribe();
    const span = start('job');

    for (const body of ['a', 'b', 'c', 'd', 'e']) log(span, body);
    span.end();
    cache.flush();

    expect(eventNames(subscription.take()!.spans[0])).to.deep.equal(['a', 'b', 'c']);
    expect(cache.stats().events.dropped.queue_full).to.equal(2);
    expect(warnings).to.deep.equal([
      'otel-span-cache the event queue is full (3); new events are dropped',
      'otel-span-cache dropped 2 events because the event queue was full (3)',
    ]);
  });

  it('is reported again when it fills up again after it was empty', () => {
    const { cache, start } = startService({ queueCapacity: 1 });
    cache.subscribe();

    for (let episode = 0; episode < 3; episode++) {
      for (let i = 0; i < 10; i++) start('job').end();
      cache.flush();
    }

    expect(warnings.filter((line) => line.includes('is full'))).to.have.length(3);
    expect(warnings.filter((line) => line.includes('dropped 9 spans because'))).to.have.length(3);
    expect(cache.stats().spans.dropped.queue_full).to.equal(27);
  });

  it('survives a diag logger that throws', () => {
    diag.setLogger(
      {
        error: () => {},
        warn: () => {
          throw new Error('broken logger');
        },
        info: () => {},
        debug: () => {},
        verbose: () => {},
      },
      { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true },
    );
    const { cache, start } = startService({ queueCapacity: 1 });
    cache.subscribe();

    expect(() => {
      start('a').end();
      start('b').end();
    }).not.to.throw();
  });
});

describe('The driver', () => {
  afterEach(() => sinon.restore());

  it('delivers by itself, outside of span.end()', async () => {
    const { cache, start } = startService();
    const callback = sinon.spy();
    cache.subscribe(callback);

    start('job').end();
    const atOnce = callback.callCount;
    await eventually(() => callback.callCount > 0);

    expect(atOnce).to.equal(0);
    expect(callback.callCount).to.equal(1);
  });

  it('lets the event loop turn between batches that take a millisecond', async () => {
    const clock = sinon.useFakeTimers({ toFake: ['performance'] });
    const { cache, start } = startService();
    let turns = 0;
    const turnsSeen: number[] = [];
    cache.subscribe(() => {
      turnsSeen.push(turns);
      clock.tick(1);
    });
    for (let i = 0; i < 256 * 4; i++) start('job').end();

    const count = () => {
      turns++;
      if (turnsSeen.length < 4) setImmediate(count);
    };
    setImmediate(count);
    await eventually(() => turnsSeen.length === 4);

    // A batch moved by the timer, right after one moved by an immediate, sees no immediate between them.
    expect(new Set(turnsSeen).size).to.be.at.least(3);
  });

  it('delivers spans without delay while events keep arriving', async () => {
    const { cache, start, log } = startService();
    const delivered = new Promise<void>((resolve) => {
      cache.subscribe(() => resolve());
    });
    const open = start('open');
    let flooding = true;
    const flood = () => {
      for (let i = 0; i < 600; i++) log(open, 'flood');
      if (flooding) setImmediate(flood);
    };

    flood();
    start('job').end();
    await delivered;
    flooding = false;
  });

  it('works under fake timers by flush(), which needs no timer', () => {
    const clock = sinon.useFakeTimers();
    try {
      const { cache, start, log } = startService();
      const subscription = cache.subscribe();
      const span = start('job');
      log(span, 'x');
      span.end();

      cache.flush();

      expect(eventNames(subscription.take()!.spans[0])).to.deep.equal(['x']);
    } finally {
      clock.restore();
    }
  });
});

describe('shutdown()', () => {
  it('delivers queued and parked items, then closes the subscriptions', async () => {
    const { cache, start, log } = startService();
    const subscription = cache.subscribe({ orphans: true });
    const [open, ended] = [start('open'), start('ended')];
    log(open, 'its span never ends');
    ended.end();

    await cache.shutdown();

    const { spans, orphans } = subscription.take()!;
    expect(names(spans)).to.deep.equal(['ended']);
    expect(orphans.map(({ name, reason }) => [name, reason])).to.deep.equal([['its span never ends', 'shutdown']]);
    expect(subscription.closed).to.equal(true);
    expect(cache.stats().events).to.include({ parked: 0, queued: 0 });
  });

  it('keeps nothing and throws nothing afterwards, and counts new items', async () => {
    const { cache, start, log } = startService();
    cache.subscribe();
    await cache.shutdown();
    const span = start('job');

    log(span, 'an SDK that asks enabled() does not even hand this over');
    const before = cache.stats().events.dropped.shutdown;
    cache.logRecordProcessor.onEmit({} as ReadableLogRecord);
    span.end();
    cache.flush();
    await cache.forceFlush();

    const { spans, events } = cache.stats();
    expect(spans).to.include({ received: 1, queued: 0, delivered: 0 });
    expect(spans.dropped.shutdown).to.equal(1);
    expect(events).to.include({ queued: 0, parked: 0 });
    expect(before).to.equal(isOldestSdk ? 1 : 0);
    expect(events.dropped.shutdown).to.equal(before + 1);
  });

  it('happens once, however often and through whichever processor or exporter it is called', async () => {
    const { cache } = startService();

    const calls = [cache.shutdown(), cache.shutdown(), cache.spanProcessor.shutdown(), cache.exporter.shutdown()];

    expect(new Set(calls).size).to.equal(1);
    await Promise.all(calls);
  });

  it('called again by a subscriber in its last delivery returns the same promise', async () => {
    const { cache, start, log } = startService();
    const promises: Promise<void>[] = [];
    cache.subscribe(() => promises.push(cache.shutdown()), { orphans: true });
    log(start('open'), 'parked');
    start('job').end();

    promises.push(cache.shutdown());
    await Promise.all(promises);

    expect(promises).to.have.length(3);
    expect(new Set(promises).size).to.equal(1);
  });

  it('called by a subscriber finishes the delivery in progress', async () => {
    const { cache, start } = startService();
    const seen: string[] = [];
    cache.subscribe(({ spans }) => {
      seen.push(...names(spans));
      void cache.shutdown();
    });
    for (let i = 0; i < 600; i++) start(String(i)).end();

    cache.flush();
    await cache.shutdown();

    expect(seen).to.have.length(600);
  });

  it('of the logs flushes, and keeps the cache running for later spans', async () => {
    const { cache, start, log } = startService();
    const subscription = cache.subscribe();
    const span = start('job');
    log(span, 'x');

    await cache.logRecordProcessor.shutdown();
    span.end();
    cache.flush();

    expect(subscription.take()!.spans.map(eventNames)).to.deep.equal([['x']]);
  });

  it('of the providers shuts the cache down', async () => {
    const { cache, shutdown } = startService();
    const subscription = cache.subscribe();

    await shutdown();

    expect(subscription.closed).to.equal(true);
  });
});

describe('Garbage from the SDK side', () => {
  const throwing = (what: string) => ({
    get() {
      throw new Error(`no ${what} today`);
    },
    enumerable: true,
  });

  const SPANS: Record<string, unknown> = {
    'a span that is undefined': undefined,
    'a span that is null': null,
    'a span that is a number': 7,
    'a span without spanContext()': {},
    'a span whose spanContext() gives undefined': { spanContext: () => undefined },
    'a span whose spanContext() gives no ids': { spanContext: () => ({}) },
    'a span whose spanContext() throws': {
      spanContext: () => {
        throw new Error('no context today');
      },
    },
  };

  for (const [what, span] of Object.entries(SPANS)) {
    it(`${what} is counted as invalid, and the next span is delivered`, () => {
      const { cache, start } = startService();
      const subscription = cache.subscribe();

      expect(() => cache.spanProcessor.onEnd(span as ReadableSpan)).not.to.throw();
      start('fine').end();
      cache.flush();

      expect(names(subscription.take()!.spans)).to.deep.equal(['fine']);
      expect(cache.stats().spans.dropped.invalid).to.equal(1);
    });
  }

  it('a span whose events cannot be read is invalid, and its events stay parked', () => {
    const { cache, start, log } = startService();
    cache.subscribe();
    const span = start('job');
    log(span, 'x');
    const broken = Object.defineProperty({ spanContext: () => span.spanContext() }, 'events', throwing('events'));

    cache.spanProcessor.onEnd(broken as never);
    cache.flush();

    expect(cache.stats().spans.dropped.invalid).to.equal(1);
    expect(cache.stats().events.parked).to.equal(1);
  });

  const spanContext = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };
  const RECORDS: Record<string, unknown> = {
    'a record that is undefined': undefined,
    'a record that is null': null,
    'a record without a time': { spanContext, attributes: {} },
    'a record with attributes that throw': {
      spanContext,
      hrTime: [1, 0],
      attributes: Object.defineProperty({}, 'key', throwing('key')),
    },
    'a record whose span context throws': Object.defineProperty({}, 'spanContext', throwing('context')),
  };

  for (const [what, record] of Object.entries(RECORDS)) {
    it(`${what} is counted as invalid, and the next event is parked`, () => {
      const { cache, start, log } = startService();
      cache.subscribe({ orphans: true });

      expect(() => cache.logRecordProcessor.onEmit(record as ReadableLogRecord)).not.to.throw();
      log(start('job'), 'fine');
      cache.flush();

      expect(cache.stats().events).to.include({ received: 2, parked: 1 });
      expect(cache.stats().events.dropped.invalid).to.equal(1);
    });
  }

  it('a record with nothing but a time is an event named log', () => {
    const cache = newCache();
    const subscription = cache.subscribe({ orphans: true });

    cache.logRecordProcessor.onEmit({ hrTime: [1, 0] } as ReadableLogRecord);
    cache.flush();

    const [orphan] = subscription.take()!.orphans;
    expect(orphan).to.deep.include({ name: 'log', time: [1, 0], attributes: {}, droppedAttributesCount: 0 });
  });

  it('a record with an invalid span context is an event of no span', () => {
    const cache = newCache();
    const subscription = cache.subscribe({ orphans: true });
    const zeros = { traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 1 };

    for (const spanContext of [zeros, {}]) {
      cache.logRecordProcessor.onEmit({ hrTime: [1, 0], spanContext } as ReadableLogRecord);
    }
    cache.flush();

    const { orphans } = subscription.take()!;
    expect(orphans.map(({ reason }) => reason)).to.deep.equal(['no_span', 'no_span']);
  });

  it('an export of anything but spans fails without throwing', () => {
    const { cache } = startService();
    cache.subscribe();
    const callback = sinon.spy();

    expect(() => cache.exporter.export(undefined as never, callback)).not.to.throw();

    expect(callback.firstCall.args[0]).to.include({ code: 1 });
  });
});

describe('The event made of a log record', () => {
  it('has the members of a TimedEvent and of a log record', () => {
    const { cache, start, logger } = startService();
    const subscription = cache.subscribe();
    const span = start('job');
    logger.emit({
      eventName: 'order.placed',
      body: { nested: [1, 'two'] },
      severityNumber: 9,
      severityText: 'INFO',
      attributes: { plain: 1, nested: { deep: true } },
      timestamp: new Date(1_000),
      observedTimestamp: new Date(2_000),
      context: trace.setSpan(ROOT_CONTEXT, span),
    });
    span.end();

    cache.flush();

    const [event] = subscription.take()!.spans[0]!.events;
    expect(event).to.deep.include({
      name: 'order.placed',
      time: [1, 0],
      observedTime: [2, 0],
      body: { nested: [1, 'two'] },
      severityNumber: 9,
      severityText: 'INFO',
      attributes: { plain: 1, nested: { deep: true } },
      droppedAttributesCount: 0,
    });
    expect(event).to.have.nested.property('instrumentationScope.name', 'test');
  });

  it('has the resource of the record, by reference, on a span and as an orphan', () => {
    const { cache, start, log, logger } = startService();
    const subscription = cache.subscribe({ orphans: true });
    const resources: unknown[] = [];
    internalsOf(cache).observe({ onEmit: ({ resource }) => resources.push(resource) });
    const span = start('job');
    log(span, 'in a span');
    logger.emit({ body: 'alone', context: ROOT_CONTEXT });
    span.end();
    cache.flush();

    const { spans, orphans } = subscription.take()!;

    const events = [...spans[0]!.events.filter(isLogEvent), ...orphans];
    expect(events.map(({ resource }) => resource))
      .to.have.ordered.members(resources)
      .and.have.length(2);
    expect(events[0]!.resource?.attributes).to.have.property('telemetry.sdk.language', 'nodejs');
  });

  it('has no resource if the record has none', () => {
    const cache = newCache();
    const subscription = cache.subscribe({ orphans: true });

    cache.logRecordProcessor.onEmit({ hrTime: [1, 0] } as ReadableLogRecord);
    cache.flush();

    expect(subscription.take()!.orphans[0]!.resource).to.equal(undefined);
  });

  it('is named by its event name, else its string body, else its severity text, else log', () => {
    const { cache, start, logger } = startService();
    const subscription = cache.subscribe();
    const span = start('job');
    const inSpan = trace.setSpan(ROOT_CONTEXT, span);
    logger.emit({ eventName: 'name', body: 'body', severityText: 'WARN', context: inSpan });
    logger.emit({ eventName: '', body: 'body', severityText: 'WARN', context: inSpan });
    logger.emit({ body: { not: 'a string' }, severityText: 'WARN', context: inSpan });
    logger.emit({ body: 7, context: inSpan });
    span.end();

    cache.flush();

    expect(eventNames(subscription.take()!.spans[0])).to.deep.equal(['name', 'body', 'WARN', 'log']);
  });

  it('does not change when the record does', () => {
    const cache = newCache();
    const subscription = cache.subscribe({ orphans: true });
    const attributes = { key: 'as emitted' };
    cache.logRecordProcessor.onEmit({ hrTime: [1, 0], attributes } as unknown as ReadableLogRecord);
    cache.flush();

    attributes.key = 'changed later';

    expect(subscription.take()!.orphans[0]!.attributes).to.deep.equal({ key: 'as emitted' });
  });
});
