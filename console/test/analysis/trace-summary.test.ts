import { expect } from 'chai';
import fc from 'fast-check';
import { runs } from '../../../test/property-runs.js';
import { shortBar, type Stretch } from '../../src/analysis/short-bar.js';
import { summaryOf } from '../../src/analysis/trace-summary.js';
import { traceSummary } from '../../src/api/schemas.js';
import { childOf, exceptionEvent, logEvent, spanRow, traceRow } from '../model/rows.js';

describe('summaryOf', () => {
  it('says what a trace is', () => {
    const root = spanRow({
      name: 'GET /orders',
      start: 1_000,
      duration: 40,
      attributes: { 'http.response.status_code': 200 },
      events: [logEvent('reading')],
    });
    const trace = traceRow([root]);

    const summary = summaryOf(trace);

    expect(traceSummary.parse(summary)).to.deep.equal({
      id: trace.id,
      traceId: root.traceId,
      name: 'GET /orders',
      service: 'shop',
      pid: 4711,
      start: 1_000,
      duration: 40,
      complete: true,
      spans: 1,
      failed: 0,
      logs: 1,
      httpStatus: 200,
      error: null,
      calls: [],
      bar: [[0, 40]],
    });
  });

  it('counts calls by the system they go to, and says which are repeated', () => {
    const root = spanRow({ duration: 100 });
    const pg = { 'db.system.name': 'postgresql' };
    const text = { ...pg, 'db.query.text': 'SELECT 1' };
    const call = (start: number, attributes: object, name = 'call', scope = 'test') =>
      childOf(root, { kind: 2, start, attributes: attributes as never, name, scope });
    const spans = [
      root,
      ...[0, 10, 20, 30, 40, 50, 60].map((at) => call(at, text, 'pg.query')),
      call(0, pg, 'pg-pool.connect'),
      call(70, { 'http.request.method': 'GET' }),
      call(71, { 'http.method': 'GET' }),
      call(75, { 'messaging.system': 'kafka' }),
      call(80, {}, 'call', '@opentelemetry/instrumentation-dns'),
    ];

    expect(summaryOf(traceRow(spans)).calls).to.deep.equal([
      { label: 'pg', count: 7, nPlusOne: true },
      { label: 'http', count: 2, nPlusOne: false },
      { label: 'kafka', count: 1, nPlusOne: false },
      { label: 'dns', count: 1, nPlusOne: false },
    ]);
  });

  it('shows the message of the error that came first', () => {
    const root = spanRow({ status: 2, statusMessage: 'request failed', duration: 100 });
    const charge = childOf(root, { status: 2, duration: 50, events: [exceptionEvent('CardError', 'card declined')] });

    expect(summaryOf(traceRow([root, charge])).error).to.equal('card declined');
    expect(summaryOf(traceRow([root])).error).to.equal('request failed');
    expect(summaryOf(traceRow([spanRow({ status: 2, name: 'charge' })])).error).to.equal('charge');
  });

  it('shows the message of an error around a call that failed with a mere status', () => {
    const root = spanRow({ duration: 100 });
    const charge = childOf(root, { status: 2, duration: 50, events: [exceptionEvent('CardError', 'card declined')] });
    const post = childOf(charge, { status: 2, duration: 40, attributes: { 'error.type': '402' } });

    expect(summaryOf(traceRow([root, charge, post])).error).to.equal('card declined');
    expect(summaryOf(traceRow([root, post])).error).to.equal('HTTP 402');
  });

  it('ignores a status that is none', () => {
    expect(summaryOf(traceRow([spanRow({ attributes: { 'http.status_code': 'ok' } })])).httpStatus).to.equal(null);
  });

  it('counts the offsets of the bar from the start of the trace', () => {
    const root = spanRow({ start: 10, duration: 5 });

    expect(summaryOf(traceRow([root, childOf(root, { start: 8, duration: 1 })])).bar).to.deep.equal([[2, 5]]);
  });
});

describe('shortBar', () => {
  it('leaves 12 parts as they are', () => {
    const parts = Array.from({ length: 12 }, (_, i): Stretch => [i, 1]);

    expect(shortBar(parts)).to.deep.equal(parts);
  });

  it('keeps the longest parts of many', () => {
    const parts = Array.from({ length: 100 }, (_, i): Stretch => [i * 10, 10]);
    parts[50] = [500, 10.5];

    expect(shortBar(parts)).to.deep.include([500, 10.5]);
  });

  it('has at most 12 parts, without a gap, over the same time', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 60 }), (durations) => {
        let at = 0;
        const parts = durations.map((duration): Stretch => [(at += duration) - duration, duration]);

        const bar = shortBar(parts);

        expect(bar.length).to.be.at.most(12);
        let end = 0;
        for (const [offset, duration] of bar) {
          expect(offset).to.equal(end);
          end = offset + duration;
        }
        expect(end).to.equal(at);
      }),
      { numRuns: runs(400) },
    );
  });
});
