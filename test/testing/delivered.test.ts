import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { expect, use } from 'chai';
import { formatTrace, SpanCache, type SpanBatch, type SpanStore } from '../../src/index.js';
import type { ReadableSpan } from '../../src/model/otel.js';
import { traceChai } from '../../src/testing/chai.js';
import {
  assertLog,
  assertNoSpan,
  assertSpan,
  assertTrace,
  matchesSpan,
  matchesTrace,
  spanMatcher,
  traceTesting,
  traceTree,
  traceTreeSerializer,
  type Spans,
} from '../../src/testing/index.js';
import { traceMatchers, type MatcherState } from '../../src/testing/runners/matchers.js';
import { revokedProxy } from '../hostile-values.js';
import { InMemorySpanExporter, startSdk, unregisterGlobals } from '../sdk.js';
import { thrownBy } from './assert/thrown.js';

use(traceChai);

/** An order whose charge is declined, as a cache gives it out. */
function recordOrder(): { store: SpanStore; batch: SpanBatch } {
  const cache = new SpanCache();
  const store = cache.store();
  const subscription = cache.subscribe({ orphans: true });
  const { tracer, logger } = startSdk({
    spanProcessors: [cache.spanProcessor],
    logRecordProcessors: [cache.logRecordProcessor],
  });
  logger.emit({ body: 'starting', severityNumber: SeverityNumber.DEBUG, timestamp: [1, 0], context: ROOT_CONTEXT });
  const order = tracer.startSpan('POST /orders', { kind: 1 }, ROOT_CONTEXT);
  const charge = tracer.startSpan('charge', { attributes: { amount: 12 } }, trace.setSpan(ROOT_CONTEXT, order));
  charge.addEvent('declined', { code: 51 });
  logger.emit({
    eventName: 'card.declined',
    body: { card: 'visa' },
    severityNumber: SeverityNumber.WARN,
    severityText: 'warning',
    attributes: { attempt: 1 },
    timestamp: [2, 0],
    context: trace.setSpan(ROOT_CONTEXT, charge),
  });
  charge.setStatus({ code: 2, message: 'card declined' }).end();
  order.end();
  cache.flush();
  return { store, batch: subscription.take()! };
}

describe('The output of a cache', () => {
  const { store, batch } = recordOrder();
  const sources: Record<string, Spans> = {
    'a store': store,
    "a store's spans": store.getFinishedSpans(),
    "a store's traces": store.traces(),
    'a trace': store.traces()[0]!,
    'a batch': batch,
    "a batch's spans": batch.spans,
  };
  const state: MatcherState = { utils: { diff: () => '' } };
  const order = { name: 'POST /orders', kind: 'server', children: [{ name: 'charge', status: 'error' }] } as const;

  for (const [name, source] of Object.entries(sources)) {
    describe(`as ${name}`, () => {
      it('is accepted by assertions', () => {
        expect(assertSpan(source, { name: 'charge', attributes: { amount: 12 } }).statusMessage).to.equal(
          'card declined',
        );
        expect(assertTrace(source, order).name).to.equal('POST /orders');
        expect(matchesTrace({ name: 'charge' }, source)).to.equal(false);
        assertNoSpan(source, { name: 'refund' });
      });

      it('is accepted by the matchers of the runners', () => {
        expect(source).to.have.span({ name: 'charge' }).and.to.matchTrace(order).and.to.have.openSpans(0);
        expect(source).to.not.have.span({ name: 'refund' });
        expect(traceMatchers.toHaveSpan.call(state, source, { name: 'charge' }).pass).to.equal(true);
        expect(traceMatchers.toMatchTrace.call(state, source, order).pass).to.equal(true);
        expect(traceMatchers.toHaveNoOpenSpans.call(state, source).pass).to.equal(true);
      });

      it('is shown by a failure like any captured trace', () => {
        const { message } = thrownBy(() => assertSpan(source, { name: 'charge', attributes: { amount: 13 } }));

        expect(message).to.equal(
          'no span matches charge {amount: 13}; nearest is charge: amount: expected 13, got 12\n\n' +
            '  POST /orders  server\n✗ └─ charge  error: "card declined"\n        amount: expected 13, got 12\n',
        );
      });

      it('is written into snapshots', () => {
        expect(traceTreeSerializer.test(source)).to.equal(true);
        expect(traceTree(source)).to.equal(
          [
            '- POST /orders  [server]',
            '  - charge  [error: card declined]',
            '      amount: 12',
            '      • declined',
            '          code: 51',
            '      • warning card.declined',
            '          body: {card=visa}',
            '          attempt: 1',
          ].join('\n'),
        );
      });

      it('has its log events as logs, in their spans', () => {
        const log = assertLog(source as SpanStore, {
          severity: 'WARNING',
          body: { card: 'visa' },
          span: { name: 'charge' },
        });

        expect(log).to.deep.include({
          eventName: 'card.declined',
          severityNumber: 13,
          attributes: { attempt: 1 },
          time: 2_000,
        });
        expect(log.scope).to.not.equal('');
      });

      it('is drawn by formatTrace', () => {
        expect(formatTrace(source as SpanStore)).to.equal(formatTrace(store.traces()));
      });
    });
  }

  it('has orphans as logs without a span', () => {
    const log = assertLog(batch, { body: 'starting', severity: 'DEBUG' });

    expect(log).to.deep.include({ eventName: undefined, traceId: undefined, spanId: undefined });
    expect(() => assertLog(store, { body: 'starting' })).to.throw('no log matches');
  });

  it('is compared span by span', () => {
    const isCharge = spanMatcher({ name: 'charge', events: [{ severity: 'warning' }] });

    expect(store.getFinishedSpans().filter(isCharge)).to.have.length(1);
    expect(matchesSpan({ kind: 'server' }, batch.spans[1]!)).to.equal(true);
  });

  it('makes a negative assertion inconclusive if spans were lost', () => {
    const lossy: SpanBatch = { ...batch, dropped: 3 };

    assertSpan(lossy, { name: 'charge' });
    expect(() => assertNoSpan(lossy, { name: 'refund' })).to.throw(/cannot tell .*\n\ndropped 3 spans/);
  });

  it('may pass through the in-memory exporter of the SDK', () => {
    const exporter = new InMemorySpanExporter();

    exporter.export(store.getFinishedSpans(), () => {});

    assertTrace(exporter, order);
  });

  it('replaces only an unreadable span by a mark', () => {
    const hostile = [...store.getFinishedSpans(), revokedProxy() as ReadableSpan];

    for (const source of [hostile, { getFinishedSpans: () => hostile }, { ...batch, spans: hostile }]) {
      assertTrace(source, order);
      expect(assertSpan(source, { name: '[unreadable]' }).traceId).to.equal('[unreadable]');
    }
  });

  it('has an amended span once, in its last revision', () => {
    const [charge, root] = store.getFinishedSpans() as [ReadableSpan, ReadableSpan];
    const amended = Object.create(charge, { revision: { value: 1 }, events: { value: [] } }) as ReadableSpan;

    expect(traceTree([charge, root, amended])).to.not.include('card.declined');
    expect(() => assertSpan([charge, root, amended], { name: 'charge', times: 2 })).to.throw('got 1');
  });
});

describe('A value without spans', () => {
  const { store, batch } = recordOrder();
  const others: Record<string, unknown> = {
    undefined: undefined,
    'a number': 5,
    'a cache': new SpanCache(),
    'a list of numbers': [1, 2],
    'a list of spans and a trace': [...batch.spans, store.traces()[0]],
    'a list of spans and a store': [...batch.spans, store],
    'a list of spans and a batch': [...batch.spans, batch],
    'a list of spans and a number': [...batch.spans, 5],
    'a list of spans and null': [...batch.spans, null],
  };
  const taken = 'must be a scope, a run, a store, a batch, a trace, a span, or an array of traces or spans, got ';

  for (const [name, other] of Object.entries(others)) {
    it(`is rejected with a list of the accepted values: ${name}`, () => {
      const source = other as Spans;
      for (const code of [
        () => assertSpan(source, {}),
        () => assertTrace(source, {}),
        () => assertNoSpan(source, {}),
        () => traceTree(source),
        () => expect(source).to.have.span({}),
        () => expect(source).to.matchTrace({}),
        () => traceMatchers.toHaveSpan.call({ utils: { diff: () => '' } }, source, {}),
      ]) {
        expect(code).to.throw(TypeError, `spans ${taken}`);
      }
      expect(() => assertLog(source as SpanStore, {})).to.throw(TypeError, 'logs must be a run, or a store, batch');
      expect(() => assertNoSpan(source as never, {}, { withinMillis: 1 })).to.throw(
        TypeError,
        'spans must be a run if withinMillis is given',
      );
      expect(() => formatTrace(source as SpanStore)).to.throw(TypeError, `trace ${taken}`);
      expect(traceTreeSerializer.test(source)).to.equal(false);
    });
  }
});

describe('A value that leads to spans', () => {
  const others: Record<string, [other: unknown, advice: RegExp]> = {
    'a cache': [new SpanCache(), / \(object\): a cache keeps no spans; create a store with cache\.store\(\)$/],
    'a promise': [Promise.resolve([]), / \(object\): await it first$/],
  };

  for (const [name, [other, advice]] of Object.entries(others)) {
    it(`is rejected with the way to them: ${name}`, () => {
      expect(() => assertSpan(other as Spans, {})).to.throw(TypeError, advice);
      expect(() => assertLog(other as SpanStore, {})).to.throw(TypeError, advice);
      expect(() => formatTrace(other as SpanStore)).to.throw(TypeError, advice);
    });
  }
});

describe('A failure about an empty store', () => {
  it('explains how spans get there', () => {
    const store = new SpanCache().store();

    for (const ask of [
      () => assertSpan(store, { name: 'job' }),
      () => assertTrace(store, { name: 'job' }),
      () => expect(store).to.have.span({}),
    ]) {
      expect(thrownBy(ask).message).to.match(
        /\n\nthe store is empty\. It receives a span only if the span started after a provider with the span processor/,
      );
    }
  });
});

describe('formatTrace() of what a test captured', () => {
  before(unregisterGlobals);

  it('draws a run, its traces and its spans', async () => {
    await using tracing = traceTesting();
    const run = await tracing.run(() => {
      trace.getTracer('shop').startActiveSpan('checkout', { kind: 1 }, (span) => {
        trace
          .getTracer('shop')
          .startSpan('charge', { attributes: { amount: 12 } })
          .end();
        trace.getTracer('shop').startSpan('forgotten');
        span.addEvent('paid').end();
      });
    });
    const withoutTimes = (text: string): string => text.replaceAll(/^ .{9}/gm, '').replace(/ · [^·\n]*$/m, '');
    const text = withoutTimes(formatTrace(run, { timeline: false }));

    expect(text.split('\n').slice(1)).to.deep.equal([
      'checkout  server',
      '│ paid',
      '├─ charge',
      '│    amount=12',
      '└─ forgotten  not ended',
    ]);
    for (const source of [run.traces, [...run.spans, ...run.openSpans]]) {
      expect(withoutTimes(formatTrace(source, { timeline: false }))).to.equal(text);
    }
    expect(
      withoutTimes(
        formatTrace(run.traces[0]!, { attributes: (_key, span) => span.kind === 'internal', timeline: false }),
      ),
    ).to.equal(text);
    expect(formatTrace(run.spans[0]!)).to.include('checkout').and.to.not.include('charge');
  });
});
