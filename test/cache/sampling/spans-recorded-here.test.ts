import { createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { expect } from 'chai';
import { SpansRecordedHere } from '../../../src/cache/sampling/spans-recorded-here.js';

function span(traceId: string) {
  const spanContext = { traceId, spanId: 'b'.repeat(16), traceFlags: 0 };
  return { spanContext: () => spanContext };
}

const OTHER = ROOT_CONTEXT.setValue(createContextKey('other'), true);

describe('SpansRecordedHere', () => {
  it('has a span that was expected and has started', () => {
    const recordedHere = new SpansRecordedHere();
    const started = span('a');

    recordedHere.noteDecision(ROOT_CONTEXT, 'a');
    recordedHere.onStart(started, ROOT_CONTEXT);

    expect(recordedHere.has(started.spanContext())).to.equal(true);
  });

  it('has no span that was not expected', () => {
    const recordedHere = new SpansRecordedHere();
    const before = span('a');
    const otherTrace = span('b');
    const otherContext = span('a');
    const second = span('a');

    recordedHere.onStart(before, ROOT_CONTEXT);
    recordedHere.noteDecision(ROOT_CONTEXT, 'a');
    recordedHere.onStart(otherTrace, ROOT_CONTEXT);
    recordedHere.onStart(otherContext, OTHER);
    recordedHere.onStart(span('a'), ROOT_CONTEXT);
    recordedHere.onStart(second, ROOT_CONTEXT);

    for (const { spanContext } of [before, otherTrace, otherContext, second]) {
      expect(recordedHere.has(spanContext())).to.equal(false);
    }
  });

  it('tells spans apart that start while another one starts', () => {
    const recordedHere = new SpansRecordedHere();
    const outer = span('a');
    const inner = span('b');

    recordedHere.noteDecision(ROOT_CONTEXT, 'a');
    recordedHere.noteDecision(ROOT_CONTEXT, 'b');
    recordedHere.onStart(inner, ROOT_CONTEXT);
    recordedHere.onStart(outer, ROOT_CONTEXT);

    expect(recordedHere.has(inner.spanContext())).to.equal(true);
    expect(recordedHere.has(outer.spanContext())).to.equal(true);
  });

  it('forgets the oldest of those that nobody sees start', () => {
    const recordedHere = new SpansRecordedHere();
    const first = span('first');
    const last = span('last');

    recordedHere.noteDecision(ROOT_CONTEXT, 'first');
    for (let i = 0; i < 15; i++) recordedHere.noteDecision(ROOT_CONTEXT, 'unseen');
    recordedHere.noteDecision(ROOT_CONTEXT, 'last');
    recordedHere.onStart(first, ROOT_CONTEXT);
    recordedHere.onStart(last, ROOT_CONTEXT);

    expect(recordedHere.has(first.spanContext())).to.equal(false);
    expect(recordedHere.has(last.spanContext())).to.equal(true);
  });

  it('forgets what it expected within the start of another span, when that has started', () => {
    const recordedHere = new SpansRecordedHere();
    const inner = span('inner');

    recordedHere.noteDecision(ROOT_CONTEXT, 'outer');
    recordedHere.noteDecision(ROOT_CONTEXT, 'inner');
    recordedHere.onStart(span('outer'), ROOT_CONTEXT);
    recordedHere.onStart(inner, ROOT_CONTEXT);

    expect(recordedHere.has(inner.spanContext())).to.equal(false);
  });

  it('passes over what is not a span', () => {
    const recordedHere = new SpansRecordedHere();

    recordedHere.noteDecision(ROOT_CONTEXT, 'a');

    expect(() => recordedHere.onStart(undefined, ROOT_CONTEXT)).not.to.throw();
    expect(() => recordedHere.onStart({}, ROOT_CONTEXT)).not.to.throw();
  });
});
