import { createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { expect } from 'chai';
import { RecordedSpans } from '../../../src/cache/sampling/spans-sampled-here.js';

function span(traceId: string) {
  const spanContext = { traceId, spanId: 'b'.repeat(16), traceFlags: 0 };
  return { spanContext: () => spanContext };
}

const OTHER = ROOT_CONTEXT.setValue(createContextKey('other'), true);

describe('RecordedSpans', () => {
  it('has a span that was expected and has started', () => {
    const recorded = new RecordedSpans();
    const started = span('a');

    recorded.expect(ROOT_CONTEXT, 'a');
    recorded.started(started, ROOT_CONTEXT);

    expect(recorded.has(started.spanContext())).to.equal(true);
  });

  it('has no span that was not expected', () => {
    const recorded = new RecordedSpans();
    const before = span('a');
    const otherTrace = span('b');
    const otherContext = span('a');
    const second = span('a');

    recorded.started(before, ROOT_CONTEXT);
    recorded.expect(ROOT_CONTEXT, 'a');
    recorded.started(otherTrace, ROOT_CONTEXT);
    recorded.started(otherContext, OTHER);
    recorded.started(span('a'), ROOT_CONTEXT);
    recorded.started(second, ROOT_CONTEXT);

    for (const { spanContext } of [before, otherTrace, otherContext, second]) {
      expect(recorded.has(spanContext())).to.equal(false);
    }
  });

  it('tells spans apart that start while another one starts', () => {
    const recorded = new RecordedSpans();
    const outer = span('a');
    const inner = span('b');

    recorded.expect(ROOT_CONTEXT, 'a');
    recorded.expect(ROOT_CONTEXT, 'b');
    recorded.started(inner, ROOT_CONTEXT);
    recorded.started(outer, ROOT_CONTEXT);

    expect(recorded.has(inner.spanContext())).to.equal(true);
    expect(recorded.has(outer.spanContext())).to.equal(true);
  });

  it('forgets the oldest of those that nobody sees start', () => {
    const recorded = new RecordedSpans();
    const first = span('first');
    const last = span('last');

    recorded.expect(ROOT_CONTEXT, 'first');
    for (let i = 0; i < 15; i++) recorded.expect(ROOT_CONTEXT, 'unseen');
    recorded.expect(ROOT_CONTEXT, 'last');
    recorded.started(first, ROOT_CONTEXT);
    recorded.started(last, ROOT_CONTEXT);

    expect(recorded.has(first.spanContext())).to.equal(false);
    expect(recorded.has(last.spanContext())).to.equal(true);
  });

  it('forgets what it expected within the start of another span, when that has started', () => {
    const recorded = new RecordedSpans();
    const inner = span('inner');

    recorded.expect(ROOT_CONTEXT, 'outer');
    recorded.expect(ROOT_CONTEXT, 'inner');
    recorded.started(span('outer'), ROOT_CONTEXT);
    recorded.started(inner, ROOT_CONTEXT);

    expect(recorded.has(inner.spanContext())).to.equal(false);
  });

  it('passes over what is not a span', () => {
    const recorded = new RecordedSpans();

    recorded.expect(ROOT_CONTEXT, 'a');

    expect(() => recorded.started(undefined, ROOT_CONTEXT)).not.to.throw();
    expect(() => recorded.started({}, ROOT_CONTEXT)).not.to.throw();
  });
});
