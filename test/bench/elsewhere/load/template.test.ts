import { expect } from 'chai';
import { CONTENT_TYPES } from '../../../../bench/elsewhere/load/encoding.js';
import { SPAN_KEY } from '../../../../bench/elsewhere/load/orders.js';
import { Template } from '../../../../bench/elsewhere/load/template.js';
import { decodeOtlp } from '../../../../src/testing/remote/index.js';

describe('Template', () => {
  for (const encoding of ['otlp-protobuf', 'otlp-json'] as const) {
    describe(encoding, () => {
      const template = new Template(encoding);
      const decoded = [template.next(), template.next()].map(
        (body) => decodeOtlp('traces', CONTENT_TYPES[encoding], body)!.spans,
      );

      it('has requests of 500 spans, each with four attributes and one of the key that is counted', () => {
        expect(template.spans).to.equal(500);
        for (const spans of decoded) {
          expect(spans).to.have.length(500);
          for (const { attributes } of spans) {
            expect(Object.keys(attributes)).to.have.length(4);
            expect(attributes).to.include.keys(SPAN_KEY);
          }
        }
      });

      it('gives each copy ids of its own, whose spans have their parents in the copy', () => {
        const traces = decoded.map((spans) => new Set(spans.map((span) => span.spanContext().traceId)));
        const ids = decoded.flat().map((span) => span.spanContext().spanId);
        const parents = decoded.flat().flatMap(({ parentSpanContext }) => parentSpanContext?.spanId ?? []);

        expect(traces.map(({ size }) => size)).to.deep.equal([50, 50]);
        expect([...traces[0]!].filter((id) => traces[1]!.has(id))).to.deep.equal([]);
        expect(new Set(ids).size).to.equal(1_000);
        expect(parents).to.have.length(900);
        expect(ids).to.include.members([...new Set(parents)]);
      });
    });
  }

  it('has envelopes of one trace for Sentry, with the key once for each span', () => {
    const template = new Template('sentry');
    const [one, other] = [String(template.next()), String(template.next())];
    const transaction = JSON.parse(one.split('\n')[2]!) as { type: string; spans: object[] };

    expect(template.spans).to.equal(10);
    expect(transaction).to.include({ type: 'transaction' });
    expect(transaction.spans).to.have.length(9);
    expect(one.split(SPAN_KEY)).to.have.length(11);
    expect(one).to.not.equal(other);
  });
});
