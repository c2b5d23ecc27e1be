import type { SpanContext } from '@opentelemetry/api';
import { expect } from 'chai';
import fc from 'fast-check';
import type { LogEvent } from '../../src/model/log-event.js';
import { ParkedEvents, type ParkedSpan } from '../../src/reconcile/parked-events.js';

function spanContext(id: number): SpanContext {
  const spanId = id.toString(16).padStart(16, '0');
  return { traceId: spanId.repeat(2), spanId, traceFlags: 1 };
}

function event(name: string): LogEvent {
  return { name } as LogEvent;
}

function namesIn(parked: ParkedSpan | undefined): string[] {
  const events: LogEvent[] = [];
  parked?.appendTo(events);
  return events.map(({ name }) => name);
}

describe('ParkedEvents', () => {
  it('gives out the events of a span once', () => {
    const parked = new ParkedEvents(10, 10);
    parked.park(spanContext(1), event('a'));

    expect(namesIn(parked.take(spanContext(1)))).to.deep.equal(['a']);
    expect(parked.take(spanContext(1))).to.equal(undefined);
  });

  it('gives out the span that has waited longest, wherever others were taken from', () => {
    const parked = new ParkedEvents(10, 10);
    for (const id of [1, 2, 3, 4]) parked.park(spanContext(id), event(String(id)));

    parked.take(spanContext(1));
    parked.take(spanContext(3));

    expect(namesIn(parked.takeOldest())).to.deep.equal(['2']);
    expect(namesIn(parked.takeOldest())).to.deep.equal(['4']);
    expect(parked.takeOldest()).to.equal(undefined);
  });

  it('forgets what a recycled bucket held', () => {
    const parked = new ParkedEvents(10, 10);
    parked.park(spanContext(1), event('a'));
    const bucket = parked.take(spanContext(1))!;
    parked.recycle(bucket);

    parked.park(spanContext(2), event('b'));
    const again = parked.take(spanContext(2))!;

    expect(again).to.equal(bucket);
    expect(namesIn(again)).to.deep.equal(['b']);
    expect(again.lost).to.equal(0);
  });

  it('keeps the newest maxEventsPerSpan events of a span, in order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 40 }), (limit, count) => {
        const parked = new ParkedEvents(1, limit);
        parked.park(spanContext(1), event('0'));
        const bucket = parked.get(spanContext(1))!;
        for (let i = 1; i < count; i++) parked.add(bucket, event(String(i)));

        const expected = Array.from({ length: count }, (_, i) => String(i)).slice(-limit);
        expect(namesIn(bucket)).to.deep.equal(expected);
        expect(bucket.lost).to.equal(count - expected.length);
        expect(parked.events).to.equal(expected.length);
      }),
    );
  });

  it('counts its spans and events right, whatever comes and goes', () => {
    const step = fc.tuple(fc.constantFrom('event', 'event', 'event', 'take', 'evict'), fc.nat({ max: 5 }));
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const parked = new ParkedEvents(6, 3);
        const model = new Map<number, number>();
        for (const [action, id] of steps) {
          const bucket = parked.get(spanContext(id));
          if (action === 'event' && bucket === undefined) {
            parked.park(spanContext(id), event('x'));
            model.set(id, 1);
          } else if (action === 'event') {
            parked.add(bucket!, event('x'));
            model.set(id, Math.min(3, model.get(id)! + 1));
          } else {
            const [oldest] = model.keys();
            const taken = action === 'take' ? parked.take(spanContext(id)) : parked.takeOldest();
            const expected = action === 'take' ? id : oldest;
            expect(taken?.count).to.equal(expected === undefined ? undefined : model.get(expected));
            if (expected !== undefined) model.delete(expected);
            if (taken !== undefined) parked.recycle(taken);
          }
          expect(parked.spans).to.equal(model.size);
          expect(parked.events).to.equal([...model.values()].reduce((sum, count) => sum + count, 0));
        }
      }),
    );
  });
});
