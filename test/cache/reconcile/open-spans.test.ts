import { ROOT_CONTEXT, type Span } from '@opentelemetry/api';
import { expect } from 'chai';
import { OpenSpans, type StartedSpan } from '../../../src/cache/reconcile/open-spans.js';
import { startSdk } from '../../sdk.js';

const { tracer } = startSdk({ spanProcessors: [] });

function started(): Span & StartedSpan {
  return tracer.startSpan('job', {}, ROOT_CONTEXT) as Span & StartedSpan;
}

describe('OpenSpans', () => {
  it('has a span once, however often its start is reported', () => {
    const open = new OpenSpans(10);
    const span = started();

    open.add(span, 0);
    open.add(span, 1);

    expect(open.list(5, () => []).map(({ ageMillis }) => ageMillis)).to.deep.equal([5]);
    open.remove(span.spanContext());
    expect(open.size).to.equal(0);
  });

  it('ignores the end of a span that it does not have', () => {
    const open = new OpenSpans(10);
    open.add(started(), 0);

    open.remove(started().spanContext());

    expect(open.size).to.equal(1);
  });

  describe('with a bound in bytes', () => {
    const large = () => started().setAttribute('body', 'x'.repeat(10_000)) as Span & StartedSpan;

    it('forgets the spans that started first, once the spans open for a second are too large', () => {
      const open = new OpenSpans(100, 50_000);
      const spans = Array.from({ length: 8 }, large);
      for (const [i, span] of spans.entries()) open.add(span, i);
      const young = open.size;

      open.add(started(), 2_000);

      expect([young, open.size, open.forgotten]).to.deep.equal([8, 5, 4]);
      expect(spans.map((span) => open.has(span.spanContext()))).to.deep.equal([
        ...Array(4).fill(false),
        ...Array(4).fill(true),
      ]);
    });

    it('measures once a second', () => {
      const open = new OpenSpans(100, 5_000);
      open.add(large(), 0);
      for (const between of [500, 999]) open.add(started(), between);
      const before = open.forgotten;

      open.add(started(), 1_500);

      expect([before, open.forgotten]).to.deep.equal([0, 1]);
    });

    it('estimates an unreadable span at one or two kilobytes', () => {
      const open = new OpenSpans(100, 5_000);
      const broken = large();
      Object.defineProperty(broken, 'attributes', {
        get: () => {
          throw new Error('unreadable');
        },
      });
      open.add(broken, 0);

      open.add(started(), 2_000);

      expect(open.forgotten).to.equal(0);
    });
  });
});
