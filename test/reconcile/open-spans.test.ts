import { ROOT_CONTEXT, type Span } from '@opentelemetry/api';
import { expect } from 'chai';
import { OpenSpans, type StartedSpan } from '../../src/reconcile/open-spans.js';
import { startSdk } from '../sdk.js';

const { tracer } = startSdk({ spanProcessors: [] });

function started(): Span & StartedSpan {
  return tracer.startSpan('job', {}, ROOT_CONTEXT) as Span & StartedSpan;
}

describe('OpenSpans', () => {
  it('has a span once, however often it is told of its start', () => {
    const open = new OpenSpans(10, true);
    const span = started();

    open.add(span, 0);
    open.add(span, 1);

    expect(open.list(5, () => []).map(({ ageMillis }) => ageMillis)).to.deep.equal([5]);
    open.remove(span.spanContext());
    expect(open.hasTrace(span.spanContext().traceId)).to.equal(false);
  });

  it('takes no harm from the end of a span that it does not have', () => {
    const open = new OpenSpans(10, true);
    open.add(started(), 0);

    open.remove(started().spanContext());

    expect(open.size).to.equal(1);
  });

  it('knows which traces have open spans, if it is to know', () => {
    const span = started();
    const { traceId } = span.spanContext();

    const [asked, notAsked] = [true, false].map((traces) => {
      const open = new OpenSpans(10, traces);
      open.add(span, 0);
      return open.hasTrace(traceId);
    });

    expect([asked, notAsked]).to.deep.equal([true, false]);
  });
});
