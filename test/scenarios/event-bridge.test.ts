import { context, ROOT_CONTEXT, trace, TraceFlags, type Context, type Span } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import {
  EventToSpanEventBridge,
  type LogRecordProcessor,
  type ReadableLogRecord,
  type ReadableSpan,
  type SpanProcessor,
} from '../../src/index.js';
import { newCache } from '../caches.js';
import { inSpan, isOldestSdk, SamplingDecision, startSdk, type Sdk, type SdkConfig } from '../sdk.js';
import { eventNames } from './service.js';

/*
 * The conditions of the specification's section "Event to span event bridge", one test each, and what
 * follows from them with the real SDK.
 */

/** The parts of the SDK's own record, open for changes while it is in `onEmit`. */
type MutableRecord = { -readonly [Field in keyof ReadableLogRecord]: ReadableLogRecord[Field] };

/** A processor that does this with every record. */
function onEmit(act: (record: MutableRecord) => void): LogRecordProcessor {
  return { onEmit: act, forceFlush: async () => {}, shutdown: async () => {} };
}

/** Keeps every span that is recorded, sampled or not. */
class EndedSpans implements SpanProcessor {
  readonly spans: ReadableSpan[] = [];
  /** Called while the span is ending and still recording. */
  onEnding?: (span: Span) => void;

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    this.spans.push(span);
  }

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {}
}

interface BridgedService extends Sdk {
  bridge: EventToSpanEventBridge;
  ended: EndedSpans;
  /** Starts a span, as root of a new trace. */
  start(name?: string): Span;
}

interface Processors {
  before?: LogRecordProcessor[];
  after?: LogRecordProcessor[];
}

/** A service with the bridge and without a cache. */
function startBridged({ before = [], after = [] }: Processors = {}, config?: Partial<SdkConfig>): BridgedService {
  const bridge = new EventToSpanEventBridge();
  const ended = new EndedSpans();
  const sdk = startSdk({
    spanProcessors: [ended],
    logRecordProcessors: [...before, bridge, ...after],
    ...config,
  });
  return { ...sdk, bridge, ended, start: (name = 'span') => sdk.tracer.startSpan(name, {}, ROOT_CONTEXT) };
}

function contextOf(span: Span): Context {
  return trace.setSpan(ROOT_CONTEXT, span);
}

function alwaysDecide(decision: SamplingDecision) {
  return { shouldSample: () => ({ decision }), toString: () => 'always the same' };
}

describe('EventToSpanEventBridge', () => {
  describe('adds an event to its span', () => {
    it('with the name, the time and the attributes of the record', () => {
      const { logger, ended, start } = startBridged();
      const span = start();

      inSpan(span, () =>
        logger.emit({ eventName: 'order.paid', timestamp: [1_700_000_000, 123_456_789], attributes: { amount: 12 } }),
      );
      span.end();

      const [event, ...others] = ended.spans[0]!.events;
      expect(event).to.deep.include({
        name: 'order.paid',
        time: [1_700_000_000, 123_456_789],
        attributes: { amount: 12 },
      });
      expect(others).to.deep.equal([]);
    });

    it('with the time of the call if the record has none', () => {
      const { logger, ended, start } = startBridged();
      const span = start();
      const earliest = Date.now();

      inSpan(span, () => logger.emit({ eventName: 'event' }));
      span.end();

      const [seconds, nanos] = ended.spans[0]!.events[0]!.time;
      expect(seconds * 1000 + nanos / 1e6).to.be.within(earliest, Date.now());
    });

    it('at a time close to 1970, too', () => {
      const { logger, ended, start } = startBridged();
      const span = start();

      inSpan(span, () => logger.emit({ eventName: 'event', timestamp: [0, 5_000_000] }));
      span.end();

      expect(ended.spans[0]!.events[0]!.time).to.deep.equal([0, 5_000_000]);
    });

    it('if the span is recorded without being sampled', () => {
      const { logger, ended, start } = startBridged({}, { sampler: alwaysDecide(SamplingDecision.RECORD) });
      const span = start();

      inSpan(span, () => logger.emit({ eventName: 'event' }));
      span.end();

      expect(span.spanContext().traceFlags).to.equal(TraceFlags.NONE);
      expect(eventNames(ended.spans[0])).to.deep.equal(['event']);
    });

    if (!isOldestSdk) {
      it('if the span is ending and has not ended', () => {
        const { logger, ended, start } = startBridged();
        ended.onEnding = (span) => logger.emit({ eventName: 'ending', context: contextOf(span) });

        start().end();

        expect(eventNames(ended.spans[0])).to.deep.equal(['ending']);
      });
    }

    it('in the order of the calls, among calls of addEvent()', () => {
      const { logger, ended, start } = startBridged();
      const span = start();

      span.addEvent('1');
      inSpan(span, () => logger.emit({ eventName: '2' }));
      span.addEvent('3');
      span.end();

      expect(eventNames(ended.spans[0])).to.deep.equal(['1', '2', '3']);
    });

    it('of two open ones, always to the one in which it was logged', () => {
      const { logger, ended, start } = startBridged();
      const first = start('first');
      const second = start('second');

      logger.emit({ eventName: 'in second', context: contextOf(second) });
      logger.emit({ eventName: 'in first', context: contextOf(first) });
      first.end();
      second.end();

      expect(ended.spans.map(eventNames)).to.deep.equal([['in first'], ['in second']]);
    });

    it('of the given context, not to the active one', () => {
      const { logger, ended, start } = startBridged();
      const passed = start('passed');
      const active = start('active');

      inSpan(active, () => logger.emit({ eventName: 'event', context: contextOf(passed) }));
      passed.end();
      active.end();

      expect(ended.spans.map(eventNames)).to.deep.equal([['event'], []]);
    });

    it('without body, severity, scope and other fields of a log record', () => {
      const { logger, ended, start } = startBridged();
      const span = start();

      inSpan(span, () => logger.emit({ eventName: 'event', body: 'body', severityNumber: 9, severityText: 'INFO' }));
      span.end();

      expect(ended.spans[0]!.events[0]).to.have.all.keys('name', 'time', 'attributes', 'droppedAttributesCount');
      expect(ended.spans[0]!.events[0]!.attributes).to.deep.equal({});
    });

    it('within the limits of the span, which counts the dropped events', () => {
      const { logger, ended, start } = startBridged();
      const span = start();

      for (let i = 0; i < 130; i++) logger.emit({ eventName: `event ${i}`, context: contextOf(span) });
      span.end();

      const { events, droppedEventsCount } = ended.spans[0]!;
      expect([events.length, droppedEventsCount]).to.deep.equal([128, 2]);
      expect(events[0]!.name).to.equal('event 2');
    });
  });

  describe('does nothing with a record', () => {
    it('without an event name', () => {
      const { logger, ended, start } = startBridged();
      const span = start();

      inSpan(span, () => logger.emit({ body: 'a line', attributes: { 'event.name': 'no' } }));
      span.end();

      expect(ended.spans[0]!.events).to.deep.equal([]);
    });

    it('with an empty event name', () => {
      const { logger, ended, start } = startBridged();
      const span = start();

      inSpan(span, () => logger.emit({ eventName: '' }));
      span.end();

      expect(ended.spans[0]!.events).to.deep.equal([]);
    });

    it('that was emitted outside any span', () => {
      const { logger, ended, start } = startBridged();
      const span = start();

      inSpan(span, () => logger.emit({ eventName: 'event', context: ROOT_CONTEXT }));
      span.end();

      expect(ended.spans[0]!.events).to.deep.equal([]);
    });

    it('that has lost its span context', () => {
      const forget = onEmit((record) => Object.assign(record, { spanContext: undefined }));
      const { logger, ended, start } = startBridged({ before: [forget] });
      const span = start();

      inSpan(span, () => logger.emit({ eventName: 'event' }));
      span.end();

      expect(ended.spans[0]!.events).to.deep.equal([]);
    });

    for (const [what, ids] of Object.entries({
      'another trace id than the span': { traceId: '1'.repeat(32) },
      'another span id than the span': { spanId: '1'.repeat(16) },
    })) {
      it(`that has ${what}`, () => {
        const change = onEmit((record) => {
          record.spanContext = { ...record.spanContext!, ...ids };
        });
        const { logger, ended, start } = startBridged({ before: [change] });
        const span = start();

        inSpan(span, () => logger.emit({ eventName: 'event' }));
        span.end();

        expect(ended.spans[0]!.events).to.deep.equal([]);
      });
    }

    it('in a span that is not recording', () => {
      const { logger, start } = startBridged({}, { sampler: alwaysDecide(SamplingDecision.NOT_RECORD) });
      const span = start();
      const addEvent = sinon.spy(span, 'addEvent');

      inSpan(span, () => logger.emit({ eventName: 'event' }));

      expect(addEvent.callCount).to.equal(0);
    });

    it('in a span of another process', () => {
      const { logger, start } = startBridged();
      const remote = trace.wrapSpanContext({ ...start().spanContext(), isRemote: true });
      const addEvent = sinon.spy(remote, 'addEvent');

      inSpan(remote, () => logger.emit({ eventName: 'event' }));

      expect(addEvent.callCount).to.equal(0);
    });

    it('in a span that has ended', () => {
      const { logger, ended, start } = startBridged();
      const span = start();
      const addEvent = sinon.spy(span, 'addEvent');

      span.end();
      inSpan(span, () => logger.emit({ eventName: 'event' }));

      expect(addEvent.callCount).to.equal(0);
      expect(ended.spans[0]!.events).to.deep.equal([]);
    });

    it('emitted with `context: undefined`, which the SDK gives no span context', () => {
      const passedOn: ReadableLogRecord[] = [];
      const { logger, ended, start } = startBridged({ after: [onEmit((record) => passedOn.push(record))] });
      const span = start();

      inSpan(span, () => logger.emit({ eventName: 'event', context: undefined } as { eventName: string }));
      span.end();

      expect(passedOn.map(({ spanContext }) => spanContext)).to.deep.equal([undefined]);
      expect(ended.spans[0]!.events).to.deep.equal([]);
    });
  });

  describe('copies attributes', () => {
    it('of simple types as they are', () => {
      const { logger, ended, start } = startBridged();
      const span = start();
      const attributes = {
        text: 'a',
        number: 1.5,
        nan: NaN,
        infinity: Infinity,
        yes: true,
        list: ['a', 'b'],
        gap: [1, null],
      };

      logger.emit({ eventName: 'event', attributes, context: contextOf(span) });
      span.end();

      expect(ended.spans[0]!.events[0]!.attributes).to.deep.equal(attributes);
    });

    if (!isOldestSdk) {
      it('of other types in the string form of the specification', () => {
        const { logger, ended, start } = startBridged();
        const span = start();

        logger.emit({
          eventName: 'event',
          context: contextOf(span),
          attributes: {
            map: { id: 7, tags: ['a', null], size: NaN },
            mixed: [1, 'a', true],
            bytes: new TextEncoder().encode('hello world'),
            empty: null,
          },
        });
        span.end();

        expect(ended.spans[0]!.events[0]!).to.deep.include({
          attributes: {
            map: '{"id":7,"tags":["a",null],"size":"NaN"}',
            mixed: '[1,"a",true]',
            bytes: 'aGVsbG8gd29ybGQ=',
            empty: '',
          },
        });
      });
    }

    it('added by an earlier processor', () => {
      const enrich = onEmit((record) => {
        record.attributes['added'] = true;
      });
      const { logger, ended, start } = startBridged({ before: [enrich] });
      const span = start();

      inSpan(span, () => logger.emit({ eventName: 'event' }));
      span.end();

      expect(ended.spans[0]!.events[0]!.attributes).to.deep.equal({ added: true });
    });
  });

  describe('the record', () => {
    it('is passed on unchanged to the next processor', () => {
      const snapshots: unknown[] = [];
      const snapshot = onEmit((record) => {
        const { hrTime, hrTimeObserved, spanContext, eventName, body, attributes, droppedAttributesCount } = record;
        const fields = { hrTime, hrTimeObserved, spanContext, eventName, body, attributes, droppedAttributesCount };
        snapshots.push(structuredClone(fields), Object.keys(record), record.attributes);
      });
      const { logger, start } = startBridged({ before: [snapshot], after: [snapshot] });

      inSpan(start(), () =>
        logger.emit({ eventName: 'event', body: { text: 'body' }, attributes: { map: { a: 1 }, list: ['a'] } }),
      );

      expect(snapshots.length).to.equal(6);
      expect(snapshots.slice(3)).to.deep.equal(snapshots.slice(0, 3));
      expect(snapshots[5]).to.equal(snapshots[2]);
    });

    it('can be changed by a later processor without changing the span event', () => {
      const change = onEmit((record) => {
        record.hrTime[0] = 1;
        record.attributes['added'] = true;
        (record.attributes['list'] as string[]).push('b');
      });
      const { logger, ended, start } = startBridged({ after: [change] });
      const span = start();

      inSpan(span, () =>
        logger.emit({ eventName: 'event', timestamp: [1_700_000_000, 0], attributes: { list: ['a'] } }),
      );
      span.end();

      const { time, attributes } = ended.spans[0]!.events[0]!;
      expect({ time, attributes }).to.deep.equal({ time: [1_700_000_000, 0], attributes: { list: ['a'] } });
    });
  });

  if (!isOldestSdk) {
    describe('enabled()', () => {
      it('is true for an event in a recording span', () => {
        const { logger, start } = startBridged();

        expect(logger.enabled({ eventName: 'event', context: contextOf(start()) })).to.equal(true);
        expect(inSpan(start(), () => logger.enabled({ eventName: 'event' }))).to.equal(true);
      });

      it('is false without an event name', () => {
        const { logger, start } = startBridged();

        expect(logger.enabled({ context: contextOf(start()) })).to.equal(false);
        expect(logger.enabled({ context: contextOf(start()), eventName: '' })).to.equal(false);
      });

      it('is false outside any span, and in one that is not recording', () => {
        const { logger, start } = startBridged();
        const span = start();
        span.end();

        expect(logger.enabled({ eventName: 'event', context: ROOT_CONTEXT })).to.equal(false);
        expect(logger.enabled({ eventName: 'event', context: contextOf(span) })).to.equal(false);
      });

      it('reads the given context, not the active one', () => {
        const { logger, start } = startBridged();

        inSpan(start(), () => {
          expect(logger.enabled({ eventName: 'event', context: ROOT_CONTEXT })).to.equal(false);
        });
      });

      it('withholds no record from another processor', () => {
        const bodies: unknown[] = [];
        const { logger, start } = startBridged({ after: [onEmit(({ body }) => bodies.push(body))] });

        inSpan(start(), () => logger.emit({ body: 'a line' }));

        expect(bodies).to.deep.equal(['a line']);
      });
    });
  }

  describe('after shutdown()', () => {
    it('does nothing', async () => {
      const { bridge, logger, ended, start } = startBridged({ after: [onEmit(() => {})] });
      const span = start();

      await bridge.forceFlush();
      await bridge.shutdown();
      inSpan(span, () => logger.emit({ eventName: 'event' }));
      span.end();

      expect(ended.spans[0]!.events).to.deep.equal([]);
    });

    if (!isOldestSdk) {
      it('is not enabled', async () => {
        const { bridge, logger, start } = startBridged();

        await bridge.shutdown();

        expect(logger.enabled({ eventName: 'event', context: contextOf(start()) })).to.equal(false);
      });
    }
  });

  describe('beside a cache', () => {
    type Order = (bridge: LogRecordProcessor, cache: LogRecordProcessor) => LogRecordProcessor[];
    const orders: Record<string, Order> = {
      'in front of the cache': (bridge, cache) => [bridge, cache],
      'behind the cache': (bridge, cache) => [cache, bridge],
    };

    for (const [place, order] of Object.entries(orders)) {
      describe(place, () => {
        function startBoth(config?: Partial<SdkConfig>) {
          const cache = newCache();
          const subscription = cache.subscribe({ orphans: true });
          const { tracer, logger } = startSdk({
            spanProcessors: [cache.spanProcessor],
            logRecordProcessors: order(new EventToSpanEventBridge(), cache.logRecordProcessor),
            ...config,
          });
          return {
            cache,
            logger,
            start: () => tracer.startSpan('span', {}, ROOT_CONTEXT),
            take() {
              cache.flush();
              return subscription.take()!;
            },
          };
        }

        it('an event is delivered once, and counted as a duplicate', () => {
          const { cache, logger, start, take } = startBoth();
          const span = start();

          inSpan(span, () => logger.emit({ eventName: 'event' }));
          span.end();

          expect(take().spans.map(eventNames)).to.deep.equal([['event']]);
          expect(cache.stats().events.dropped).to.have.property('duplicate', 1);
          expect(cache.stats().events).to.deep.include({ received: 1, parked: 0, merged: 0 });
        });

        it('an event is delivered once if it reaches the cache before its span ends', () => {
          const { cache, logger, start, take } = startBoth();
          const span = start();

          inSpan(span, () => logger.emit({ eventName: 'event' }));
          cache.flush();
          span.end();

          expect(take().spans.map(eventNames)).to.deep.equal([['event']]);
          expect(cache.stats().events.dropped).to.have.property('duplicate', 1);
        });

        it('an event of a span that is not sampled is delivered once', () => {
          const { cache, logger, start, take } = startBoth({ sampler: alwaysDecide(SamplingDecision.RECORD) });
          const span = start();

          inSpan(span, () => logger.emit({ eventName: 'event' }));
          span.end();

          expect(take().spans.map(eventNames)).to.deep.equal([['event']]);
          expect(cache.stats().events.dropped).to.have.property('duplicate', 1);
        });

        it('two equal events are two events', () => {
          const { cache, logger, start, take } = startBoth();
          const span = start();

          inSpan(span, () => logger.emit({ eventName: 'event', timestamp: [1_700_000_000, 0] }));
          inSpan(span, () => logger.emit({ eventName: 'event', timestamp: [1_700_000_000, 0] }));
          span.end();

          expect(take().spans.map(eventNames)).to.deep.equal([['event', 'event']]);
          expect(cache.stats().events.dropped).to.have.property('duplicate', 2);
        });

        it('a log line is merged by the cache, after the events of the bridge', () => {
          const { logger, start, take } = startBoth();
          const span = start();

          inSpan(span, () => {
            logger.emit({ body: 'a line' });
            logger.emit({ eventName: 'event' });
          });
          span.end();

          expect(take().spans.map(eventNames)).to.deep.equal([['event', 'a line']]);
        });

        it('an event that the bridge must ignore is merged by the cache', () => {
          const { logger, start, take } = startBoth();
          const span = start();

          inSpan(span, () => logger.emit({ eventName: 'event', context: undefined } as { eventName: string }));
          span.end();

          expect(take().spans.map(eventNames)).to.deep.equal([['event']]);
        });

        it('an event that arrives after its span is an orphan of the cache', () => {
          const { logger, start, take } = startBoth();
          const span = start();

          span.end();
          take();
          logger.emit({ eventName: 'late', context: contextOf(span) });

          expect(take().orphans.map(({ name, reason }) => [name, reason])).to.deep.equal([['late', 'late']]);
        });
      });
    }
  });

  it('needs no active context', () => {
    const { logger, ended, start } = startBridged();
    const span = start();

    context.with(ROOT_CONTEXT, () => logger.emit({ eventName: 'event', context: contextOf(span) }));
    span.end();

    expect(eventNames(ended.spans[0])).to.deep.equal(['event']);
  });
});
