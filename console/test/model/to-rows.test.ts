import { expect } from 'chai';
import fc from 'fast-check';
import { SpanStatusCode } from '@opentelemetry/api';
import { buildTraces, SpanCache, type OrphanEvent, type ReadableSpan, type Trace } from 'otel-span-cache';
import { hostileValue, revokedProxy, throwingProxy } from '../../../test/hostile-values.js';
import { runs } from '../../../test/property-runs.js';
import { inSpan, startSdk } from '../../../test/sdk.js';
import { LogRowMaker } from '../../src/model/log-rows.js';
import { UNREADABLE_MEMBERS } from '../../src/model/to-rows.js';
import type { SpanRow } from '../../src/model/span-row.js';
import { traceSummary } from '../../src/api/schemas.js';
import { summaryOf } from '../../src/analysis/trace-summary.js';
import { analyseTrace } from '../../src/analysis/analyse-trace.js';
import { ErrorGroups } from '../../src/errors/error-groups.js';
import { Logs } from '../../src/logs/logs.js';
import { DeliveredRows } from './delivered-rows.js';
import { SHOP } from './rows.js';

const rowMaker = () => new DeliveredRows();

/** A span of plain data. */
function span(members: object = {}): ReadableSpan {
  return {
    name: 'span',
    kind: 0,
    spanContext: () => ({ traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 }),
    startTime: [1_700_000_000, 500_000],
    endTime: [1_700_000_000, 2_000_000],
    duration: [0, 1_500_000],
    status: { code: 0 },
    attributes: {},
    links: [],
    events: [],
    ended: true,
    resource: { attributes: {} },
    instrumentationScope: { name: 'test' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
    ...members,
  } as unknown as ReadableSpan;
}

function traceOf(...spans: ReadableSpan[]): Trace {
  return buildTraces(spans)[0]!;
}

function rowOf(members: object): SpanRow {
  return rowMaker().trace(traceOf(span(members))).root;
}

function withIds(spanId: string, parentSpanId: string | undefined, members: object = {}): ReadableSpan {
  return span({
    spanContext: () => ({ traceId: '1'.repeat(32), spanId, traceFlags: 1 }),
    ...(parentSpanId === undefined ? {} : { parentSpanContext: { traceId: '1'.repeat(32), spanId: parentSpanId } }),
    ...members,
  });
}

describe('Rows of delivered spans', () => {
  describe('with a trace of the SDK', () => {
    it('keeps all that the spans and their log events say', async () => {
      const cache = new SpanCache();
      const { tracer, logger, shutdown } = startSdk({
        spanProcessors: [cache.spanProcessor],
        logRecordProcessors: [cache.logRecordProcessor],
      });
      const traces = cache.subscribeToTraces(() => undefined);
      const parent = tracer.startSpan('GET /orders', { kind: 1, attributes: { 'http.route': '/orders', n: 3 } });
      inSpan(parent, () => {
        logger.emit({ body: 'reading', severityNumber: 13, severityText: 'WARN' });
        const child = tracer.startSpan('query', { kind: 2, links: [{ context: parent.spanContext() }] });
        child.recordException(new TypeError('no rows'));
        child.setStatus({ code: SpanStatusCode.ERROR, message: 'no rows' });
        child.end();
      });
      parent.end();

      const trace = rowMaker().trace(traces.take()[0]!);

      const [root, child] = trace.spans;
      expect(trace).to.include({ id: 1, complete: true, failed: 1, logs: 1, root });
      expect(root).to.deep.include({ id: 1, name: 'GET /orders', kind: 1, status: 0, parentSpanId: undefined });
      expect(root!.attributes).to.deep.equal({ 'http.route': '/orders', n: 3 });
      expect(root!.events[0]).to.deep.include({
        name: 'reading',
        log: { severityNumber: 13, severityText: 'WARN', body: 'reading' },
      });
      expect(child).to.include({
        id: 2,
        parentSpanId: root!.spanId,
        status: 2,
        statusMessage: 'no rows',
        scope: 'test',
      });
      expect(child!.events[0]).to.include({ name: 'exception', log: undefined });
      expect(child!.links[0]).to.include({ spanId: root!.spanId });
      await cache.shutdown();
      await shutdown();
    });
  });

  it('reads times in milliseconds with fractions', () => {
    expect(rowOf({})).to.include({ start: 1_700_000_000_000.5, duration: 1.5 });
  });

  it('numbers spans and traces in ascending order', () => {
    const rows = rowMaker();

    const ids = [traceOf(span()), traceOf(span())].map((trace) => rows.trace(trace)).map((t) => [t.id, t.root.id]);

    expect(ids).to.deep.equal([
      [1, 1],
      [2, 2],
    ]);
  });

  it('puts parents before their children, even if their clocks disagree', () => {
    const late = { startTime: [9, 0] };
    const trace = traceOf(withIds('c', 'b'), withIds('b', 'a', { startTime: [5, 0] }), withIds('a', undefined, late));

    const { spans, root } = rowMaker().trace(trace);

    expect(spans.map(({ spanId }) => spanId)).to.deep.equal(['a', 'b', 'c']);
    expect(root.spanId).to.equal('a');
  });

  it('reads the thread that relayed a span', () => {
    expect(rowOf({ attributes: { 'thread.id': 7 } }).thread).to.equal(7);
  });

  describe('of too large items', () => {
    it('cuts a text of more than 8 kB, and marks it', () => {
      const { attributes, bytes } = rowOf({ attributes: { long: 'x'.repeat(100_000) } });

      expect(attributes['long']).to.equal('x'.repeat(8_192) + '… [cut]');
      expect(bytes).to.be.within(8_192, 10_000);
    });

    it('keeps 1,000 events, and counts the others as dropped', () => {
      const events = Array.from({ length: 1_500 }, (_, i) => ({ name: `e${i}`, time: [1, i] }));

      const row = rowOf({ events, droppedEventsCount: 3 });

      expect(row.events).to.have.length(1_000);
      expect(row.dropped.events).to.equal(503);
    });

    it('keeps at most about a megabyte of a span, and counts the rest', () => {
      const events = Array.from({ length: 1_000 }, () => ({ name: 'x'.repeat(8_000), time: [1, 0] }));

      const row = rowOf({ events });

      expect(row.bytes).to.be.below(1.1 * 2 ** 20);
      expect(row.events.length + row.dropped.events).to.equal(1_000);
    });
  });

  describe('with damaged spans', () => {
    it('marks the value, and keeps the rest', () => {
      const attributes = { good: 1, bad: revokedProxy() };
      Object.defineProperty(attributes, 'trap', { enumerable: true, get: () => expect.fail('trap') });

      expect(rowOf({ attributes }).attributes).to.deep.equal({ good: 1, bad: '[unreadable]', trap: '[unreadable]' });
    });

    it('takes the start of the parent for a start that cannot be read, and says so', () => {
      const { spans } = rowMaker().trace(traceOf(withIds('a', undefined), withIds('b', 'a', { startTime: 'now' })));

      expect(spans[1]).to.include({ spanId: 'b', start: spans[0]!.start });
      expect(spans[1]!.attributes[UNREADABLE_MEMBERS]).to.equal('startTime');
    });

    it('turns numbers that JSON lacks into text', () => {
      expect(rowOf({ attributes: { a: NaN, b: [1, Infinity, undefined] } }).attributes).to.deep.equal({
        a: 'NaN',
        b: [1, 'Infinity', null],
      });
    });

    it('never gives a negative duration', () => {
      expect(rowOf({ duration: [-5, 0] }).duration).to.equal(0);
    });

    it('keeps an attribute called __proto__ as an attribute', () => {
      const { attributes } = rowOf({ attributes: JSON.parse('{"__proto__": "x"}') });

      expect(Object.entries(attributes)).to.deep.equal([['__proto__', 'x']]);
      expect(Object.getPrototypeOf(attributes)).to.equal(Object.prototype);
    });

    it('never throws for any members, and all later stages accept the rows', () => {
      const members = ['name', 'kind', 'status', 'attributes', 'links', 'events', 'startTime', 'endTime', 'duration'];
      const others = ['instrumentationScope', 'droppedEventsCount', 'parentSpanContext', 'resource', 'revision'];
      const key = fc.constantFrom(...members, ...others);
      const damage = fc.array(fc.tuple(key, hostileValue), { minLength: 1, maxLength: 8 });
      const event = fc.record({ name: hostileValue, body: hostileValue, attributes: hostileValue, time: hostileValue });
      fc.assert(
        fc.property(damage, event, hostileValue, (entries, parts, value) => {
          const hostile = Object.fromEntries(entries.map(([name, make]) => [name, make()]));
          const log = Object.fromEntries(Object.entries(parts).map(([name, make]) => [name, make()]));
          const events = [{ ...log, observedTime: [1, 2] }, value()];
          const attributes = { a: value(), 'exception.type': value(), 'db.statement': value() };
          const trace = traceOf(span({ events, attributes }), withIds('b', '2'.repeat(16), hostile));

          const row = rowMaker().trace(trace);

          expect(row.spans).to.have.length(2);
          for (const { start, duration, bytes } of row.spans) {
            expect(Number.isFinite(start) && duration >= 0 && bytes > 0 && bytes < 3e6).to.equal(true);
          }
          traceSummary.parse(summaryOf(row));
          analyseTrace(row.spans);
          new ErrorGroups().add(row, 0);
          Array.from(new Logs().newestFirst([row]));
          JSON.stringify(row.spans.map((each) => each.attributes));
        }),
        { numRuns: runs(400) },
      );
    });

    it('makes a row of a span all of whose members throw', () => {
      const { root } = rowMaker().trace({ spans: [throwingProxy() as ReadableSpan] });

      expect(root).to.include({ name: '[unreadable]', spanId: '[unreadable]', start: 0, duration: 0 });
    });
  });

  describe('with an orphan', () => {
    const orphan = {
      name: 'out of stock',
      body: { item: 'tea', left: [0, 1n] },
      time: [1, 500_000_000],
      observedTime: [1, 500_000_000],
      severityNumber: 17,
      severityText: undefined,
      attributes: { item: 'tea' },
      spanContext: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 },
      reason: 'late',
    } as unknown as OrphanEvent;

    it('keeps its text, time, ids and reason', () => {
      const row = new LogRowMaker().of(orphan, SHOP);

      expect(row).to.include({ id: 1, time: 1_500, traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), reason: 'late' });
      expect(row.event.log).to.deep.equal({
        severityNumber: 17,
        severityText: undefined,
        body: '{"item":"tea","left":[0,1]}',
      });
    });

    it('never throws', () => {
      fc.assert(
        fc.property(fc.array(fc.tuple(fc.constantFrom(...Object.keys(orphan)), hostileValue)), (entries) => {
          const damage = Object.fromEntries(entries.map(([name, make]) => [name, make()]));

          expect(new LogRowMaker().of({ ...orphan, ...damage }, SHOP).time).to.satisfy(Number.isFinite);
        }),
        { numRuns: runs(400) },
      );
    });
  });
});
