import { createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { expect } from 'chai';
import { SpansSampledHere } from '../../../src/cache/sampling/spans-sampled-here.js';

function span(traceId: string) {
  const spanContext = { traceId, spanId: 'b'.repeat(16), traceFlags: 0 };
  return { spanContext: () => spanContext };
}

const OTHER = ROOT_CONTEXT.setValue(createContextKey('other'), true);

describe('SpansSampledHere', () => {
  it('has a span that was expected and has started', () => {
    const sampledHere = new SpansSampledHere();
    const started = span('a');

    sampledHere.noteDecision(ROOT_CONTEXT, 'a');
    sampledHere.onStart(started, ROOT_CONTEXT);

    expect(sampledHere.has(started.spanContext())).to.equal(true);
  });

  it('has no span that was not expected', () => {
    const sampledHere = new SpansSampledHere();
    const before = span('a');
    const otherTrace = span('b');
    const otherContext = span('a');
    const second = span('a');

    sampledHere.onStart(before, ROOT_CONTEXT);
    sampledHere.noteDecision(ROOT_CONTEXT, 'a');
    sampledHere.onStart(otherTrace, ROOT_CONTEXT);
    sampledHere.onStart(otherContext, OTHER);
    sampledHere.onStart(span('a'), ROOT_CONTEXT);
    sampledHere.onStart(second, ROOT_CONTEXT);

    for (const { spanContext } of [before, otherTrace, otherContext, second]) {
      expect(sampledHere.has(spanContext())).to.equal(false);
    }
  });

  it('tells spans apart that start while another one starts', () => {
    const sampledHere = new SpansSampledHere();
    const outer = span('a');
    const inner = span('b');

    sampledHere.noteDecision(ROOT_CONTEXT, 'a');
    sampledHere.noteDecision(ROOT_CONTEXT, 'b');
    sampledHere.onStart(inner, ROOT_CONTEXT);
    sampledHere.onStart(outer, ROOT_CONTEXT);

    expect(sampledHere.has(inner.spanContext())).to.equal(true);
    expect(sampledHere.has(outer.spanContext())).to.equal(true);
  });

  it('forgets the oldest of those that nobody sees start', () => {
    const sampledHere = new SpansSampledHere();
    const first = span('first');
    const last = span('last');

    sampledHere.noteDecision(ROOT_CONTEXT, 'first');
    for (let i = 0; i < 15; i++) sampledHere.noteDecision(ROOT_CONTEXT, 'unseen');
    sampledHere.noteDecision(ROOT_CONTEXT, 'last');
    sampledHere.onStart(first, ROOT_CONTEXT);
    sampledHere.onStart(last, ROOT_CONTEXT);

    expect(sampledHere.has(first.spanContext())).to.equal(false);
    expect(sampledHere.has(last.spanContext())).to.equal(true);
  });

  it('forgets what it expected within the start of another span, when that has started', () => {
    const sampledHere = new SpansSampledHere();
    const inner = span('inner');

    sampledHere.noteDecision(ROOT_CONTEXT, 'outer');
    sampledHere.noteDecision(ROOT_CONTEXT, 'inner');
    sampledHere.onStart(span('outer'), ROOT_CONTEXT);
    sampledHere.onStart(inner, ROOT_CONTEXT);

    expect(sampledHere.has(inner.spanContext())).to.equal(false);
  });

  it('passes over what is not a span', () => {
    const sampledHere = new SpansSampledHere();

    sampledHere.noteDecision(ROOT_CONTEXT, 'a');

    expect(() => sampledHere.onStart(undefined, ROOT_CONTEXT)).not.to.throw();
    expect(() => sampledHere.onStart({}, ROOT_CONTEXT)).not.to.throw();
  });
});
